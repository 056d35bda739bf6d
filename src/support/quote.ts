/** How many characters of a text are shown at most. */
const MOST_SHOWN = 100;

/**
 * Returns whether a text contains an Astra token or a PEM block, or begins as JSON such as a key does, e.g. in a setting
 * where it does not belong.
 */
export function looksSecret(text: string): boolean {
  return /AstraCS:|-----BEGIN |^\s*\{/.test(text);
}

/** Returns a text from outside in quotes, made {@link printable} for a message. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}

/**
 * Makes a text safe to show: on one line, with control characters escaped, truncated, and without secrets. A login
 * before an `@` is omitted; a text that {@link looksSecret} is omitted as a whole.
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
