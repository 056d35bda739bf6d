/** What subscribers received while a row changed faster than it could be broadcast. */
export interface Summary {
  /** The 99th percentile of the time from a change's answer until a subscriber had that count or a newer one, in ms. */
  readonly p99: number;
  readonly p50: number;
  /** The median time to send one count to all subscribers, in milliseconds. */
  readonly broadcast: number;
  /** The average number of counts per subscriber. */
  readonly each: number;
}

interface Receipts {
  readonly people: number[];
  readonly times: number[];
}

interface Answered {
  readonly answered: readonly (readonly [people: number, at: number])[];
}

/** The width of a histogram step in milliseconds, and the number of steps. */
const STEP = 0.02;
const STEPS = 1_500_000;

/** Creates a record of the counts that each subscriber received. */
export function createRecord(subscribers: number) {
  const receipts = Array.from({ length: subscribers }, (): Receipts => ({ people: [], times: [] }));
  return {
    add(number: number, people: number, time: number) {
      receipts[number]!.people.push(people);
      receipts[number]!.times.push(time);
    },
    summary(answered: readonly (readonly [people: number, at: number])[]): Summary {
      const delays = new Uint32Array(STEPS);
      for (const one of receipts) countDelays(delays, { ...one, answered });
      const total = delays.reduce((sum, count) => sum + count, 0);
      return {
        p50: delayAt(delays, total * 0.5),
        p99: delayAt(delays, total * 0.99),
        broadcast: broadcastTime(receipts),
        each: receipts.reduce((sum, { people }) => sum + people.length, 0) / subscribers,
      };
    },
  };
}

function countDelays(delays: Uint32Array, { people, times, answered }: Receipts & Answered): void {
  let at = 0;
  for (const [count, time] of answered) {
    while (at < people.length && people[at]! < count) at += 1;
    // A subscriber that never got the count counts as the longest delay.
    const delay = at < people.length ? Math.max(0, times[at]! - time) : Infinity;
    const step = Math.min(STEPS - 1, Math.floor(delay / STEP));
    delays[step] = delays[step]! + 1;
  }
}

function delayAt(delays: Uint32Array, wanted: number): number {
  let sum = 0;
  return delays.findIndex((count) => (sum += count) >= wanted) * STEP;
}

/**
 * Returns the median time from the first to the last receipt of a count. If only most subscribers got a count, because
 * others got a newer one instead, its time is scaled up to all of them. Counts that less than half of them got are ignored.
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
