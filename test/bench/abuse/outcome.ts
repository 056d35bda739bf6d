/** How much of the beginning and the end of a text is searched, in bytes. */
const SEARCHED = 2000;

/**
 * Returns the outcome that a GraphQL result tells, from its beginning and its end: an error's code, the type of a
 * mutation's result, or "data".
 */
export function outcomeIn(text: Buffer): string {
  const begin = text.toString("latin1", 0, SEARCHED);
  const end = text.toString("latin1", Math.max(SEARCHED, text.length - SEARCHED));
  const code = codeIn(begin) ?? codeIn(end);
  if (code !== undefined) return code;
  if (begin.includes('"errors":[')) return "error without a code";
  return /"__typename":"(\w+)"/.exec(begin)?.[1] ?? "data";
}

function codeIn(text: string): string | undefined {
  return /"code":"(\w+)"/.exec(text)?.[1];
}
