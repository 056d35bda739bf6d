import type { FieldError } from "../client/index.ts";
import { createAnswer } from "./answer.ts";
import { fromInput, toInput } from "./dates.ts";
import { openDialog } from "./dialog.ts";
import { find } from "./part.ts";
import { argumentOf, wordsOf } from "./words.ts";

/** What a person has filled in; absent: as it was, or a field that the form has not. */
export interface Filled {
  readonly name?: string;
  readonly date?: Date;
  readonly people?: number;
}

/** Why what was filled in was not taken. */
export interface Refused {
  readonly message: string;
  readonly errors?: readonly FieldError[];
}

/** A form about a party. */
export interface PartyForm {
  readonly title: string;
  /** What the button says that sends it. */
  readonly action: string;
  readonly name: string;
  readonly date: Date;
  /** Whether it asks for the count. */
  readonly withPeople: boolean;
  /** Whether fields that were left alone are left out. */
  readonly changesOnly: boolean;
  /** Sends it. Gives why it was not taken, if it was not. */
  readonly send: (filled: Filled) => Promise<Refused | undefined>;
  readonly signal: AbortSignal;
}

const fields = ["name", "date", "people"] as const;
type Field = (typeof fields)[number];

/** Opens a form. What is wrong is told at its field, in the words of the service: the rules are there. */
export function openPartyForm(options: PartyForm): void {
  const dialog = openDialog("party-form", options.signal);
  const answer = createAnswer(find(dialog, ".answer", HTMLElement));
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

  function filled(): Filled {
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

  /** Each at its field; what has none at the top. The first wrong field gets the focus. */
  function refuse({ message, errors = [] }: Refused) {
    const fieldOf = ({ path }: FieldError) => shown.find((field) => field === path.at(-1));
    for (const error of errors) {
      const field = fieldOf(error);
      if (field) mark(field, error.message);
    }
    const others = errors.filter((error) => !fieldOf(error)).map((error) => error.message);
    if (errors.length === 0) answer.tell(message);
    else if (others.length > 0) answer.tell(others.join(" "));
    const wrong = shown.find((field) => input(field).getAttribute("aria-invalid") === "true");
    if (wrong) input(wrong).focus();
  }

  /** What the browser itself cannot read, as half a date. */
  function unreadable(): readonly FieldError[] {
    return shown
      .map(input)
      .filter(({ validity }) => validity.badInput)
      .map(({ name, validationMessage: message }) => ({ path: [name], code: "", message }));
  }

  async function submit() {
    answer.clear();
    for (const field of shown) mark(field, "");
    const errors = unreadable();
    if (errors.length > 0) return refuse({ message: "", errors });
    button.disabled = true;
    const refused = await options.send(filled()).catch(refusalOf);
    button.disabled = false;
    if (refused) refuse(refused);
    else dialog.close();
  }

  find(dialog, "form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
}

/** An error about one argument is as good as one about its field. */
function refusalOf(error: unknown): Refused {
  const [message, path] = [wordsOf(error), argumentOf(error)];
  return path.length > 0 ? { message, errors: [{ path, code: "", message }] } : { message };
}
