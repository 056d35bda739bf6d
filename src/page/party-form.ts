import type { FieldError } from "../party/client/index.ts";
import { fromInput, toInput } from "./dates.ts";
import { openDialog } from "./dialog.ts";
import { argumentPath, userMessage } from "./user-message.ts";
import { createMessageArea } from "./message-area.ts";
import { find } from "./template.ts";

/** The values of the form's fields. Absent: the field was left unchanged, or the form does not have it. */
export interface FormValues {
  readonly name?: string;
  readonly date?: Date;
  readonly people?: number;
}

/** Why the service rejected the values. */
export interface FormRefusal {
  readonly message: string;
  readonly errors?: readonly FieldError[];
}

export interface PartyFormOptions {
  readonly title: string;
  /** The label of the submit button. */
  readonly action: string;
  readonly name: string;
  readonly date: Date;
  /** Whether the form has a field for the count. */
  readonly withPeople: boolean;
  /** Whether only changed fields are sent. */
  readonly changesOnly: boolean;
  /** Sends the values. Returns why they were rejected, or undefined. */
  readonly send: (values: FormValues) => Promise<FormRefusal | undefined>;
  readonly signal: AbortSignal;
}

const fields = ["name", "date", "people"] as const;
type Field = (typeof fields)[number];

/** Opens the form. The service validates the values, and its messages are shown at the fields. */
export function openPartyForm(options: PartyFormOptions): void {
  const dialog = openDialog("party-form", options.signal);
  const messageArea = createMessageArea(find(dialog, ".message", HTMLElement));
  const button = find(dialog, ".primary", HTMLButtonElement);
  const input = (field: Field) => find(dialog, `[name=${field}]`, HTMLInputElement);

  find(dialog, "h2", HTMLElement).textContent = options.title;
  button.textContent = options.action;
  input("name").defaultValue = options.name;
  input("date").defaultValue = toInput(options.date);
  if (!options.withPeople) input("people").closest("p")?.remove();
  const shown: readonly Field[] = options.withPeople
    ? fields
    : fields.filter((field) => field !== "people");

  function values(): FormValues {
    const isSent = (field: Field) =>
      shown.includes(field) &&
      !(options.changesOnly && input(field).value === input(field).defaultValue);
    const date = fromInput(input("date").value);
    return {
      ...(isSent("name") && { name: input("name").value }),
      ...(isSent("date") && date && { date }),
      ...(isSent("people") && { people: input("people").valueAsNumber || 0 }),
    };
  }

  function mark(field: Field, message: string) {
    input(field).setAttribute("aria-invalid", String(message !== ""));
    find(dialog, `#form-${field}-error`, HTMLElement).textContent = message;
  }

  /** Shows each error at its field, and the others at the top. The first invalid field gets the focus. */
  function showRefusal({ message, errors = [] }: FormRefusal) {
    const fieldOf = ({ path }: FieldError) => shown.find((field) => field === path.at(-1));
    for (const error of errors) {
      const field = fieldOf(error);
      if (field) mark(field, error.message);
    }
    const others = errors.filter((error) => !fieldOf(error)).map((error) => error.message);
    if (errors.length === 0) messageArea.show(message);
    else if (others.length > 0) messageArea.show(others.join(" "));
    const invalid = shown.find((field) => input(field).getAttribute("aria-invalid") === "true");
    if (invalid) input(invalid).focus();
  }

  /** Returns an error for each value that the browser cannot parse, e.g. an incomplete date. */
  function parseErrors(): readonly FieldError[] {
    return shown
      .map(input)
      .filter(({ validity }) => validity.badInput)
      .map(({ name, validationMessage: message }) => ({ path: [name], code: "", message }));
  }

  async function submit() {
    messageArea.clear();
    for (const field of shown) mark(field, "");
    const errors = parseErrors();
    if (errors.length > 0) return showRefusal({ message: "", errors });
    button.disabled = true;
    const refusal = await options.send(values()).catch(errorRefusal);
    button.disabled = false;
    if (refusal) showRefusal(refusal);
    else dialog.close();
  }

  find(dialog, "form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
}

/** Turns a GraphQL error about an argument into an error of the field with the same name. */
function errorRefusal(error: unknown): FormRefusal {
  const [message, path] = [userMessage(error), argumentPath(error)];
  return path.length > 0 ? { message, errors: [{ path, code: "", message }] } : { message };
}
