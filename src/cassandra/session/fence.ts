import { CassandraError } from "../error.ts";
import type { RawRow, Statement } from "../statement.ts";
import type { Table } from "../table.ts";
import { writeNothing } from "../write-partition.ts";

/** One node, which answers all that is asked through this. */
export interface NodeAccess {
  /** Its time, in milliseconds since 1970. */
  clock(): Promise<number>;
  run<Result>(statement: Statement<Result>): Promise<Result>;
}

/** A node's clock may be set back by so much, and forward again, while the node is asked, in milliseconds. */
const MARGIN = 1000;

/**
 * Runs a lightweight transaction in a partition, and gives a write time that is smaller than its ballot: what lightweight
 * transactions have written up to then is committed, and what later ones write has a larger write time. In microseconds.
 *
 * A ballot is at least the time of the node that begins the transaction. So that node is asked for its time before. It is
 * asked again behind it: if its clock has advanced by less than the time that has passed, it may have been set back in
 * between, by that much.
 *
 * The ballot itself is the write time of what the transaction writes. But to read that takes a live row, which a partition
 * need not have: even of a static column Cassandra reads the first row.
 *
 * A transaction whose condition does not hold does as well: Cassandra proposes an empty update for it (CASSANDRA-12126).
 *
 * @throws CassandraError `UNAVAILABLE` and others
 */
export async function fence(node: NodeAccess, table: Table, partition: RawRow): Promise<bigint> {
  const statement = writeNothing(table, partition);
  if (!statement) {
    const why = "it has no column in which nothing can be written";
    throw new CassandraError("UNAVAILABLE", `Table "${table.name}" cannot be swept: ${why}.`);
  }
  const start = performance.now();
  const before = await node.clock();
  await node.run(statement);
  const after = await node.clock();
  const passed = Math.ceil(performance.now() - start);
  const setBack = Math.max(0, passed - (after - before));
  return BigInt(before - setBack - MARGIN) * 1000n;
}

/** A write time of so many seconds ago, in microseconds. */
export async function timeAgo(node: NodeAccess, seconds: number): Promise<bigint> {
  return BigInt((await node.clock()) - seconds * 1000) * 1000n;
}
