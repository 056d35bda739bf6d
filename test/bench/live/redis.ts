import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { startRedis } from "../../fixtures/redis.ts";
import { type Child, startChild } from "../../fixtures/child.ts";
import { now } from "./clock.ts";
import type { HearerAnswers } from "./hearer.ts";
import { measured, median, type Row } from "./stage.ts";

interface Sample {
  /** How much later the other process heard of it, in the median, in milliseconds. */
  readonly later: number;
  /** From a bare publish to its receipt. */
  readonly bare: number;
}

/** What Redis costs: when another process that watches hears of a change, and when the one does that made it. */
export const hintThroughRedis: Row = {
  what: "hint through Redis",
  async measure(stage) {
    await using opened = new AsyncDisposableStack();
    const { url } = stage.opened.use(await startRedis());
    const start = () =>
      opened.use(startChild<HearerAnswers>(new URL("hearer.ts", import.meta.url), [url]));
    const [here, there] = [start(), start()];
    const bare = await openBare(url);
    opened.defer(() => bare.close());
    await settled(here, there);
    return await measured<"ours", Sample>(stage, {
      what: this.what,
      runs: {
        async ours() {
          const begun = now();
          const samples: Sample[] = [];
          while (now() - begun < stage.time) {
            const time = await there.ask("times");
            const arrival = there.ask("heardAt", time);
            const first = await here.ask("hint");
            samples.push({ later: (await arrival) - first, bare: await bare.publish() });
          }
          return {
            later: median(samples.map(({ later }) => later)),
            bare: median(samples.map((sample) => sample.bare)),
          };
        },
      },
      figures: [
        {
          name: "later than in process, p50, ms",
          of: ({ ours }) => ours.later,
          atMost: 0.5,
          aim: 0.15,
        },
        { name: "bare ioredis: publish to message, p50, ms", of: ({ ours }) => ours.bare },
      ],
    });
  },
};

/** Both are connected when one hears what the other tells, and then nothing for a while. */
async function settled(here: Hearer, there: Hearer): Promise<void> {
  const before = await there.ask("times");
  for (let heard = before; heard === before; heard = await there.ask("times")) {
    await here.ask("hint");
    await sleep(200);
  }
  await sleep(500);
}

type Hearer = Child<HearerAnswers>;

/** Publishes as anybody would, and gives how long it took until the message came, in milliseconds. */
async function openBare(url: string) {
  const [publisher, subscriber] = [new Redis(url), new Redis(url)];
  await subscriber.subscribe("bench");
  return {
    async publish() {
      const received = new Promise<number>((resolve) => {
        subscriber.once("message", () => resolve(now()));
      });
      const at = now();
      await publisher.publish("bench", "a message as long as a hint is ".repeat(6));
      return (await received) - at;
    },
    close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
