/** A name may differ by one letter per four letters after its first word, but never by more letters than this. */
const MAX_DISTANCE = 3;

/** A name may end otherwise than a known one by so many letters, if it begins like it. */
const MAX_ENDING = 5;

/** How many letters after the first word such a beginning has at least. */
const MIN_BEGINNING = 3;

/** The first words of names of which other programs have many. */
const FOREIGN = /^(CASSANDRA|ASTRA|REDIS)_/;

/**
 * Returns the known name that a misspelled one most likely means: the nearest one that differs by few letters, else the
 * one that begins alike (`ALLOWED_DOCS` for `ALLOWED_DOCUMENTS`). Names of one word (`PORT`) are never proposed, since too
 * many other words are similar to them.
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
  return near[0]?.each ?? likeBeginning(written, names);
}

/** Returns the known name that shares the longest beginning with a name, and has little more beside it. */
function likeBeginning(written: string, names: readonly string[]): string | undefined {
  if (FOREIGN.test(written)) return undefined;
  const near = names
    .map((each) => ({ each, shared: sharedBeginning(written, each) }))
    .filter(({ each, shared }) => {
      const least = each.indexOf("_") + 1 + MIN_BEGINNING;
      return each.includes("_") && shared >= least && written.length - shared <= MAX_ENDING;
    })
    .toSorted((one, other) => other.shared - one.shared);
  return near[0]?.each;
}

function sharedBeginning(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
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
