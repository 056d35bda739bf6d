import { type Figure, interleave } from "../comparison.ts";
import type { Key, Place } from "../counts/place.ts";
import { coresOf } from "./figures.ts";
import { openLoad, type Sample } from "./load.ts";
import { LIST } from "./operations.ts";
import { createCity } from "./parties.ts";
import { startServer } from "./server.ts";
import type { Measurement } from "./stage.ts";

const CITIES = 100;
const PARTIES = 25;
const CLIENTS = 64;

type Servers = Readonly<Record<"one" | "two", Sample>>;

const what = "two processes on one port";

/**
 * Measures two processes of the service on one port. Where Cassandra and the clients need the same cores, the second one
 * has little to gain; the figures tell who uses how much.
 */
export const twoProcesses: Measurement<Place> = {
  what,
  async measure({ time, warmUp, ...stage }, place) {
    const variables: Key[] = [];
    while (variables.length < CITIES) variables.push(await createCity(place.session, PARTIES));
    await using opened = new AsyncDisposableStack();
    const open = async (program: "service" | "two-services") => {
      const server = opened.use(await startServer(program, place));
      return opened.use(
        await openLoad(server, { clients: CLIENTS, query: LIST, variables }, place),
      );
    };
    const loads = { one: await open("service"), two: await open("two-services") };
    for (const load of Object.values(loads)) await load.run(warmUp);
    return await interleave<keyof Servers, Sample>(
      {
        what,
        runs: { one: () => loads.one.run(time), two: () => loads.two.run(time) },
        figures: [
          { name: "requests a second, × one process", of: ({ one, two }) => two.rate / one.rate },
          { name: "requests a second", of: ({ two }) => two.rate },
          { name: "p99, ms", of: ({ two }) => two.p99 },
          { name: "one process: requests a second", of: ({ one }) => one.rate },
          { name: "one process: p99, ms", of: ({ one }) => one.p99 },
          ...(["server", "cassandra", "clients"] as const).flatMap(
            (process): readonly Figure<readonly [Servers]>[] => [
              { name: `cores: ${process}`, of: ({ two }) => coresOf(two, process) },
              { name: `one process: cores: ${process}`, of: ({ one }) => coresOf(one, process) },
            ],
          ),
        ],
      },
      stage,
    );
  },
};
