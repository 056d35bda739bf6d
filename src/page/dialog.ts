import { type Part, part } from "./part.ts";

/** A dialog that is open. */
export interface Dialog extends Part {
  close(): void;
}

/** Opens the dialog of a template. It closes by Escape, by its cancel button, and when the person leaves the view. */
export function openDialog(template: string, signal: AbortSignal): Dialog {
  const made = part(template);
  const { root } = made;
  if (!(root instanceof HTMLDialogElement)) throw new Error(`"${template}" is no dialog.`);
  const close = () => root.close();
  const onClose = () => {
    root.remove();
    signal.removeEventListener("abort", close);
  };
  root.addEventListener("close", onClose);
  signal.addEventListener("abort", close);
  made.find(".cancel", HTMLButtonElement).addEventListener("click", close);
  document.body.append(root);
  root.showModal();
  return { ...made, close };
}
