import { Client, policies, type types } from "cassandra-driver";
import { checkOptions } from "./check-options.ts";
import { clientOptions } from "./client-options.ts";
import { closeFailedClient, repairReconnection } from "./control-connection.ts";
import { CassandraError, type UnreadableRow } from "../error.ts";
import { fromDriver, isMismatch } from "./driver-error.ts";
import { createEachNode, type EachNode } from "./each-node.ts";
import { messageOf } from "../../support/message.ts";
import { PackedRows } from "./packed-rows.ts";
import { createPageReader, noAnswerInTime, requestPage } from "./pages.ts";
import { checkResultColumns, decodeLoosely, type ResultPage, pageOf, rowsOf } from "./result.ts";
import { looseParameters, parametersOf } from "./parameter.ts";
import { createLoaders, type Load } from "./loader.ts";
import { type QuerySettings, querySettings } from "./query-settings.ts";
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
import { decodeBatch } from "../write-result.ts";
import type { Lwt, LwtBatch, PackedStatement, RawRow, Statement, Write } from "../statement.ts";
import type { StoredRow } from "../table-rows.ts";
import type { Table } from "../table.ts";
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
   * Runs a statement and returns its typed result, with the rows of all pages. Each CQL text is prepared once. The rows of
   * a `PackedStatement` are not decoded.
   *
   * Equal statements of the kind `read` are not sent while one of them is in flight: those that come meanwhile share the
   * next one, which starts when it has settled. So a read sees whatever was written before it was requested, but may take
   * twice as long.
   *
   * @throws CassandraError `UNAVAILABLE`, `READ_FAILED`, `TOO_MANY_TOMBSTONES`, `OUTCOME_UNKNOWN`, `NOT_SYNCED`,
   * `FORBIDDEN`, `REFUSED`, or `UNREADABLE_VALUE` as an {@link UnreadableRow}
   */
  run<Result>(statement: Statement<Result>): Promise<Result>;
  /**
   * Sends conditional writes to one partition as one lightweight transaction: all of them are applied or none. There
   * may be one write per row.
   *
   * @throws CassandraError as `run`; `BAD_STATEMENT` if one of them is not a conditional write to this table
   */
  batch<T extends Table>(
    table: T,
    writes: readonly Write<T, Lwt<unknown>>[],
  ): Promise<LwtBatch<StoredRow<T>>>;
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
   * Runs raw CQL, for example schema changes and queries of system tables, and returns all rows. Values have the same
   * JavaScript types as in models. CQL with parameters is prepared, and each value must fit the type of its marker. A
   * value that cannot be decoded is returned as an `Unreadable`, and a value of a custom type as its bytes.
   *
   * @throws CassandraError as `run`; `REFUSED` for a value that does not fit its type
   */
  cql(text: string, params?: readonly unknown[]): Promise<readonly RawRow[]>;
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

/** How long raw CQL may take, in milliseconds. Schema changes wait until all nodes agree. */
const CQL_TIMEOUT = 20_000;

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
  const settings = querySettings(options);
  const queryOptions = queryOptionsByKind(settings);
  const sweeper = createSweeper(
    (partition, signal) => sweepAccess(client, { ...partition, queryOptions, signal }),
    log,
  );
  const limit = settings.requestTimeout + OTHER_NODES;
  const pages = createPageReader(client, { queryOptions, limit, sweeper });

  async function runBatch(
    table: Table,
    writes: readonly Write<Table, unknown>[],
  ): Promise<readonly RawRow[]> {
    const stray = writes.find((write) => write.kind !== "lwt" || write.table !== table);
    if (stray || writes.length === 0) throw notConditional(table, stray);
    const queries = writes.map((write) => ({ query: write.cql, params: parametersOf(write) }));
    try {
      // A batch of one partition is atomic without the batch log.
      const sent = client.batch(queries, { ...queryOptions.lwt, logged: false });
      const result = await within(limit, sent, noAnswerInTime);
      checkResultColumns(table, result);
      return rowsOf(pageOf(result));
    } catch (error) {
      const cql = queries.map(({ query }) => query).join("; ");
      throw fromDriver(error, { cql, writes: true });
    }
  }

  async function run<Result>(
    statement: Statement<Result> | PackedStatement<Result>,
  ): Promise<Result> {
    const all = await pages.all(statement);
    return "decodePacked" in statement
      ? statement.decodePacked(all.map(requirePacked))
      : statement.decode(all.flatMap(rowsOf));
  }

  const close = async () => void (await Promise.all([sweeper.close(), client.shutdown()]));
  return {
    version: client.hosts.values()[0]?.cassandraVersion ?? "unknown",
    keyspace: options.driver?.keyspace ?? options.keyspace,
    isAstra: options.bundle !== undefined,
    consistency: options.consistency ?? DEFAULT_CONSISTENCY,
    run,
    async batch(table, writes) {
      return decodeBatch(table, await runBatch(table, writes));
    },
    load: createLoaders(run),
    async *rows(statement) {
      for await (const page of pages.each(statement)) yield* statement.decode(rowsOf(page));
    },
    async cql(text, params = []) {
      const options = { ...queryOptions.raw, prepare: params.length > 0 };
      const query = { cql: text, params: looseParameters(params), options, limit: CQL_TIMEOUT };
      const results: types.ResultSet[] = [];
      try {
        let from: string | undefined;
        do {
          const result = await requestPage(client, query, from);
          results.push(result);
          from = result.pageState ?? undefined;
        } while (from);
        return results.flatMap(decodeLoosely);
      } catch (error) {
        throw fromDriver(error, { cql: text, writes: !/^\s*SELECT\b/i.test(text) });
      }
    },
    eachNode: createEachNode(client, { queryOptions: queryOptions.system, limit }),
    clearPrepared: () => client.metadata.clearPrepared(),
    report: createReport(log),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function requirePacked(page: ResultPage): PackedRows {
  if (page instanceof PackedRows) return page;
  const message = "Rows of system tables are not packed: the driver decodes them.";
  throw new CassandraError("BAD_STATEMENT", message);
}

function notConditional({ name }: Table, stray: Write<Table, unknown> | undefined): CassandraError {
  const came = stray ? `but got: ${stray.cql}` : "but got none";
  const message = `A batch takes conditional writes to table "${name}", ${came}.`;
  return new CassandraError("BAD_STATEMENT", message);
}

/** Returns the driver's options for each kind of statement. Every option is given, so that no default applies. */
function queryOptionsByKind({
  consistency,
  serialConsistency,
  requestTimeout,
  fetchSize,
}: QuerySettings) {
  const common = { consistency, serialConsistency, fetchSize };
  const prepared = { ...common, prepare: true, readTimeout: requestTimeout };
  const read = { ...prepared, isIdempotent: true };
  const serial = { ...read, consistency: serialConsistency };
  const system = { ...read, prepare: false };
  // A repeated write could be applied twice, or undo a later one.
  const retry = new policies.retry.FallthroughRetryPolicy();
  const write = { ...prepared, isIdempotent: false, retry };
  const raw = { ...common, isIdempotent: false, readTimeout: CQL_TIMEOUT };
  return { read, serial, system, write, counter: write, lwt: write, raw } as const;
}
