import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { select } from "../../../src/cassandra/index.ts";
import { createLanes } from "../../../src/lane/index.ts";
import { PartyTable } from "../../../src/party/index.ts";
import type { Comparison } from "../comparison.ts";
import { percentile } from "../load.ts";
import { addPeople } from "../people.ts";
import type { Key, Place } from "./place.ts";

/** How many changes make a party old, each in a round of its own. */
const CHANGES = 100_000;

/** How long the rounds of an old party are kept, in seconds: all of them have expired when it is measured. */
const TTL = 5;

interface Ages {
  /** Not changed since it was created, until changes are measured: it lies in one place on disk. */
  readonly fresh: Key;
  /** Changed once, just now: as every party that is being changed, it lies on disk and in memory. */
  readonly once: Key;
  readonly old: Key;
  readonly expired: Key;
}

/** The median time of a call on each of them, in milliseconds. */
type Sample = Readonly<Record<keyof Ages, number>>;

/** Whether a party that was changed often is slower than a fresh one; told beside it, than one that was changed once. */
export function aging(
  place: Place,
  time: number,
  progress: (line: string) => void,
): readonly Comparison<Sample>[] {
  let ages: Promise<Ages> | undefined;
  const made = () => (ages ??= makeAges(place, progress));
  const lanes = createLanes(place.session, { ttl: TTL });
  const calls = {
    "reading it": ({ city, id }: Key) => place.session.run(select(PartyTable, { city, id })),
    "listing its city": ({ city }: Key) =>
      place.session.run(select(PartyTable, { city }, { limit: 21 })),
    "a change": (key: Key) => addPeople({ lanes }, key, 1),
  };
  return Object.entries(calls).map(([what, call]) => ({
    what: `aging: ${what}`,
    run: async () => inTurn(call, await made(), time),
    figures: [
      { name: "100,000 changes, p50 × fresh", of: (p50) => p50.old / p50.fresh, atMost: 1.2 },
      { name: "and every TTL, p50 × fresh", of: (p50) => p50.expired / p50.fresh, atMost: 1.2 },
      { name: "one change, p50 × fresh", of: (p50) => p50.once / p50.fresh },
      { name: "fresh, p50, ms", of: (p50) => p50.fresh },
      { name: "100,000 changes, p50, ms", of: (p50) => p50.old },
    ],
  }));
}

/** Call by call, so that whatever slows the machine for a moment slows all of them. */
async function inTurn(
  call: (key: Key) => Promise<unknown>,
  ages: Ages,
  time: number,
): Promise<Sample> {
  const times: Record<keyof Ages, number[]> = { fresh: [], once: [], old: [], expired: [] };
  const names = Object.keys(times) as (keyof Ages)[];
  const begun = performance.now();
  while (performance.now() - begun < time) {
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

async function makeAges(place: Place, progress: (line: string) => void): Promise<Ages> {
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
  await addPeople({ lanes: kept }, once, 1);
  return { fresh, once, old, expired };
}

/** One after the other, some of them under an id. */
async function change(
  place: Pick<Place, "session" | "lanes">,
  key: Key,
  progress: (done: number) => void,
): Promise<void> {
  for (let done = 1; done <= CHANGES; done++) {
    // A party remembers 1,024 of a minute, so only as many as it can.
    const operationId = done % 64 === 0 ? randomUUID() : undefined;
    await addPeople(place, key, done % 2 === 0 ? 1 : -1, operationId);
    if (done % 10_000 === 0) progress(done);
  }
}
