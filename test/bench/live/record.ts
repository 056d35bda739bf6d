/** All that subscribers got while a row changed faster than they could be told. */
export interface Summary {
  /** From a change's answer until a subscriber had that count or a newer one: 99 of 100 took at most this, in ms. */
  readonly p99: number;
  readonly p50: number;
  /** How long it took to send one count to all, in the median, in milliseconds. */
  readonly broadcast: number;
  /** Counts that a subscriber got, on average. */
  readonly each: number;
}

interface Receipts {
  readonly people: number[];
  readonly times: number[];
}

/** In milliseconds, and how many of them a delay can be long. */
const STEP = 0.02;
const STEPS = 1_500_000;

/** Makes what notes what comes to so many subscribers. */
export function createRecord(subscribers: number) {
  const receipts = Array.from({ length: subscribers }, (): Receipts => ({ people: [], times: [] }));
  return {
    add(number: number, people: number, time: number) {
      receipts[number]!.people.push(people);
      receipts[number]!.times.push(time);
    },
    summary(answered: readonly (readonly [people: number, at: number])[]): Summary {
      const delays = new Uint32Array(STEPS);
      for (const one of receipts) countDelays(one, answered, delays);
      const total = delays.reduce((sum, count) => sum + count, 0);
      return {
        p50: share(delays, total * 0.5),
        p99: share(delays, total * 0.99),
        broadcast: broadcastTime(receipts),
        each: receipts.reduce((sum, { people }) => sum + people.length, 0) / subscribers,
      };
    },
  };
}

function countDelays(
  { people, times }: Receipts,
  answered: readonly (readonly [people: number, at: number])[],
  delays: Uint32Array,
): void {
  let at = 0;
  for (const [count, time] of answered) {
    while (at < people.length && people[at]! < count) at += 1;
    // One that did not get it until the end waited longer than anything is counted.
    const delay = at < people.length ? Math.max(0, times[at]! - time) : Infinity;
    const step = Math.min(STEPS - 1, Math.floor(delay / STEP));
    delays[step] = delays[step]! + 1;
  }
}

function share(delays: Uint32Array, wanted: number): number {
  let sum = 0;
  return delays.findIndex((count) => (sum += count) >= wanted) * STEP;
}

/**
 * From the first to the last receipt of a count. One that most but not all got, because some were given a newer one
 * instead, is taken for all in proportion; one that few got is not.
 */
function broadcastTime(receipts: readonly Receipts[]): number {
  const seen = new Map<number, { count: number; first: number; last: number }>();
  for (const { people, times } of receipts) {
    people.forEach((value, at) => {
      const time = times[at]!;
      const known = seen.get(value) ?? { count: 0, first: time, last: time };
      known.count += 1;
      known.first = Math.min(known.first, time);
      known.last = Math.max(known.last, time);
      seen.set(value, known);
    });
  }
  const sent = [...seen.values()]
    .filter(({ count }) => count >= receipts.length / 2)
    .map(({ count, first, last }) => ((last - first) * receipts.length) / count)
    .toSorted((a, b) => a - b);
  return sent[Math.floor(sent.length / 2)] ?? NaN;
}
