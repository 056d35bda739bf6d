const numberFormat = new Intl.NumberFormat();
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** A count on wheels, like a hand tally counter. */
export interface Tally {
  readonly element: HTMLElement;
  /** Shows a count. Wheels whose digit changes roll up if the count grew, and down if it fell. The first count appears without motion. */
  show(people: number): void;
}

/** The minimum number of wheels. */
const WHEELS = 4;

/** Creates a tally. Screen readers read its number with the word "people" instead of the digits. */
export function createTally(): Tally {
  const element = createElement("span", "tally");
  const spoken = createElement("span", "hidden");
  const wheels = createElement("span", "wheels");
  wheels.ariaHidden = "true";
  element.append(spoken, wheels);
  let shown: number | undefined;

  return {
    element,
    show(people) {
      if (people === shown) return;
      spoken.textContent = formatPeople(people);
      const direction = shown === undefined ? "none" : people > shown ? "up" : "down";
      turnWheels(wheels, { people, direction });
      shown = people;
    },
  };
}

/** Formats a count with its word, e.g. "1,200 people". */
export function formatPeople(people: number): string {
  return `${numberFormat.format(people)} ${people === 1 ? "person" : "people"}`;
}

/** Formats a number in the user's locale. */
export function formatNumber(number: number): string {
  return numberFormat.format(number);
}

type Direction = "up" | "down" | "none";

interface Turn {
  readonly people: number;
  readonly direction: Direction;
}

function turnWheels(wheels: HTMLElement, { people, direction }: Turn): void {
  const digits = String(Math.abs(people)).padStart(WHEELS, "0");
  const signs = people < 0 ? `−${digits}` : digits;
  while (wheels.childElementCount > signs.length) wheels.firstElementChild?.remove();
  while (wheels.childElementCount < signs.length) wheels.prepend(createElement("span", "wheel"));
  wheels.style.setProperty("--wheels", String(signs.length));
  const first = signs.search(/[^0]/);
  for (const [place, wheel] of [...wheels.children].entries()) {
    wheel.classList.toggle("leading", first === -1 ? place < signs.length - 1 : place < first);
    rollWheel(wheel, { digit: signs[place]!, direction });
  }
}

/** Rolls a wheel to a digit. A wheel has at most two digits at a time: the new one, and the old one while it leaves. */
function rollWheel(
  wheel: Element,
  { digit, direction }: { readonly digit: string; readonly direction: Direction },
): void {
  const old = wheel.lastElementChild;
  if (old?.textContent === digit) return;
  const next = createElement("span", "digit");
  next.textContent = digit;
  if (!old || direction === "none" || reducedMotion.matches) {
    wheel.replaceChildren(next);
    return;
  }
  wheel.replaceChildren(old, next);
  const [below, above] = direction === "up" ? ["100%", "-100%"] : ["-100%", "100%"];
  const timing = { duration: 420, easing: "cubic-bezier(0.3, 1.3, 0.5, 1)" };
  next.animate({ translate: [`0 ${below}`, "0 0"] }, timing);
  const moved = { color: "var(--moved)" };
  next.animate([moved, { ...moved, offset: 0.5 }, {}], 1600);
  const leaving = old.animate({ translate: ["0 0", `0 ${above}`] }, timing);
  leaving.onfinish = () => old.remove();
}

function createElement(name: string, className: string): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  return element;
}
