import { drive, percentile } from "../load.ts";
import { closedLoop } from "./closed-loop.ts";
import { READ } from "./operations.ts";
import { measured, type Measurement } from "./stage.ts";
import { openSubject } from "./subject.ts";

const CLIENTS = 8;

/** Measures the effect of broadcasts on clients that only read. */
export function reads(subscribers: number): Measurement {
  const what = `reads by ${CLIENTS} clients during broadcasts to ${subscribers.toLocaleString("en")}`;
  return {
    what,
    async measure(stage) {
      await using subject = await openSubject(stage.place, {
        kind: "partyfinder",
        transport: "WebSocket",
        subscribers,
      });
      const { time } = stage;
      const read = async () => {
        const load = await drive({ clients: CLIENTS, time }, async () => {
          await subject.poster.post(READ, subject.key);
          return 1;
        });
        return { p50: percentile(load, 0.5), p99: percentile(load, 0.99), rate: load.rate };
      };
      return await measured(stage, {
        what,
        runs: {
          without: read,
          async during() {
            const [load] = await Promise.all([read(), closedLoop(subject, time)]);
            return load;
          },
        },
        figures: [
          { name: "p99, × without", of: (of) => of.during.p99 / of.without.p99, atMost: 3 },
          { name: "p99, ms", of: (of) => of.during.p99 },
          { name: "without: p99, ms", of: (of) => of.without.p99 },
          { name: "reads a second", of: (of) => of.during.rate },
          { name: "without: reads a second", of: (of) => of.without.rate },
        ],
      });
    },
  };
}
