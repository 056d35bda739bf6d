import { openDialog } from "./dialog.ts";
import { userMessage } from "./user-message.ts";
import { createMessageArea } from "./message-area.ts";
import { find } from "./template.ts";

/** What the dialog asks, and what it does on confirmation. */
export interface ConfirmOptions {
  readonly title: string;
  readonly text: string;
  /** Performs the action. Returns a message for the user if it failed. */
  readonly act: () => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** Asks for confirmation before an action that cannot be undone. */
export function confirm({ title, text, act, signal }: ConfirmOptions): void {
  const dialog = openDialog("confirm", signal);
  const message = createMessageArea(find(dialog, ".message", HTMLElement));
  const button = find(dialog, ".danger", HTMLButtonElement);
  find(dialog, "h2", HTMLElement).textContent = title;
  find(dialog, "#confirm-text", HTMLElement).textContent = text;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const problem = await act().catch(userMessage);
    button.disabled = false;
    if (problem === undefined) dialog.close();
    else message.show(problem);
  });
}
