import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { startRedis } from "../../fixtures/redis.ts";
import { type Child, startChild } from "../../fixtures/child.ts";
import { now } from "./clock.ts";
import type { ReceiverAnswers } from "./receiver.ts";
import { measured, type Measurement, median } from "./stage.ts";

interface Sample {
  /** The median delay of the other process, in milliseconds. */
  readonly later: number;
  /** The median time from a bare publish to its receipt, in milliseconds. */
  readonly bare: number;
}

/** Measures the cost of Redis: how much later another process receives a hint than the one that published it. */
export const hintThroughRedis: Measurement = {
  what: "hint through Redis",
  async measure(stage) {
    await using opened = new AsyncDisposableStack();
    const { url } = stage.opened.use(await startRedis());
    const start = () =>
      opened.use(startChild<ReceiverAnswers>(new URL("receiver.ts", import.meta.url), [url]));
    const [here, there] = [start(), start()];
    const bare = await openBare(url);
    opened.defer(() => bare.close());
    await settled(here, there);
    return await measured<"ours", Sample>(stage, {
      what: this.what,
      runs: {
        async ours() {
          const started = now();
          const samples: Sample[] = [];
          while (now() - started < stage.time) {
            const number = await there.ask("hints");
            const arrival = there.ask("receivedAt", number);
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

/** Waits until both processes are connected, which is when one receives the hints of the other. */
async function settled(here: Receiver, there: Receiver): Promise<void> {
  const before = await there.ask("hints");
  for (let hints = before; hints === before; hints = await there.ask("hints")) {
    await here.ask("hint");
    await sleep(200);
  }
  await sleep(500);
}

type Receiver = Child<ReceiverAnswers>;

/** Opens a bare publisher and subscriber. `publish` returns the time until the message arrived, in milliseconds. */
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
