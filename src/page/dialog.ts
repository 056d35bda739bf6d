import { cloneTemplate, find } from "./template.ts";

/** Opens the dialog of a template. Escape, its cancel button and leaving the view close it. */
export function openDialog(template: string, signal: AbortSignal): HTMLDialogElement {
  const dialog = cloneTemplate(template);
  if (!(dialog instanceof HTMLDialogElement)) throw new Error(`"${template}" is not a dialog.`);
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
