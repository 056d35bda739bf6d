import { select, type Session } from "../../../src/cassandra/index.ts";
import { PartyTable } from "../../../src/party/index.ts";
import type { Comparison } from "../comparison.ts";
import { drive, type Load, type LoadOptions, percentile } from "../load.ts";
import { addPeople, changePeople } from "../people.ts";
import type { Key, Place } from "./place.ts";

interface Sample {
  readonly load: Load;
  /** The number of lightweight transactions sent per applied change. */
  readonly sentEach: number;
}

/** Measures clients in this process without GraphQL: the lane itself. */
export function inProcess(place: Place, time: number): readonly Comparison<Sample>[] {
  const hot = place.parties(1, "one city");
  const many = place.parties(64, "one city");
  return [
    {
      what: "lane: changePeople, 32 clients, one party",
      reference: { name: "free", run: () => run(place, freely(place, hot, { clients: 32, time })) },
      run: () => run(place, inLane(place, hot, { clients: 32, time, counted: "answers" })),
      figures: [
        { name: "answers a second, × free", of: rateRatio, atLeast: 15 },
        { name: "p99, × free", of: p99Ratio, atMost: 1 / 20 },
        { name: "answers a second", of: ({ load }) => load.rate },
        { name: "p99, ms", of: ({ load }) => percentile(load, 0.99) },
        { name: "free: answers a second", of: (_, { load }) => load.rate },
        { name: "free: p99, ms", of: (_, { load }) => percentile(load, 0.99) },
      ],
    },
    {
      what: "lane: changePeople, 64 clients, 64 parties of a city",
      reference: {
        name: "free",
        run: () => run(place, freely(place, many, { clients: 64, time })),
      },
      run: () => run(place, inLane(place, many, { clients: 64, time, counted: "applied" })),
      figures: [
        { name: "applied a second, × free", of: rateRatio, atLeast: 10 },
        { name: "applied a second", of: ({ load }) => load.rate },
        { name: "free: applied a second", of: (_, { load }) => load.rate },
      ],
    },
    {
      what: "lane: LWTs for each changePeople that is applied, 32 clients, one party",
      run: () => run(place, inLane(place, hot, { clients: 32, time, counted: "applied" })),
      figures: [{ name: "sent", of: ({ sentEach }) => sentEach, atMost: 2.05 }],
    },
    {
      what: "lane: LWTs for each addPeople that is applied, 32 clients, one party",
      run: () => run(place, adding(place, hot, { clients: 32, time })),
      figures: [{ name: "sent", of: ({ sentEach }) => sentEach, atMost: 0.1 }],
    },
  ];
}

interface LaneLoadOptions extends LoadOptions {
  /** What the rate counts. */
  readonly counted: "answers" | "applied";
}

async function run(place: Place, loaded: Promise<Loaded>): Promise<Sample> {
  const before = place.sent();
  const { load, applied } = await loaded;
  return { load, sentEach: (place.sent() - before) / applied };
}

interface Loaded {
  readonly load: Load;
  readonly applied: number;
}

/** Each client expects the count of its last answer. */
async function inLane(
  place: Place,
  keys: Promise<readonly Key[]>,
  { counted, ...options }: LaneLoadOptions,
): Promise<Loaded> {
  const all = await keys;
  const known = await readCounts(place.session, all, options);
  let applied = 0;
  const load = await drive(options, async (client) => {
    const change = { expected: known[client]!, delta: 1 };
    const answer = await changePeople(place, all[client % all.length]!, change);
    if ("people" in answer) {
      known[client] = answer.people;
      applied += 1;
      return 1;
    }
    known[client] = answer.actual;
    return counted === "answers" ? 1 : 0;
  });
  return { load, applied };
}

/** Each client repeats its change with the actual count of the last answer, until the change is applied. */
async function freely(
  { free, session }: Place,
  keys: Promise<readonly Key[]>,
  options: LoadOptions,
): Promise<Loaded> {
  const all = await keys;
  const known = await readCounts(session, all, options);
  const load = await drive(options, async (client) => {
    const key = all[client % all.length]!;
    for (;;) {
      // A time-out is repeated like a refusal.
      const change = { expected: known[client]!, delta: 1 };
      const answer = await free.change(key, change).catch(() => undefined);
      if (!answer) continue;
      known[client] = "applied" in answer ? known[client]! + 1 : answer.actual;
      if ("applied" in answer) return 1;
    }
  });
  return { load, applied: load.times.length };
}

async function adding(
  place: Place,
  keys: Promise<readonly Key[]>,
  options: LoadOptions,
): Promise<Loaded> {
  const [key] = await keys;
  let applied = 0;
  const load = await drive(options, async () => {
    await addPeople(place, key!, { delta: 1 });
    applied += 1;
    return 1;
  });
  return { load, applied };
}

/** Returns the current count of each client's party. */
async function readCounts(
  session: Session,
  keys: readonly Key[],
  { clients }: Pick<LoadOptions, "clients">,
) {
  const parties = await Promise.all(
    keys.map(({ city, id }) => session.run(select(PartyTable, { city, id }, { serial: true }))),
  );
  return Array.from({ length: clients }, (_, client) => parties[client % keys.length]!.people);
}

const rateRatio = (ours: Sample, reference: Sample) => ours.load.rate / reference.load.rate;
const p99Ratio = (ours: Sample, reference: Sample) =>
  percentile(ours.load, 0.99) / percentile(reference.load, 0.99);
