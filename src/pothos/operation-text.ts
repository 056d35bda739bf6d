/**
 * Returns a text by which a repeated change is recognised. Equal changes have equal texts in all processes. `args` has the
 * values of GraphQL's scalars and inputs, and the other values that a change function gets.
 */
export function operationText(operation: string, args: object): string {
  return `${operation} ${valueText(args)}`;
}

function valueText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  if (value instanceof Date) return `Date ${value.toISOString()}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("base64")}`;
  if (Array.isArray(value)) return `[${value.map(valueText).join()}]`;
  if (value instanceof Set) return `Set ${valueText([...value])}`;
  if (value instanceof Map) return `Map ${valueText([...value])}`;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, each]) => `${JSON.stringify(name)}:${valueText(each)}`).join()}}`;
}
