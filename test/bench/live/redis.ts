import { Redis } from "ioredis";
import { startRedis } from "../../fixtures/redis.ts";
import { now } from "./clock.ts";
import { measured, median, type Row } from "./stage.ts";
import { openSubject } from "./subject.ts";

interface Sample {
  /** How much later the other process' subscriber was told, in the median, in milliseconds. */
  readonly later: number;
  /** From a bare publish to its receipt. */
  readonly bare: number;
}

/**
 * What Redis costs: of each change one subscriber is told by the process that made it, one by another that Redis told.
 * Both processes read what they tell, so that the difference between the two receipts is what the hint took.
 */
export const hintThroughRedis: Row = {
  what: "hint through Redis",
  async measure(stage) {
    await using opened = new AsyncDisposableStack();
    const { url } = stage.opened.use(await startRedis());
    const options = { kind: "partyfinder", transport: "WebSocket", subscribers: 1 } as const;
    const here = opened.use(await openSubject(stage.place, { ...options, redis: url }));
    const there = opened.use(
      await openSubject(stage.place, { ...options, redis: url, key: here.key }),
    );
    const bare = await openBare(url);
    opened.defer(() => bare.close());
    return await measured<"ours", Sample>(stage, {
      what: this.what,
      runs: {
        async ours() {
          const begun = now();
          const samples: { readonly later: number; readonly bare: number }[] = [];
          // The one that was opened last has made changes of its own, which the other was not asked to count.
          let people = await here.add();
          while (now() - begun < stage.time) {
            people += 1;
            const arrivals = Promise.all([here.arrival(people), there.arrival(people)]);
            await here.add();
            const [first, second] = await arrivals;
            samples.push({ later: second.last - first.last, bare: await bare.publish() });
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
