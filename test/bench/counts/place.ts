import { randomUUID } from "node:crypto";
import { connect, type Session } from "../../../src/cassandra/index.ts";
import { createLanes, type Lanes } from "../../../src/lane/index.ts";
import { PartyTable, tables } from "../../../src/party/index.ts";
import { createOrdered } from "../../../src/order/index.ts";
import { createTestKeyspace, startTestCassandra } from "../../../src/testing/index.ts";
import { connectFree, type FreeDriver } from "./free.ts";

/** A Cassandra with the application's tables, and two clients of it: a session and the bare driver. */
export interface Place extends AsyncDisposable {
  readonly cluster: { readonly contactPoints: readonly string[]; readonly localDataCenter: string };
  readonly keyspace: string;
  readonly session: Session;
  readonly lanes: Lanes;
  readonly free: FreeDriver;
  /** Returns how many lightweight transactions the session has sent. */
  readonly sent: () => number;
  /** Creates parties, all in one city or each in its own. */
  parties(count: number, cities: "one city" | "a city each"): Promise<readonly Key[]>;
}

export interface Key {
  readonly city: string;
  readonly id: string;
}

export async function openPlace(progress: (line: string) => void): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const cassandra = opened.use(await startTestCassandra({ progress, runtime: "jars" }));
  const cluster = {
    contactPoints: cassandra.contactPoints,
    localDataCenter: cassandra.localDataCenter,
  };
  const { name: keyspace } = opened.use(await createTestKeyspace({ cassandra, tables }));
  const { session, sent } = counting(opened.use(await connect({ ...cluster, keyspace })));
  const free = await connectFree(cluster, keyspace);
  opened.defer(() => free.close());
  const lanes = createLanes(session);
  const ordered = createOrdered({ session, lanes });
  const kept = opened.move();
  return {
    cluster,
    keyspace,
    session,
    lanes,
    free,
    sent,
    async parties(count, cities) {
      const common = randomUUID();
      const keys = Array.from({ length: count }, () => ({
        city: cities === "one city" ? common : randomUUID(),
        id: randomUUID(),
      }));
      for (let at = 0; at < count; at += 100) {
        const some = keys
          .slice(at, at + 100)
          .map((key) => ({ ...key, name: "A party", people: 1000, date: new Date() }));
        await Promise.all(some.map((party) => ordered.create(PartyTable, party)));
      }
      return keys;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function counting(session: Session): { readonly session: Session; readonly sent: () => number } {
  let sent = 0;
  const counted: Session = {
    ...session,
    run(statement) {
      if (statement.kind === "lwt") sent += 1;
      return session.run(statement);
    },
  };
  return { session: counted, sent: () => sent };
}
