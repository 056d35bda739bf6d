import { fileURLToPath } from "node:url";
import { select, type Session } from "../../../src/cassandra/index.ts";
import { tables } from "../../../src/party/index.ts";
import { PartyTable } from "../../../src/party/table.ts";
import { startCommand } from "../../fixtures/command.ts";
import { roomySettings } from "../../fixtures/roomy-limits.ts";
import { BROWSE } from "../../fixtures/parties.ts";
import type { Random } from "../random.ts";
import type { Crowd, Found, Server, Subject, Way } from "../subject.ts";
import { createClient, createQueries } from "./client.ts";
import { watch } from "./watch.ts";

const cities = ["Rome", "Oslo", "Kyoto", "Lima", "Accra"] as const;

const COLD = 8;
const PASSING = 4;

/** The parties of the service itself, over GraphQL, with many rows per partition, which is a city. */
export const parties: Subject = {
  tables,
  startServer: (env) => startCommand(["serve"], { env: { ...roomySettings, ...env }, cwd: here }),
  greeting: "Ctrl-C",
  createClient,
  gather,
  newKey: (random) => ({ partition: random.of(cities), id: random.uuid() }),
  watch,
  waysToRead,
};

/** A directory without an `.env`. */
const here = fileURLToPath(new URL(".", import.meta.url));

function gather(random: Random): Crowd {
  const inCity = (partition: string, count: number) =>
    Array.from({ length: count }, () => ({ partition, id: random.uuid() }));
  return {
    hot: [...inCity("Rome", 2), ...inCity("Oslo", 1), ...inCity("Kyoto", 1)],
    cold: cities.flatMap((city) => inCity(city, COLD)),
    passing: cities.flatMap((city) => inCity(city, PASSING)),
  };
}

function waysToRead(session: Session, servers: readonly Server[]): readonly Way[] {
  return [
    {
      by: "a serial read",
      async read(city) {
        const found = await session.run(select(PartyTable, { city }, { serial: true }));
        return found.map(toFound);
      },
    },
    ...servers.map((server) => ({
      by: `server ${server.process}`,
      read: (city: string) => browse(server, city),
    })),
  ];
}

interface FoundParty {
  readonly id: string;
  readonly people: number;
  readonly name: string;
}

function toFound({ id, people, name }: FoundParty): Found {
  return { id, amount: people, name };
}

async function browse(server: Server, city: string): Promise<readonly Found[]> {
  using queries = createQueries(server);
  const found: FoundParty[] = [];
  for (let after: string | null = null; ;) {
    const { data, errors } = await queries.query(BROWSE, { city, first: 100, after });
    if (errors) throw new Error(`Server ${server.process} does not list the parties of ${city}`);
    const { nodes, pageInfo } = data.partiesInCity;
    found.push(...nodes);
    if (!pageInfo.hasNextPage) return found.map(toFound);
    after = pageInfo.endCursor;
  }
}
