import type { Operation, Wish } from "./history.ts";
import type { Random } from "./random.ts";

/** The key of a party. */
export interface Key {
  readonly partition: string;
  readonly id: string;
}

/** What clients are busy with: a few parties that all want, many that few want, and some that come and go. */
export interface Crowd {
  readonly hot: readonly Key[];
  readonly cold: readonly Key[];
  readonly passing: readonly Key[];
}

/** What a client wants next. */
export type Intention = Pick<Operation, "partition" | "id" | "operationId" | "wish">;

export const cities = ["Rome", "Oslo", "Kyoto", "Lima", "Accra"] as const;

/** How many people a party has at first: so few that some try to go below zero. */
export const FIRST = 3;

const COLD = 8;
const PASSING = 4;

/** Gathers the crowd's parties. */
export function gather(random: Random): Crowd {
  const inCity = (city: string, count: number) =>
    Array.from({ length: count }, () => ({ partition: city, id: random.uuid() }));
  return {
    hot: [...inCity("Rome", 2), ...inCity("Oslo", 1), ...inCity("Kyoto", 1)],
    cold: cities.flatMap((city) => inCity(city, COLD)),
    passing: cities.flatMap((city) => inCity(city, PASSING)),
  };
}

/** Chooses what to do next, given the count that somebody saw last. */
export function intend(
  { hot, cold, passing }: Crowd,
  random: Random,
  seen: (key: Key) => number,
): Intention {
  const draw = random.next();
  if (draw < 0.01)
    return { partition: random.of(cities), id: random.uuid(), wish: createWish(random) };
  if (draw < 0.15) return come(random.of(passing), random);
  const isHot = draw < 0.6;
  const key = random.of(isHot ? hot : cold);
  const wish = wishOf(random, seen(key));
  // A party remembers about 17 operations a second.
  const identified = "delta" in wish && random.chance(isHot ? 0.1 : 0.4);
  return { ...key, wish, ...(identified && { operationId: random.uuid() }) };
}

function come(key: Key, random: Random): Intention {
  const draw = random.next();
  if (draw < 0.3) return { ...key, wish: createWish(random) };
  if (draw < 0.55) return { ...key, wish: { kind: "delete" } };
  if (draw < 0.65) return { ...key, wish: { kind: "read" } };
  // Without an id: a deleted party forgets which it knew.
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
  return `Party ${random.uuid().slice(0, 18)}`;
}
