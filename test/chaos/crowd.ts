import type { Key, Wish } from "./history.ts";
import type { Random } from "./random.ts";
import type { Crowd, Sent, Subject } from "./subject.ts";

/** The first amount of a row: so small that some changes try to go below zero. */
export const FIRST = 3;

/** Chooses the next operation, given the amount that was seen last. */
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
  // A row's journal remembers about 17 operations per second.
  const identified = "delta" in wish && random.chance(isHot ? 0.1 : 0.4);
  return { ...key, wish, ...(identified && { operationId: random.uuid() }) };
}

function come(key: Key, random: Random): Sent {
  const draw = random.next();
  if (draw < 0.3) return { ...key, wish: createWish(random) };
  if (draw < 0.55) return { ...key, wish: { kind: "delete" } };
  if (draw < 0.65) return { ...key, wish: { kind: "read" } };
  // Without an id, because deleting a row removes its journal.
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

/** Returns a unique name, which identifies the operation that set it. */
function nameOf(random: Random): string {
  return `Name ${random.uuid().slice(0, 18)}`;
}
