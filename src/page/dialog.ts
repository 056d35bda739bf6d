import { find, part } from "./part.ts";

/** Opens the dialog of a template. It closes by Escape, by its cancel button, and when the person leaves the view. */
export function openDialog(template: string, signal: AbortSignal): HTMLDialogElement {
  const dialog = part(template);
  if (!(dialog instanceof HTMLDialogElement)) throw new Error(`"${template}" is no dialog.`);
  const close = () => dialog.close();
  dialog.addEventListener("close", () => {
    dialog.remove();
    signal.removeEventListener("abort", close);
  });
  signal.addEventListener("abort", close);
  find(dialog, ".cancel", HTMLButtonElement).addEventListener("click", close);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
