import { startChild } from "../../fixtures/child.ts";
import type { Place } from "../counts/place.ts";
import { readProcesses, startedHere } from "../processes.ts";
import type { ClientsAnswers, Measured } from "./clients.ts";
import type { Requests } from "./requests.ts";
import type { Server } from "./server.ts";

/** What a server did for its clients, and what that took. */
export interface Sample extends Measured {
  /** The processor time per request, in microseconds. */
  readonly server: number;
  readonly cassandra: number;
  readonly clients: number;
  /** How many reads of parties Cassandra executed per request. */
  readonly reads: number;
}

/** The clients of a server, in their own process. */
export interface ServerLoad extends AsyncDisposable {
  /** Sends each request once. Returns the answers. */
  readonly texts: () => Promise<readonly string[]>;
  /** Sends requests for some time, in milliseconds. */
  readonly run: (time: number) => Promise<Sample>;
}

export async function openLoad(
  server: Server,
  requests: Requests,
  place?: Place,
): Promise<ServerLoad> {
  const clients = startChild<ClientsAnswers>(new URL("clients.ts", import.meta.url));
  await clients.ask("prepare", server.url, requests);

  async function used() {
    const [ofServer, ofClients] = [await server.cpu(), await clients.ask("cpu")];
    return {
      server: ofServer,
      clients: ofClients,
      cassandra: place ? cassandraTime() : NaN,
      reads: place ? await readCount(place) : NaN,
    };
  }

  return {
    texts: () => clients.ask("texts"),
    async run(time) {
      const before = await used();
      const measured = await clients.ask("run", time);
      const after = await used();
      const each = (name: keyof typeof after) => (after[name] - before[name]) / measured.requests;
      return {
        ...measured,
        server: each("server"),
        cassandra: each("cassandra"),
        clients: each("clients"),
        reads: each("reads"),
      };
    },
    [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
  };
}

/** Returns the processor time that the Cassandra of this run has used, in microseconds. */
function cassandraTime(): number {
  const java = startedHere(readProcesses()).filter(({ name }) => name === "java");
  return java.reduce((sum, { used }) => sum + used, 0) * 1000;
}

/** Returns how many reads of parties Cassandra has coordinated: those of one partition, by key. */
async function readCount({ session, keyspace }: Place): Promise<number> {
  const [row] = await session.cql(
    "SELECT count FROM system_views.coordinator_read_latency WHERE keyspace_name = ? AND table_name = ?",
    [keyspace, "party"],
  );
  return Number(row!["count"]);
}
