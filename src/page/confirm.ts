import { createAnswer } from "./answer.ts";
import { openDialog } from "./dialog.ts";
import { wordsOf } from "./words.ts";

/** What is to be confirmed. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** Does it. Gives what the person is to be told if it was not done. */
  readonly act: () => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** Asks before something is done that cannot be undone. */
export function confirm({ title, text, act, signal }: Question): void {
  const dialog = openDialog("confirm", signal);
  const answer = createAnswer(dialog.find(".answer", HTMLElement));
  const button = dialog.find(".danger", HTMLButtonElement);
  dialog.find("h2", HTMLElement).textContent = title;
  dialog.find("#confirm-text", HTMLElement).textContent = text;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const problem = await act().catch(wordsOf);
    button.disabled = false;
    if (problem === undefined) dialog.close();
    else answer.tell(problem);
  });
}
