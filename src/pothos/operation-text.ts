/**
 * A text of what a change was asked for, by which a repeated one is recognised: equal for equal values, whatever process
 * writes it. Values are what GraphQL's scalars and inputs give, and what else a change function is given.
 */
export function operationText(operation: string, asked: object): string {
  return `${operation} ${textOf(asked)}`;
}

function textOf(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  if (value instanceof Date) return `Date ${value.toISOString()}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("base64")}`;
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (value instanceof Set) return `Set ${textOf([...value])}`;
  if (value instanceof Map) return `Map ${textOf([...value])}`;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, each]) => `${JSON.stringify(name)}:${textOf(each)}`).join()}}`;
}
