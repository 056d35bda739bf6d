import { Client } from "cassandra-driver";
import "./coalesced-writes.ts";
import type { Batch } from "../batch.ts";
import { checkOptions } from "./check-options.ts";
import { clientOptions } from "./client-options.ts";
import { closeFailedClient, repairReconnection } from "./control-connection.ts";
import { CassandraError, type UnreadableRow } from "../error.ts";
import { fromDriver, isMismatch, type WriteSteps } from "./driver-error.ts";
import { createEachNode, type EachNode } from "./each-node.ts";
import { messageOf } from "../../support/message.ts";
import { PackedRows } from "./packed-rows.ts";
import { createPageReader, noAnswerInTime } from "./pages.ts";
import { checkResultColumns, type ResultPage, pageOf, rowsOf } from "./result.ts";
import { parametersOf } from "./parameter.ts";
import { createLoaders, type Load } from "./loader.ts";
import { createQueryOptions } from "./query-options.ts";
import { querySettings } from "./query-settings.ts";
import { type CqlOptions, rawPages } from "./raw-cql.ts";
import {
  type ConnectOptions,
  type Consistency,
  DEFAULT_CONSISTENCY,
  targetText,
} from "./options.ts";
import { keyspaceMissing } from "./not-synced.ts";
import { connectFailureReason } from "./reason.ts";
import { createReport } from "./report.ts";
import { sweepAccess } from "./sweep-access.ts";
import { createSweeper } from "./sweeper.ts";
import type { PackedStatement, RawRow, Statement } from "../statement.ts";
import { within } from "../../support/within.ts";

/** A connection to a cluster, with one keyspace. */
export interface Session extends AsyncDisposable {
  /** The release of the node that was connected to first, e.g. `5.0.6`. */
  readonly version: string;
  /** The keyspace of its tables, if any. */
  readonly keyspace: string | undefined;
  /** Whether the database is one of Astra DB, which chooses the storage options of tables itself. */
  readonly isAstra: boolean;
  /** The consistency of reads and writes. Lightweight transactions use the corresponding serial consistency. */
  readonly consistency: Consistency;
  /**
   * Runs a statement or a batch and returns its typed result, with the rows of all pages. Each CQL text is prepared once.
   * The rows of a `PackedStatement` are not decoded. A write is sent once, whatever happens to it.
   *
   * Equal statements of the kind `read` are not sent while one of them is in flight: those that come meanwhile share the
   * next one, which starts when it has settled. So a read sees whatever was written before it was requested, but may take
   * twice as long.
   *
   * @throws CassandraError `UNAVAILABLE`, `READ_FAILED`, `TOO_MANY_TOMBSTONES`, `OUTCOME_UNKNOWN`, `NOT_SYNCED`,
   * `FORBIDDEN`, `REFUSED`, or `UNREADABLE_VALUE` as an {@link UnreadableRow}
   */
  run<Result>(statement: Statement<Result> | Batch<Result>): Promise<Result>;
  /**
   * Reads a row. All rows requested in one tick are read by one query per partition, and each has its own result or
   * error. Nothing is cached, so a read after a write sees the write.
   *
   * @throws CassandraError as `run`, or `UNREADABLE_VALUE`; InvalidValue if a value of the key does not fit its column
   */
  readonly load: Load;
  /**
   * Iterates over the rows of a read, with one page of them in memory.
   *
   * @example for await (const row of session.rows(select(SeatTable, { theatre: "Globe" }))) {}
   */
  rows<R>(statement: Statement<readonly R[]>): AsyncIterable<R>;
  /**
   * Runs raw CQL, for example schema changes and queries of system tables, and returns all rows. The caller gives their
   * type, which is not checked. Values have the same JavaScript types as in models. A value that cannot be decoded is
   * returned as an `Unreadable`, and a value of a custom type as its bytes.
   *
   * The CQL is prepared, and each value must fit the type of its marker. A SELECT is sent to another node if the first
   * one does not answer. Everything else is sent once. It may take 20 s per page, and nothing is shared.
   *
   * @example
   * await session.cql<{ number: number }>("SELECT number FROM lamp WHERE theatre = ?", ["Globe"]);
   * await session.cql("CREATE TABLE lamp (…)", [], { writes: true });
   * @throws CassandraError as `run`: if no answer comes, `UNAVAILABLE` for what only reads, `OUTCOME_UNKNOWN` for what
   * may write; `REFUSED` for a value that is undefined or does not fit its type; `BAD_STATEMENT` for USE
   */
  cql<R extends object = RawRow>(
    text: string,
    params?: readonly unknown[],
    options?: CqlOptions,
  ): Promise<readonly R[]>;
  /**
   * Runs raw CQL as {@link Session.cql}, and iterates over the rows, with one page of them in memory.
   *
   * @example for await (const { number } of session.cqlRows<{ number: number }>("SELECT number FROM lamp")) {}
   */
  cqlRows<R extends object = RawRow>(
    text: string,
    params?: readonly unknown[],
    options?: CqlOptions,
  ): AsyncIterable<R>;
  /**
   * Runs a read on each node to which the session is connected: those of its data centre that are up. Returns the results
   * by the addresses of the nodes. It is for the system tables that describe a node: each result is that of one page.
   *
   * @throws CassandraError as `run`, if one of the nodes fails
   */
  readonly eachNode: EachNode;
  /**
   * Discards all prepared statements: each is prepared again when it next runs. Running requests are not affected.
   *
   * Needed after a change of the schema. The driver caches the types of a statement's parameters, even after the table
   * has been dropped and created again with other types.
   */
  clearPrepared(): void;
  /** Logs a row that is left out because it cannot be read: each row once, and at most a thousand rows. */
  report(row: UnreadableRow): void;
  close(): Promise<void>;
}

/** How much longer a model's statement may take on all nodes together than on one node, in milliseconds. */
const OTHER_NODES = 500;

/**
 * Opens a session.
 *
 * @throws CassandraError `NOT_CONNECTED` with the reason of each node that was tried; `NOT_SYNCED` if the keyspace does
 * not exist; `BAD_OPTIONS` before any connection is tried
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  checkOptions(options);
  const client = createDriverClient(options);
  try {
    await client.connect();
  } catch (cause) {
    await closeFailedClient(client);
    const keyspace = options.driver?.keyspace ?? options.keyspace;
    if (isMismatch(cause) && keyspace !== undefined) {
      throw keyspaceMissing(keyspace, { isAstra: options.bundle !== undefined, cause });
    }
    const message = `Cannot connect to Cassandra ${targetText(options)}: ${connectFailureReason(cause)}.`;
    throw new CassandraError("NOT_CONNECTED", message, { cause });
  }
  return createSession(client, options);
}

function createDriverClient(options: ConnectOptions): Client {
  try {
    const client = new Client(clientOptions(options));
    repairReconnection(client);
    return client;
  } catch (cause) {
    const message = `The driver does not accept these options: ${messageOf(cause)}`;
    throw new CassandraError("BAD_OPTIONS", message, { cause });
  }
}

function createSession(client: Client, options: ConnectOptions): Session {
  const { log = () => {} } = options;
  const queryOptions = createQueryOptions(options);
  const sweeper = createSweeper(
    (partition, signal) =>
      sweepAccess(client, { ...partition, queryOptions: queryOptions.byKind, signal }),
    log,
  );
  const limit = querySettings(options).requestTimeout + OTHER_NODES;
  const pages = createPageReader(client, { optionsOf: queryOptions.of, limit, sweeper });

  async function runBatch(batch: Batch<unknown>): Promise<readonly RawRow[]> {
    const { table, writes } = batch;
    const queries = writes.map((write) => ({ query: write.cql, params: parametersOf(write) }));
    try {
      const sent = client.batch(queries, queryOptions.ofBatch(batch));
      const result = await within(limit, sent, noAnswerInTime);
      if (table) checkResultColumns(table, result);
      return rowsOf(pageOf(result));
    } catch (error) {
      throw fromDriver(error, { cql: batch.cql, writes: true, steps: stepsOf(batch) });
    }
  }

  async function run<Result>(
    statement: Statement<Result> | PackedStatement<Result> | Batch<Result>,
  ): Promise<Result> {
    if ("writes" in statement) return statement.decode(await runBatch(statement));
    const all = await pages.all(statement);
    return "decodePacked" in statement
      ? statement.decodePacked(all.map(requirePacked))
      : statement.decode(all.flatMap(rowsOf));
  }

  function cqlPages<R extends object>(
    cql: string,
    params: readonly unknown[] = [],
    { writes }: CqlOptions = {},
  ): AsyncIterable<readonly R[]> {
    // The caller says which rows the CQL returns.
    return rawPages(client, queryOptions.raw, { cql, params, writes }) as AsyncIterable<
      readonly R[]
    >;
  }

  const close = async () => void (await Promise.all([sweeper.close(), client.shutdown()]));
  return {
    version: client.hosts.values()[0]?.cassandraVersion ?? "unknown",
    keyspace: options.driver?.keyspace ?? options.keyspace,
    isAstra: options.bundle !== undefined,
    consistency: options.consistency ?? DEFAULT_CONSISTENCY,
    run,
    load: createLoaders(run),
    async *rows(statement) {
      for await (const page of pages.each(statement)) yield* statement.decode(rowsOf(page));
    },
    async cql<R extends object>(text: string, params?: readonly unknown[], given?: CqlOptions) {
      return (await Array.fromAsync(cqlPages<R>(text, params, given))).flat();
    },
    async *cqlRows<R extends object>(
      text: string,
      params?: readonly unknown[],
      given?: CqlOptions,
    ) {
      for await (const rows of cqlPages<R>(text, params, given)) yield* rows;
    },
    eachNode: createEachNode(client, { queryOptions: queryOptions.byKind.system, limit }),
    clearPrepared: () => client.metadata.clearPrepared(),
    report: createReport(log),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function stepsOf({ kind, table }: Batch<unknown>): WriteSteps | undefined {
  if (kind === "lwt") return "agreed";
  if (table) return undefined;
  return kind === "logged" ? "stored" : "apart";
}

function requirePacked(page: ResultPage): PackedRows {
  if (page instanceof PackedRows) return page;
  const message = "Rows of system tables are not packed: the driver decodes them.";
  throw new CassandraError("BAD_STATEMENT", message);
}
