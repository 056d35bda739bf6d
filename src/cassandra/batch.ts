import { CassandraError } from "./error.ts";
import { keyText } from "./key-text.ts";
import type {
  ConsistencyLevel,
  CounterWrite,
  Lwt,
  LwtBatch,
  PlainWrite,
  RawRow,
  Write,
} from "./statement.ts";
import { badStatement, hasCounters } from "./table-columns.ts";
import type { StoredRow } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { decodeBatch } from "./write-result.ts";

/** Writes that are sent together. `Session.run` runs them. */
export interface Batch<Result> {
  /**
   * How the batch is executed. Cassandra first stores a `logged` one as a whole, and applies all of it sooner or later. The
   * others are not stored.
   */
  readonly kind: "lwt" | "unlogged" | "logged" | "counter";
  /** The table, if all writes are to one partition of it. Undefined if they may be to several. */
  readonly table: Table | undefined;
  readonly writes: readonly AnyWrite[];
  /** The consistency of all writes. Undefined for that of the session. */
  readonly consistency: ConsistencyLevel | undefined;
  /** Its text in CQL. */
  readonly cql: string;
  /** Returns the typed result for the returned rows. */
  readonly decode: (rows: readonly RawRow[]) => Result;
}

type AnyWrite = Write<Table, unknown>;

/**
 * Puts writes to one partition into a batch. All of them are applied or none, and readers see all of them at once. They
 * have the same timestamp: of two values for one cell, the larger one is kept, and a deletion wins over both. So a row that
 * is put beside a `removePartition` or a `removeRange` of its place is removed too.
 *
 * On a table of lightweight transactions, they are one lightweight transaction, with at most one write per row.
 *
 * @example
 * batch(Reading, [put(Reading, { device, at, value: 1 }), remove(Reading, { device, at: earlier })]);
 * // BEGIN UNLOGGED BATCH INSERT INTO reading …; DELETE FROM reading …; APPLY BATCH
 * batch(SeatTable, [update(SeatTable, key, { taken: 6 }, { if: { taken: 5 } }), remove(SeatTable, other, { if: "exists" })]);
 * // BEGIN UNLOGGED BATCH UPDATE seat SET … IF taken = ?; DELETE FROM seat … IF EXISTS; APPLY BATCH
 * @throws CassandraError `BAD_STATEMENT` for no writes, and for those to other tables or, unless they are conditional, to
 * several partitions. Cassandra refuses conditional writes to several partitions
 */
export function batch<T extends Table>(
  table: T,
  writes: readonly Write<T, Lwt<unknown>>[],
): Batch<LwtBatch<StoredRow<T>>>;
export function batch<T extends Table & { readonly lwt: false }>(
  table: T,
  writes: readonly (PlainWrite<T> | CounterWrite<T>)[],
): Batch<void>;
export function batch(table: Table, writes: readonly AnyWrite[]): Batch<unknown> {
  const kind = table.lwt ? "lwt" : hasCounters(table) ? "counter" : "unlogged";
  requireKind(kind, writes, table);
  if (kind === "lwt") {
    return new WriteBatch({ kind, table, writes, decode: (rows) => decodeBatch(table, rows) });
  }
  requireOnePartition(table, writes);
  return new WriteBatch({ kind, table, writes, decode: decodeNothing });
}

/**
 * Puts plain writes to any tables and partitions of a keyspace into a batch. Cassandra stores the batch before it applies
 * it, so that all of it is applied sooner or later, or nothing. Readers may see a part of it meanwhile. It costs several
 * times as much as its writes; a batch of one partition is cheaper: see {@link batch}. Its writes have the same timestamp,
 * too.
 *
 * @example
 * loggedBatch([put(Reading, reading), put(Device, device)]);
 * // BEGIN BATCH INSERT INTO reading …; INSERT INTO device …; APPLY BATCH
 * @throws CassandraError `BAD_STATEMENT` for no writes, conditional ones, and those of counters
 */
export function loggedBatch(writes: readonly PlainWrite[]): Batch<void> {
  requireKind("logged", writes);
  return new WriteBatch({ kind: "logged", writes, decode: decodeNothing });
}

/**
 * Puts writes to counters of any tables and partitions of a keyspace into a batch. It saves round trips, and no more: if a
 * part of it fails, another part may be applied, and the outcome is unknown. It is sent once.
 *
 * @example
 * counterBatch([add(PageHits, home, { views: 1n }), add(PageHits, about, { views: 1n })]);
 * // BEGIN COUNTER BATCH UPDATE page_hits SET views = views + ? …; UPDATE page_hits SET views = views + ? …; APPLY BATCH
 * @throws CassandraError `BAD_STATEMENT` for no writes, and those of tables without counters
 */
export function counterBatch(writes: readonly CounterWrite[]): Batch<void> {
  requireKind("counter", writes);
  return new WriteBatch({ kind: "counter", writes, decode: decodeNothing });
}

type Kind = Batch<unknown>["kind"];

interface BatchInit<Result> extends Pick<Batch<Result>, "kind" | "writes" | "decode"> {
  readonly table?: Table;
}

/** A class, so that a lane does not pay for the text of a batch, which is only for errors. */
class WriteBatch<Result> implements Batch<Result> {
  readonly kind: Kind;
  readonly table: Table | undefined;
  readonly writes: readonly AnyWrite[];
  readonly consistency: ConsistencyLevel | undefined;
  readonly decode: (rows: readonly RawRow[]) => Result;

  constructor({ kind, table, writes, decode }: BatchInit<Result>) {
    this.kind = kind;
    this.table = table;
    this.writes = writes;
    this.consistency = kind === "lwt" ? undefined : commonConsistency(writes);
    this.decode = decode;
  }

  get cql(): string {
    const type = { lwt: "UNLOGGED ", unlogged: "UNLOGGED ", logged: "", counter: "COUNTER " };
    const all = this.writes.map(({ cql }) => `${cql}; `).join("");
    return `BEGIN ${type[this.kind]}BATCH ${all}APPLY BATCH`;
  }
}

function decodeNothing(): void {}

/** The kind of writes that a batch takes, in a statement and in words. */
const takenKinds = {
  lwt: ["lwt", "conditional writes"],
  unlogged: ["write", "plain writes"],
  logged: ["write", "plain writes"],
  counter: ["counter", "writes to counters"],
} as const satisfies Readonly<Record<Kind, readonly [AnyWrite["kind"], string]>>;

/** @throws CassandraError `BAD_STATEMENT` */
function requireKind(kind: Kind, writes: readonly AnyWrite[], table?: Table): void {
  const [taken, words] = takenKinds[kind];
  const stray = writes.find((write) => write.kind !== taken || (table && write.table !== table));
  if (!stray && writes.length > 0) return;
  const to = table ? ` to table "${table.name}"` : "";
  const came = stray ? `but got: ${stray.cql}` : "but got none";
  throw new CassandraError("BAD_STATEMENT", `A batch takes ${words}${to}, ${came}.`);
}

/** @throws CassandraError `BAD_STATEMENT` */
function requireOnePartition(table: Table, writes: readonly AnyWrite[]): void {
  const columns = table.partition;
  const partitionOf = ({ partition = {} }: AnyWrite) =>
    keyText(table, partition, { columns, rule: "match" });
  const first = partitionOf(writes[0]!);
  if (writes.every((write) => partitionOf(write) === first)) return;
  const several = "takes the writes of a batch to one partition, but got several";
  throw badStatement(table, `${several}: loggedBatch(…) and counterBatch(…) take them`);
}

/** @throws CassandraError `BAD_STATEMENT` if they differ */
function commonConsistency(writes: readonly AnyWrite[]): ConsistencyLevel | undefined {
  const [first, ...others] = writes;
  const consistency = first?.consistency;
  const other = others.find((write) => write.consistency !== consistency);
  if (!other) return consistency;
  const name = (level: ConsistencyLevel | undefined) => level ?? "that of the session";
  const came = `but got ${name(consistency)} and ${name(other.consistency)}`;
  throw new CassandraError("BAD_STATEMENT", `The writes of a batch need one consistency, ${came}.`);
}
