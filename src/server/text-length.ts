/** Whether the names and texts of a result have more characters than a limit, without making the JSON of it. */
export function hasMoreText(result: unknown, limit: number): boolean {
  return textLeft(result, limit) < 0;
}

/** Returns how many characters are left of a limit after those of a value, or a negative number. */
function textLeft(value: unknown, limit: number): number {
  if (typeof value === "string") return limit - value.length;
  if (typeof value !== "object" || value === null) return limit - 1;
  let left = limit;
  if (Array.isArray(value)) {
    for (const each of value) if ((left = textLeft(each, left - 1)) < 0) break;
    return left;
  }
  for (const name in value) {
    left = textLeft((value as Record<string, unknown>)[name], left - name.length - 1);
    if (left < 0) break;
  }
  return left;
}
