/** A name may differ by one letter per four letters after its first word, but never by more letters than this. */
const MAX_DISTANCE = 3;

/**
 * Returns the known name that a misspelled one most likely means: the nearest one that differs by few letters. Names of
 * one word (`PORT`) are never proposed, since too many other words are similar to them.
 *
 * @returns undefined if the name is known, or similar to none of the known names
 */
export function likelyName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return undefined;
  const written = name.toUpperCase().replaceAll("-", "_");
  const near = names
    .map((each) => ({ each, distance: distance(written, each) }))
    .filter((found) => found.distance <= tolerated(found.each))
    .toSorted((one, other) => one.distance - other.distance);
  return near[0]?.each;
}

function tolerated(name: string): number {
  const rest = name.split("_").slice(1).join("_");
  return rest === "" ? -1 : Math.min(MAX_DISTANCE, Math.max(1, Math.floor(rest.length / 4)));
}

/** Counts the letters to insert, remove, replace, or swap with the next one (optimal string alignment distance). */
function distance(from: string, to: string): number {
  let [before, last]: [number[], number[]] = [[], [...Array(to.length + 1).keys()]];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const exchanged =
        from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? before[j - 2]! + 1 : Infinity;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, replaced, exchanged));
    }
    [before, last] = [last, row];
  }
  return last[to.length]!;
}
