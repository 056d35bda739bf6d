/** The most characters of a text that are shown. */
const MOST_SHOWN = 100;

/** Whether a text has a token of Astra or a PEM block in it, wherever somebody has put it by mistake. */
export function looksSecret(text: string): boolean {
  return /AstraCS:|-----BEGIN /.test(text);
}

/** A text from outside, in quotes for a message, see {@link printable}. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}

/**
 * Makes a text fit to be shown: in one line, without control characters, cut short, and without what is secret in it
 * (the login before an @, and all of it where it {@link looksSecret}).
 */
export function printable(text: string): string {
  if (looksSecret(text)) return "…";
  const visible = text
    .replace(/[^\s,]*:[^\s,]*@/g, (login) => `${/^\w+:\/\//.exec(login)?.[0] ?? ""}…@`)
    .replace(/\p{C}/gu, (character) => `\\u${hex(character)}`);
  return visible.length > MOST_SHOWN ? `${visible.slice(0, MOST_SHOWN)}…` : visible;
}

function hex(character: string): string {
  return character.codePointAt(0)!.toString(16).padStart(4, "0");
}
