import { setTimeout as sleep } from "node:timers/promises";
import { readTimed } from "../people.ts";
import { now } from "./clock.ts";
import type { Summary } from "./record.ts";
import { measured, median, type Row } from "./stage.ts";
import { openSubject, type Subject } from "./subject.ts";

/** Changes a second. */
const RATE = 500;

/** How often the writers wake, in milliseconds. */
const TICK = 4;

interface Sample extends Summary {
  /** Changes a second that were answered. */
  readonly rate: number;
  /** What a read as the hub's takes meanwhile, in the median, in milliseconds. */
  readonly read: number;
}

/**
 * One row changes faster than all can be told of each change. From the answer of a change until a subscriber has that
 * count or a newer one, beside what cannot be avoided: the broadcast that is under way, and the hub's reads.
 */
export function hotRow(subscribers: number): Row {
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
        runs: { ours: () => write(subject, read, stage.time) },
        figures: [
          {
            name: "p99 until told, × (broadcast + 2 reads)",
            of: ({ ours }) => ours.p99 / (ours.broadcast + 2 * ours.read),
            atMost: 4,
            aim: 2.5,
          },
          { name: "p99 until told, ms", of: ({ ours }) => ours.p99 },
          { name: "p50 until told, ms", of: ({ ours }) => ours.p50 },
          { name: "broadcast, ms", of: ({ ours }) => ours.broadcast },
          { name: "read, ms", of: ({ ours }) => ours.read },
          { name: "changes a second", of: ({ ours }) => ours.rate },
          { name: "counts a subscriber is told a second", of: ({ ours }) => ours.each },
        ],
      });
    },
  };
}

async function write(
  { audience, add, arrival }: Subject,
  read: () => Promise<unknown>,
  time: number,
): Promise<Sample> {
  const answered: (readonly [people: number, at: number])[] = [];
  const changes: Promise<void>[] = [];
  const reads: number[] = [];
  await audience.ask("begin");
  const begun = now();
  const reading = readAgainAndAgain();
  while (now() - begun < time) {
    while (changes.length < ((now() - begun) / 1000) * RATE) {
      const made = change();
      // Thrown below, when all of them are waited for.
      made.catch(() => {});
      changes.push(made);
    }
    await sleep(TICK);
  }
  await Promise.all(changes);
  const seconds = (now() - begun) / 1000;
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

  async function readAgainAndAgain() {
    while (now() - begun < time) {
      const at = now();
      await read();
      reads.push(now() - at);
      await sleep(10 * TICK);
    }
  }
}
