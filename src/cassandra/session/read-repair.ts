import { singleFlight } from "../../single-flight.ts";
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
  const blocking = new Set<string>();
  let version: string | undefined;
  let lookedAt = -Infinity;

  const look = singleFlight(async () => {
    if (performance.now() - lookedAt < SCHEMA_INTERVAL) return;
    const begun = performance.now();
    const found = await agreedVersion(session);
    if (found === undefined || found !== version) blocking.clear();
    [version, lookedAt] = [found, begun];
  });

  return async ({ name }) => {
    await look();
    if (blocking.has(name)) return "BLOCKING";
    const before = version;
    const found = await readRepairIn(session, session.keyspace ?? "", name);
    if (found === "BLOCKING" && before === version) blocking.add(name);
    return found;
  };
}
