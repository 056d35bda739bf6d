import { singleFlight } from "../../support/single-flight.ts";
import type { Table } from "../table.ts";
import { agreedVersion, readRepairIn } from "./introspect.ts";
import { SCHEMA_INTERVAL } from "./schema-watch.ts";
import type { Session } from "./session.ts";

/** Returns the `read_repair` option of a table; undefined as {@link readRepairIn}. */
export type ReadRepairOf = (table: Table) => Promise<string | undefined>;

/**
 * Creates the function that reads the `read_repair` option of tables. It caches `BLOCKING` until the schema version
 * changes, and checks the version when it is called, at most once per {@link SCHEMA_INTERVAL}.
 *
 * @param session a session with a keyspace
 */
export function createReadRepair(session: Pick<Session, "run" | "keyspace">): ReadRepairOf {
  /** The reads in progress, and the finished ones that returned `BLOCKING`. */
  const known = new Map<string, Promise<string | undefined>>();
  let version: string | undefined;
  let checkedAt = -Infinity;

  const checkVersion = singleFlight(async () => {
    if (performance.now() - checkedAt < SCHEMA_INTERVAL) return;
    const begun = performance.now();
    const found = await agreedVersion(session);
    if (found === undefined || found !== version) known.clear();
    [version, checkedAt] = [found, begun];
  });

  async function read(name: string): Promise<string | undefined> {
    const reading = readRepairIn(session, { keyspace: session.keyspace ?? "", table: name });
    known.set(name, reading);
    const found = await reading.catch(() => undefined);
    if (found !== "BLOCKING" && known.get(name) === reading) known.delete(name);
    return reading;
  }

  return async ({ name }) => {
    await checkVersion();
    return known.get(name) ?? read(name);
  };
}
