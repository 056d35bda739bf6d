import { CassandraError } from "../error.ts";
import type { RawRow, Statement } from "../statement.ts";
import type { Table } from "../table.ts";
import { writeNothing } from "../write-partition.ts";

/** Sends all of its queries to the same node. */
export interface NodeAccess {
  /** Returns the node's time, in milliseconds since 1970. */
  clock(): Promise<number>;
  run<Result>(statement: Statement<Result>): Promise<Result>;
}

/** By how much a node's clock may be set back and forward again between its two readings, in milliseconds. */
const MARGIN = 1000;

/** A partition of a table. */
export interface TablePartition {
  readonly table: Table;
  /** The values of its partition key. */
  readonly partition: RawRow;
}

/**
 * Runs a lightweight transaction in a partition and returns a write time that is smaller than its ballot, in
 * microseconds. Whatever lightweight transactions have written up to that time is committed, and later ones write with
 * a larger time.
 *
 * A ballot is at least the time of the node that coordinates the transaction, so that node's clock is read before. It
 * is read again afterwards: if the clock has advanced by less than the time that has passed, it may have been set back
 * in between by the difference.
 *
 * The ballot itself would be the write time of what the transaction writes. But reading that takes a live row, which a
 * partition need not have: even for a static column Cassandra reads the first row.
 *
 * A transaction whose condition does not hold serves as well: Cassandra proposes an empty update for it
 * (CASSANDRA-12126).
 *
 * @throws CassandraError `UNAVAILABLE` if no statement exists that writes nothing; otherwise as `Session.run`
 */
export async function fence(
  node: NodeAccess,
  { table, partition }: TablePartition,
): Promise<bigint> {
  const statement = writeNothing(table, partition);
  if (!statement) {
    const why = "it has no column that a write without effect could use";
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

/** Returns the write time of some seconds ago by the node's clock, in microseconds. */
export async function timeAgo(node: NodeAccess, seconds: number): Promise<bigint> {
  return BigInt((await node.clock()) - seconds * 1000) * 1000n;
}
