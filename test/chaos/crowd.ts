import type { Key, Wish } from "./history.ts";
import type { Random } from "./random.ts";
import type { Crowd, Sent, Subject } from "./subject.ts";

/** Which amount a row has at first: so little that some try to go below zero. */
export const FIRST = 3;

/** Chooses what to do next, given the amount that somebody saw last. */
export function intend(
  subject: Subject,
  { hot, cold, passing }: Crowd,
  random: Random,
  seen: (key: Key) => number,
): Sent {
  const draw = random.next();
  if (draw < 0.01) return { ...subject.newKey(random), wish: createWish(random) };
  if (draw < 0.15) return come(random.of(passing), random);
  const isHot = draw < 0.6;
  const key = random.of(isHot ? hot : cold);
  const wish = wishOf(random, seen(key));
  // A row remembers about 17 operations a second.
  const identified = "delta" in wish && random.chance(isHot ? 0.1 : 0.4);
  return { ...key, wish, ...(identified && { operationId: random.uuid() }) };
}

function come(key: Key, random: Random): Sent {
  const draw = random.next();
  if (draw < 0.3) return { ...key, wish: createWish(random) };
  if (draw < 0.55) return { ...key, wish: { kind: "delete" } };
  if (draw < 0.65) return { ...key, wish: { kind: "read" } };
  // Without an id: a deleted row forgets which it knew.
  return { ...key, wish: { kind: "add", delta: deltaOf(random) } };
}

function createWish(random: Random): Wish {
  return { kind: "create", amount: FIRST, name: nameOf(random) };
}

function wishOf(random: Random, seen: number): Wish {
  const draw = random.next();
  const delta = deltaOf(random);
  if (draw < 0.48) return { kind: "add", delta };
  if (draw < 0.88) return { kind: "change", expected: seen, delta };
  if (draw < 0.9) return { kind: "add", delta: -1_000_000 };
  if (draw < 0.92) return { kind: "change", expected: seen, delta: -seen - 1 };
  if (draw < 0.94) return { kind: "update", name: nameOf(random) };
  return { kind: "read" };
}

function deltaOf(random: Random): number {
  return random.of([1, 1, 2, -1, -1, -2]);
}

/** No two have the same name, so that each tells who gave it. */
function nameOf(random: Random): string {
  return `Name ${random.uuid().slice(0, 18)}`;
}
