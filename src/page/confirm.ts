import { createAnswer } from "./answer.ts";
import { openDialog } from "./dialog.ts";
import { find } from "./part.ts";
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
  const answer = createAnswer(find(dialog, ".answer", HTMLElement));
  const button = find(dialog, ".danger", HTMLButtonElement);
  find(dialog, "h2", HTMLElement).textContent = title;
  find(dialog, "#confirm-text", HTMLElement).textContent = text;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const problem = await act().catch(wordsOf);
    button.disabled = false;
    if (problem === undefined) dialog.close();
    else answer.tell(problem);
  });
}
