/** A button below a message. */
export interface Choice {
  readonly label: string;
  readonly choose: () => void;
}

/** An element that shows the result of an action. */
export interface MessageArea {
  /** Replaces the previous message and scrolls the new one into view. */
  show(text: string, choices?: readonly Choice[]): void;
  clear(): void;
}

/** Creates a message area in an element. A click on a choice restores the focus that the user had before the message. */
export function createMessageArea(element: HTMLElement): MessageArea {
  let focused: Element | null = null;

  const clear = () => element.replaceChildren();

  function createButton({ label, choose }: Choice): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => {
      clear();
      if (focused instanceof HTMLElement) focused.focus();
      choose();
    });
    return button;
  }

  return {
    show(text, choices = []) {
      if (!element.contains(document.activeElement)) focused = document.activeElement;
      const line = document.createElement("p");
      line.textContent = text;
      element.replaceChildren(line, ...choices.map(createButton));
      element.scrollIntoView({ block: "nearest" });
    },
    clear,
  };
}
