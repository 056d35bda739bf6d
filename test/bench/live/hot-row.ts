import { setTimeout as sleep } from "node:timers/promises";
import { readTimed } from "../people.ts";
import { now } from "./clock.ts";
import type { Summary } from "./record.ts";
import { measured, type Measurement, median } from "./stage.ts";
import { openSubject, type Subject } from "./subject.ts";

/** Changes per second. */
const RATE = 500;

/** The interval of the writers in milliseconds. */
const TICK = 4;

interface Sample extends Summary {
  /** Answered changes per second. */
  readonly rate: number;
  /** The median duration of a read like the hub's at the same time, in milliseconds. */
  readonly read: number;
}

/**
 * Measures a row that changes faster than each change can be broadcast: the time from the answer of a change until a
 * subscriber has that count or a newer one, relative to what is unavoidable: the running broadcast and the hub's reads.
 */
export function hotRow(subscribers: number): Measurement {
  const what = `a row that changes ${RATE} times a second, ${subscribers.toLocaleString("en")} subscribers`;
  return {
    what,
    async measure(stage) {
      await using subject = await openSubject(stage.place, {
        kind: "partyfinder",
        transport: "WebSocket",
        subscribers,
      });
      const read = () => readTimed(stage.place.session, subject.key);
      return await measured<"ours", Sample>(stage, {
        what,
        runs: { ours: () => write(subject, { read, time: stage.time }) },
        figures: [
          {
            name: "p99 until delivered, × (broadcast + 2 reads)",
            of: ({ ours }) => ours.p99 / (ours.broadcast + 2 * ours.read),
            atMost: 4,
            aim: 2.5,
          },
          { name: "p99 until delivered, ms", of: ({ ours }) => ours.p99 },
          { name: "p50 until delivered, ms", of: ({ ours }) => ours.p50 },
          { name: "broadcast, ms", of: ({ ours }) => ours.broadcast },
          { name: "read, ms", of: ({ ours }) => ours.read },
          { name: "changes a second", of: ({ ours }) => ours.rate },
          { name: "counts per subscriber and second", of: ({ ours }) => ours.each },
        ],
      });
    },
  };
}

interface WriteOptions {
  readonly read: () => Promise<unknown>;
  readonly time: number;
}

async function write(
  { audience, add, arrival }: Subject,
  { read, time }: WriteOptions,
): Promise<Sample> {
  const answered: (readonly [people: number, at: number])[] = [];
  const changes: Promise<void>[] = [];
  const reads: number[] = [];
  await audience.ask("begin");
  const started = now();
  const reading = readRepeatedly();
  while (now() - started < time) {
    while (changes.length < ((now() - started) / 1000) * RATE) {
      const changed = change();
      // `Promise.all` below throws the error.
      changed.catch(() => {});
      changes.push(changed);
    }
    await sleep(TICK);
  }
  await Promise.all(changes);
  const seconds = (now() - started) / 1000;
  await reading;
  answered.sort(([one], [other]) => one - other);
  await arrival(answered.at(-1)![0]);
  const summary = await audience.ask("summary", answered);
  return {
    ...summary,
    each: summary.each / seconds,
    rate: changes.length / seconds,
    read: median(reads),
  };

  async function change() {
    const people = await add();
    answered.push([people, now()]);
  }

  async function readRepeatedly() {
    while (now() - started < time) {
      const at = now();
      await read();
      reads.push(now() - at);
      await sleep(10 * TICK);
    }
  }
}
