/**
 * Returns the JSON of a value with the members of all objects in order, so that equal values have equal texts. Numbers
 * that JSON can only write as others keep their value: JSON.parse returns 1e400 as Infinity and reads -0.
 */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (isRecord(each)) return Object.fromEntries(Object.entries(each).toSorted(byName));
    return typeof each === "number" ? exact(each) : each;
  });
}

/** JSON.stringify writes Infinity as null, and -0 as 0. */
function exact(number: number): unknown {
  if (Object.is(number, -0)) return rawJSON("-0");
  return Number.isFinite(number) ? number : rawJSON(number > 0 ? "1e999" : "-1e999");
}

// The types of TypeScript lack it.
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
