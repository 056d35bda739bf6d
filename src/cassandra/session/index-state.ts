import { setTimeout as sleep } from "node:timers/promises";
import { stringLiteral } from "../ddl.ts";
import type { BuildingIndex, QueryableIndexes } from "../drift-indexes.ts";
import { CassandraError } from "../error.ts";
import { cqlText, type RawRow, type Statement } from "../statement.ts";
import { booleanType } from "../types/boolean.ts";
import { NotSynced } from "./not-synced.ts";
import type { Session } from "./session.ts";

/**
 * Reads on each connected node which indexes of a keyspace can be queried. Returns undefined if that cannot be known: in
 * Astra DB, with Cassandra before 5, or without the right to read `system_views`.
 */
export async function queryableIndexes(
  session: Pick<Session, "eachNode" | "isAstra">,
  keyspace: string,
): Promise<QueryableIndexes | undefined> {
  if (session.isAstra) return undefined;
  try {
    return await session.eachNode(queryableIn(keyspace));
  } catch (error) {
    if (error instanceof CassandraError && unknowable.has(error.code)) return undefined;
    throw error;
  }
}

const unknowable: ReadonlySet<string> = new Set(["FORBIDDEN", "NOT_SYNCED", "REFUSED"]);

function queryableIn(keyspace: string): Statement<ReadonlySet<string>> {
  const cql = `SELECT index_name, is_queryable FROM system_views.sai_column_indexes WHERE keyspace_name = ${stringLiteral(keyspace)}`;
  return {
    ...cqlText(cql),
    kind: "system",
    decode: (rows) => new Set(rows.filter(isQueryable).map((row) => String(row["index_name"]))),
  };
}

function isQueryable({ is_queryable: bytes }: RawRow): boolean {
  return Buffer.isBuffer(bytes) && booleanType.decode(bytes);
}

/** How often the state of indexes is read while they are being built, in milliseconds. */
const STATE_INTERVAL = 200;

/** How often progress is reported, in milliseconds. */
const WAIT_REPORT_INTERVAL = 1000;

/** Options of {@link waitForIndexes}. */
export interface WaitOptions {
  /** Returns the indexes that are still being built. */
  readonly building: () => Promise<readonly BuildingIndex[]>;
  /** Called with the indexes that are still being built, at most once per second. */
  readonly onWait: (building: readonly BuildingIndex[]) => void;
  /** In milliseconds. */
  readonly timeout: number;
}

/**
 * Waits until no index is being built any more. A node that does not answer is asked again, until it does or the session
 * is no longer connected to it.
 *
 * @throws CassandraError `NOT_SYNCED` with the remedy `WAIT` after the timeout; as `building`
 */
export async function waitForIndexes({ building, onWait, timeout }: WaitOptions): Promise<void> {
  const begun = performance.now();
  let reported = -Infinity;
  for (;;) {
    const isLate = performance.now() - begun > timeout;
    const found = await building().catch((error: unknown) => {
      if (isLate || !isUnavailable(error)) throw error;
    });
    if (found?.length === 0) return;
    if (found && isLate) throw new NotSynced("WAIT", found.map(buildingText));
    if (found && performance.now() - reported >= WAIT_REPORT_INTERVAL) {
      onWait(found);
      reported = performance.now();
    }
    await sleep(STATE_INTERVAL);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof CassandraError && error.code === "UNAVAILABLE";
}

/** Describes an index that is being built, as a clause. */
export function buildingText({ index, on, nodes }: BuildingIndex): string {
  return `index ${index} of ${on} is still being built on ${nodes.join(", ")}`;
}
