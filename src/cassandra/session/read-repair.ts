import { singleFlight } from "../../support/single-flight.ts";
import type { Table } from "../table.ts";
import { agreedVersion, readRepairIn } from "./introspect.ts";
import { SCHEMA_INTERVAL } from "./schema-watch.ts";
import type { Session } from "./session.ts";

/** How a table of a keyspace repairs replicas that a read finds to differ; undefined: see {@link readRepairIn}. */
export type ReadRepairOf = (table: Table) => Promise<string | undefined>;

/**
 * Makes the function that reads the `read_repair` of tables. That a table has `BLOCKING` is remembered until the schema has
 * another version, for which it looks every {@link SCHEMA_INTERVAL} at most, and only when it is asked.
 *
 * @param session has a keyspace
 */
export function createReadRepair(session: Pick<Session, "run" | "keyspace">): ReadRepairOf {
  /** Of what is read just now, and of tables that have it. */
  const known = new Map<string, Promise<string | undefined>>();
  let version: string | undefined;
  let lookedAt = -Infinity;

  const look = singleFlight(async () => {
    if (performance.now() - lookedAt < SCHEMA_INTERVAL) return;
    const begun = performance.now();
    const found = await agreedVersion(session);
    if (found === undefined || found !== version) known.clear();
    [version, lookedAt] = [found, begun];
  });

  async function read(name: string): Promise<string | undefined> {
    const reading = readRepairIn(session, session.keyspace ?? "", name);
    known.set(name, reading);
    const found = await reading.catch(() => undefined);
    if (found !== "BLOCKING" && known.get(name) === reading) known.delete(name);
    return reading;
  }

  return async ({ name }) => {
    await look();
    return known.get(name) ?? read(name);
  };
}
