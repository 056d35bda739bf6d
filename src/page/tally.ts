const numbers = new Intl.NumberFormat();
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

/** A count on wheels, as of a counter that is clicked at a door. */
export interface Tally {
  readonly element: HTMLElement;
  /** Turns the wheels whose digit changes: up if there are more, down if less. The first time they just stand there. */
  show(people: number): void;
}

/** How many wheels there are at least. */
const WHEELS = 4;

/** Makes a tally. What is read aloud is the number with its word. */
export function createTally(): Tally {
  const element = made("span", "tally");
  const said = made("span", "hidden");
  const wheels = made("span", "wheels");
  wheels.ariaHidden = "true";
  element.append(said, wheels);
  let shown: number | undefined;

  return {
    element,
    show(people) {
      if (people === shown) return;
      said.textContent = inWords(people);
      turn(wheels, people, shown === undefined ? "not" : people > shown ? "up" : "down");
      shown = people;
    },
  };
}

/** A count and its word. */
export function inWords(people: number): string {
  return `${numbers.format(people)} ${people === 1 ? "person" : "people"}`;
}

/** A number as the person's language writes it. */
export function inDigits(number: number): string {
  return numbers.format(number);
}

type Direction = "up" | "down" | "not";

function turn(wheels: HTMLElement, people: number, direction: Direction): void {
  const digits = String(Math.abs(people)).padStart(WHEELS, "0");
  const signs = people < 0 ? `−${digits}` : digits;
  while (wheels.childElementCount > signs.length) wheels.firstElementChild?.remove();
  while (wheels.childElementCount < signs.length) wheels.prepend(made("span", "wheel"));
  wheels.style.setProperty("--wheels", String(signs.length));
  const first = signs.search(/[^0]/);
  for (const [place, wheel] of [...wheels.children].entries()) {
    wheel.classList.toggle("leading", first === -1 ? place < signs.length - 1 : place < first);
    roll(wheel, signs[place]!, direction);
  }
}

/** Rolls a wheel on to a digit. The one before leaves as it comes; more than these two are never there. */
function roll(wheel: Element, digit: string, direction: Direction): void {
  const before = wheel.lastElementChild;
  if (before?.textContent === digit) return;
  const next = made("span", "digit");
  next.textContent = digit;
  if (!before || direction === "not" || stillness.matches) {
    wheel.replaceChildren(next);
    return;
  }
  wheel.replaceChildren(before, next);
  const [below, above] = direction === "up" ? ["100%", "-100%"] : ["-100%", "100%"];
  const timing = { duration: 420, easing: "cubic-bezier(0.3, 1.3, 0.5, 1)" };
  next.animate({ translate: [`0 ${below}`, "0 0"] }, timing);
  const moved = { color: "var(--moved)" };
  next.animate([moved, { ...moved, offset: 0.5 }, {}], 1600);
  const leaving = before.animate({ translate: ["0 0", `0 ${above}`] }, timing);
  leaving.onfinish = () => before.remove();
}

function made(name: string, className: string): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  return element;
}
