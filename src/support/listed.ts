/** How many names are listed at most. */
const MOST_NAMED = 3;

/** Lists the first names and counts the rest, e.g. `a, b, c and 2 more`. */
export function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  const named = names.slice(0, MOST_NAMED).join(", ");
  return rest > 0 ? `${named} and ${rest} more` : named;
}
