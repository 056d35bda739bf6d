import { setTimeout as sleep } from "node:timers/promises";
import { openPoster } from "../../fixtures/poster.ts";
import { interleave } from "../comparison.ts";
import type { Place } from "../counts/place.ts";
import { openLoad, type Sample } from "./load.ts";
import { PAGE } from "./operations.ts";
import { createCity } from "./parties.ts";
import { startServer } from "./server.ts";
import type { Measurement } from "./stage.ts";

const PARTIES = 100_000;

/** Few enough that a page takes about as long as it does alone. */
const CLIENTS = 4;

const what = `deep pages of 100, ${PARTIES.toLocaleString("en")} parties`;

/** Measures whether a page at the end of a large city takes longer than the first one. */
export const deepPages: Measurement<Place> = {
  what,
  async measure({ time, warmUp, ...stage }, place) {
    stage.progress(`${what}: creating the parties`);
    const { city } = await createCity(place.session, PARTIES);
    await flush(place);
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await startServer("service", place));
    stage.progress(`${what}: walking through all pages`);
    const cursors = await walk(server.url, city);
    const openAt = async (page: number) => {
      const variables = [{ city, after: cursors[page] }];
      const requests = { clients: CLIENTS, query: PAGE, variables };
      return opened.use(await openLoad(server, requests, place));
    };
    const loads = {
      first: await openAt(0),
      middle: await openAt(cursors.length / 2),
      last: await openAt(cursors.length - 1),
    };
    for (const load of Object.values(loads)) await load.run(warmUp);
    return await interleave<keyof typeof loads, Sample>(
      {
        what,
        runs: {
          first: () => loads.first.run(time),
          middle: () => loads.middle.run(time),
          last: () => loads.last.run(time),
        },
        figures: [
          {
            name: "CPU of server and Cassandra, last × first",
            of: ({ last, first }) => cpuOf(last) / cpuOf(first),
            atMost: 1.2,
          },
          { name: "the same, middle × first", of: (of) => cpuOf(of.middle) / cpuOf(of.first) },
          { name: "p50, last × first", of: ({ last, first }) => last.p50 / first.p50 },
          { name: "first: p50, ms", of: ({ first }) => first.p50 },
          { name: "last: p50, ms", of: ({ last }) => last.p50 },
          { name: "first: server's CPU, µs", of: ({ first }) => first.server },
          { name: "last: server's CPU, µs", of: ({ last }) => last.server },
          { name: "first: Cassandra's CPU, µs", of: ({ first }) => first.cassandra },
          { name: "last: Cassandra's CPU, µs", of: ({ last }) => last.cassandra },
        ],
      },
      stage,
    );
  },
};

function cpuOf({ server, cassandra }: Sample): number {
  return server + cassandra;
}

/** Lets Cassandra write the parties to disk, where it finds the place of a page by an index. */
async function flush({ session }: Place): Promise<void> {
  await session.cql("ALTER TABLE party WITH memtable_flush_period_in_ms = 1000");
  await sleep(3000);
  await session.cql("ALTER TABLE party WITH memtable_flush_period_in_ms = 0");
}

interface PageData {
  readonly partiesInCity: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

/** Reads all pages. Returns the cursor before each of them. */
async function walk(url: string, city: string): Promise<readonly (string | null)[]> {
  using poster = openPoster<PageData>(url);
  const cursors: (string | null)[] = [null];
  for (;;) {
    const { partiesInCity } = await poster.post(PAGE, { city, after: cursors.at(-1)! });
    const { hasNextPage, endCursor } = partiesInCity.pageInfo;
    if (!hasNextPage) return cursors;
    cursors.push(endCursor);
  }
}
