import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { select } from "../../../src/cassandra/index.ts";
import { createLanes } from "../../../src/lane/index.ts";
import { PartyTable } from "../../../src/party/index.ts";
import type { Comparison } from "../comparison.ts";
import type { BenchOptions } from "../index.ts";
import { percentile } from "../load.ts";
import { addPeople } from "../people.ts";
import type { Key, Place } from "./place.ts";

/** The number of changes of an old party. Each has its own round. */
const CHANGES = 100_000;

/** The TTL of the rounds of an old party, in seconds. All of them have expired before the measurement. */
const TTL = 5;

interface Ages {
  /** Never changed before the measurement: it is in one place on disk. */
  readonly fresh: Key;
  /** Changed once just before: like every party under change, it is both on disk and in memory. */
  readonly once: Key;
  readonly old: Key;
  readonly expired: Key;
}

/** The median duration of a call for each of them, in milliseconds. */
type Sample = Readonly<Record<keyof Ages, number>>;

/** Measures whether a party that was changed often is slower than a fresh one. Also reports one that was changed once. */
export function aging(
  place: Place,
  { time, progress }: Pick<BenchOptions, "time" | "progress">,
): readonly Comparison<Sample>[] {
  let ages: Promise<Ages> | undefined;
  const created = () => (ages ??= createAges(place, progress));
  const lanes = createLanes(place.session, { ttl: TTL });
  const calls = {
    "reading it": ({ city, id }: Key) => place.session.run(select(PartyTable, { city, id })),
    "listing its city": ({ city }: Key) =>
      place.session.run(select(PartyTable, { city }, { limit: 21 })),
    "a change": (key: Key) => addPeople({ lanes }, key, { delta: 1 }),
  };
  return Object.entries(calls).map(([what, call]) => ({
    what: `aging: ${what}`,
    run: async () => measureAges(call, { ages: await created(), time }),
    figures: [
      { name: "100,000 changes, p50 × fresh", of: (p50) => p50.old / p50.fresh, atMost: 1.2 },
      { name: "and every TTL, p50 × fresh", of: (p50) => p50.expired / p50.fresh, atMost: 1.2 },
      { name: "one change, p50 × fresh", of: (p50) => p50.once / p50.fresh },
      { name: "fresh, p50, ms", of: (p50) => p50.fresh },
      { name: "100,000 changes, p50, ms", of: (p50) => p50.old },
    ],
  }));
}

interface AgeOptions {
  readonly ages: Ages;
  readonly time: number;
}

/** Alternates after each call, so that a slow moment of the machine affects all ages equally. */
async function measureAges(
  call: (key: Key) => Promise<unknown>,
  { ages, time }: AgeOptions,
): Promise<Sample> {
  const times: Record<keyof Ages, number[]> = { fresh: [], once: [], old: [], expired: [] };
  const names = Object.keys(times) as (keyof Ages)[];
  const started = performance.now();
  while (performance.now() - started < time) {
    for (const name of names) {
      const at = performance.now();
      await call(ages[name]);
      times[name].push(performance.now() - at);
    }
  }
  const median = (name: keyof Ages) =>
    percentile({ times: Float64Array.from(times[name]).toSorted() }, 0.5);
  return {
    fresh: median("fresh"),
    once: median("once"),
    old: median("old"),
    expired: median("expired"),
  };
}

async function createAges(place: Place, progress: (line: string) => void): Promise<Ages> {
  const keys = await place.parties(4, "a city each");
  const [fresh, once, old, expired] = keys as [Key, Key, Key, Key];
  const kept = createLanes(place.session);
  const short = createLanes(place.session, { ttl: TTL });
  await Promise.all([
    change({ ...place, lanes: short }, expired, (done) =>
      progress(`aging: ${done.toLocaleString("en")} of ${CHANGES.toLocaleString("en")} changes`),
    ),
    change({ ...place, lanes: kept }, old, () => {}),
  ]);
  await sleep((TTL + 1) * 1000);
  await addPeople({ lanes: kept }, once, { delta: 1 });
  return { fresh, once, old, expired };
}

/** Makes all changes one after the other, some of them with an operation id. */
async function change(
  place: Pick<Place, "session" | "lanes">,
  key: Key,
  progress: (done: number) => void,
): Promise<void> {
  for (let done = 1; done <= CHANGES; done++) {
    // A party remembers 1,024 ids per minute, so only some changes have one.
    const operationId = done % 64 === 0 ? randomUUID() : undefined;
    await addPeople(place, key, { delta: done % 2 === 0 ? 1 : -1, operationId });
    if (done % 10_000 === 0) progress(done);
  }
}
