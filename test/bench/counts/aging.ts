import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { select } from "../../../src/cassandra/index.ts";
import { createLanes } from "../../../src/lane/index.ts";
import { PartyTable } from "../../../src/party/index.ts";
import { addPeople } from "../../../src/party/people.ts";
import type { Comparison } from "../comparison.ts";
import { drive, percentile } from "../load.ts";
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

interface Sample {
  readonly p50: number;
  /** That of a party that was changed once. */
  readonly once: number;
}

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
    "a change": (key: Key) => addPeople({ ...place, lanes }, key, { delta: 1 }),
  };
  const p50 = async (call: (key: Key) => Promise<unknown>, key: Key) => {
    const load = await drive(1, time / 4, async () => {
      await call(key);
      return 1;
    });
    return percentile(load, 0.5);
  };
  const sampleOf = async (call: (key: Key) => Promise<unknown>, age: keyof Ages) => {
    const ages = await made();
    return { p50: await p50(call, ages[age]), once: await p50(call, ages.once) };
  };
  return Object.entries(calls).flatMap(([what, call]) =>
    (["old", "expired"] as const).map((age) => ({
      what: `aging: ${what}, ${age === "old" ? "after 100,000 changes" : "and after every TTL"}`,
      reference: { name: "fresh", run: () => sampleOf(call, "fresh") },
      run: () => sampleOf(call, age),
      figures: [
        { name: "p50, × fresh", of: (ours, fresh) => ours.p50 / fresh.p50, atMost: 1.2 },
        { name: "p50, × changed once", of: (ours) => ours.p50 / ours.once },
        { name: "p50, ms", of: (ours) => ours.p50 },
      ],
    })),
  );
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
  await addPeople({ ...place, lanes: kept }, once, { delta: 1 });
  return { fresh, once, old, expired };
}

/** One after the other, every other one under an id. */
async function change(
  place: Pick<Place, "session" | "lanes">,
  key: Key,
  progress: (done: number) => void,
): Promise<void> {
  for (let done = 1; done <= CHANGES; done++) {
    // A party remembers 1,024 of a minute, so only as many as it can.
    const operationId = done % 64 === 0 ? randomUUID() : undefined;
    await addPeople(place, key, { delta: done % 2 === 0 ? 1 : -1, operationId });
    if (done % 10_000 === 0) progress(done);
  }
}
