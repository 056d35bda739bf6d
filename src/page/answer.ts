/** What a person can do about an answer. */
export interface Choice {
  readonly label: string;
  readonly choose: () => void;
}

/** A place in which a person is told what came of something. */
export interface Answer {
  /** Tells it, in the place of what stood there, and where the person sees it. */
  tell(text: string, choices?: readonly Choice[]): void;
  clear(): void;
}

/** Makes one of an element. After a choice the focus is where it was before. */
export function createAnswer(element: HTMLElement): Answer {
  let before: Element | null = null;

  const clear = () => element.replaceChildren();

  function button({ label, choose }: Choice): HTMLButtonElement {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", () => {
      clear();
      if (before instanceof HTMLElement) before.focus();
      choose();
    });
    return made;
  }

  return {
    tell(text, choices = []) {
      if (!element.contains(document.activeElement)) before = document.activeElement;
      const line = document.createElement("p");
      line.textContent = text;
      element.replaceChildren(line, ...choices.map(button));
      element.scrollIntoView({ block: "nearest" });
    },
    clear,
  };
}
