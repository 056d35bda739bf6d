import { Client, policies, type QueryOptions, type types } from "cassandra-driver";
import { checkOptions } from "./check-options.ts";
import { clientOptions } from "./client-options.ts";
import { abandon, mendReconnection } from "./control-connection.ts";
import { CassandraError, type UnreadableRow } from "../error.ts";
import { fromDriver, isMismatch } from "./driver-error.ts";
import { messageOf } from "./message.ts";
import { checkColumns, readLoosely } from "./result.ts";
import { looseParameters, parametersOf } from "./parameter.ts";
import { createLoaders, type Load } from "./loader.ts";
import { type Manner, mannerOf } from "./manner.ts";
import { type ConnectOptions, type Consistency, DEFAULT_CONSISTENCY, placeOf } from "./options.ts";
import { keyspaceMissing } from "./not-synced.ts";
import { reasonOf } from "./reason.ts";
import { createReport } from "./report.ts";
import { sweepAccess } from "./sweep-access.ts";
import { createSweeper } from "./sweeper.ts";
import { failedOfTombstones, isMostlyDead } from "./tombstones.ts";
import { decodeBatch } from "../lwt-answer.ts";
import type { Lwt, LwtBatch, RawRow, Statement, Write } from "../statement.ts";
import type { StoredRow } from "../table-rows.ts";
import type { Table } from "../table.ts";
import { within } from "../../support/within.ts";

/** A connection to a cluster, with one keyspace. */
export interface Session extends AsyncDisposable {
  /** The release of the node that was reached first, e.g. `5.0.6`. */
  readonly version: string;
  /** The keyspace of its tables; undefined: it has none. */
  readonly keyspace: string | undefined;
  /** Whether it is a database of Astra, which decides by itself how tables are kept. */
  readonly isAstra: boolean;
  /** The consistency at which it reads and writes; lightweight transactions have the serial one that goes with it. */
  readonly consistency: Consistency;
  /**
   * Runs a statement and gives its typed answer, all pages of it. Each text is prepared once.
   *
   * @throws CassandraError `UNAVAILABLE`, `READ_FAILED`, `TOO_MANY_TOMBSTONES`, `OUTCOME_UNKNOWN`, `NOT_SYNCED`,
   * `FORBIDDEN`, `REFUSED`, or `UNREADABLE_VALUE` as an {@link UnreadableRow}
   */
  run<Result>(statement: Statement<Result>): Promise<Result>;
  /**
   * Sends conditional writes to one partition as one lightweight transaction: all of them are applied or none.
   * Of each row there may be one.
   *
   * @throws CassandraError as `run`; `BAD_STATEMENT` if one of them is not a conditional write to this table
   */
  batch<T extends Table>(
    table: T,
    writes: readonly Write<T, Lwt<unknown>>[],
  ): Promise<LwtBatch<StoredRow<T>>>;
  /**
   * Reads a row. All rows that are asked for in one tick are read by one query per partition, and each has a result or
   * an error of its own. Nothing is remembered, so a caller that asks after a write sees it.
   *
   * @throws CassandraError as `run`, or `UNREADABLE_VALUE`; InvalidValue if a value of the key does not fit its column
   */
  readonly load: Load;
  /**
   * Returns the rows of a read one after the other, and holds one page of them in memory.
   *
   * @example for await (const row of session.rows(select(Message, { room: "lobby" }))) {}
   */
  rows<R>(statement: Statement<readonly R[]>): AsyncIterable<R>;
  /**
   * Runs CQL that no model has: schema changes, system tables, your own; returns all rows, with the values that the types
   * of models have. It is prepared if it has parameters, which must be values of the types of their places. What cannot be
   * read is an `Unreadable`; a value of a type that is not CQL's own is its bytes.
   *
   * @throws CassandraError as `run`; `REFUSED` for a value that is none of its type
   */
  cql(text: string, params?: readonly unknown[]): Promise<readonly RawRow[]>;
  /**
   * Forgets what it knows of its statements: each is prepared again when it is run next. What is under way goes on.
   *
   * Needed after a change of the schema. The driver keeps the types of a statement's parameters as it learned them
   * last, even if the table has been created anew since with other types.
   */
  prepareAnew(): void;
  /** Tells an operator of a row that is left out because it cannot be read: once, and of no more than a thousand rows. */
  report(row: UnreadableRow): void;
  close(): Promise<void>;
}

/** How much longer than on one node a statement of the models may take on all together, in milliseconds. */
const OTHER_NODES = 500;

/** How long raw CQL may take, in milliseconds: schema changes wait until all nodes agree. */
const CQL_TIMEOUT = 20_000;

/**
 * Opens a session.
 *
 * @throws CassandraError `NOT_CONNECTED` with the reason of each node that was tried;
 * `NOT_SYNCED` if there is no such keyspace; `BAD_OPTIONS` before anything is tried
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  checkOptions(options);
  const client = createClient(options);
  try {
    await client.connect();
  } catch (cause) {
    await abandon(client);
    const keyspace = options.driver?.keyspace ?? options.keyspace;
    if (isMismatch(cause) && keyspace !== undefined) {
      throw keyspaceMissing(keyspace, options.bundle !== undefined, cause);
    }
    const message = `Cannot connect to Cassandra ${placeOf(options)}: ${reasonOf(cause)}.`;
    throw new CassandraError("NOT_CONNECTED", message, { cause });
  }
  return createSession(client, options);
}

function createClient(options: ConnectOptions): Client {
  try {
    const client = new Client(clientOptions(options));
    mendReconnection(client);
    return client;
  } catch (cause) {
    const message = `The driver does not take these options: ${messageOf(cause)}`;
    throw new CassandraError("BAD_OPTIONS", message, { cause });
  }
}

function createSession(client: Client, options: ConnectOptions): Session {
  const { log = () => {} } = options;
  const manner = mannerOf(options);
  const executions = executionsIn(manner);
  const sweeper = createSweeper(
    (table, partition, signal) => sweepAccess(client, executions, table, partition, signal),
    log,
  );

  /** @param limit how long a page may take on all nodes together, in milliseconds */
  async function* pages(cql: string, params: unknown[], options: QueryOptions, limit: number) {
    let pageState: string | undefined;
    do {
      const answer = client.execute(cql, params, {
        ...options,
        ...(pageState && { pageState }),
      });
      // The driver tries one node after the other, each with a time-out of its own: this is for all together.
      const result = await within(limit, answer, late);
      yield result;
      pageState = result.pageState ?? undefined;
    } while (pageState);
  }

  /** The pages of a statement, then those of what it goes on with. */
  async function* runPages(statement: Statement<unknown>) {
    let next: Statement<unknown> | undefined = statement;
    for (let found = 0; next; next = next.rest?.(found)) {
      for await (const rows of runOne(next)) {
        found += rows.length;
        yield rows;
      }
    }
  }

  async function* runOne(statement: Statement<unknown>) {
    const { cql, kind, range, table } = statement;
    const limit = manner.requestTimeout + OTHER_NODES;
    try {
      for await (const result of pages(cql, parametersOf(statement), executions[kind], limit)) {
        if (table) checkColumns(table, result.columns as never);
        const rows = rowsOf(result);
        if (range && isMostlyDead(rows.length, result.info.warnings)) sweeper.heed(range);
        yield rows;
      }
    } catch (error) {
      if (range && failedOfTombstones(error, false)) sweeper.heed(range);
      throw fromDriver(error, { cql, writes: kind === "write" || kind === "lwt" });
    }
  }

  async function runBatch(
    table: Table,
    writes: readonly Write<Table, unknown>[],
  ): Promise<readonly RawRow[]> {
    const stray = writes.find((write) => write.kind !== "lwt" || write.table !== table);
    if (stray || writes.length === 0) throw notConditional(table, stray);
    const queries = writes.map((write) => ({ query: write.cql, params: parametersOf(write) }));
    try {
      // Of one partition: there is nothing that a log of it could complete.
      const sent = client.batch(queries, { ...executions.lwt, logged: false });
      const result = await within(manner.requestTimeout + OTHER_NODES, sent, late);
      checkColumns(table, result.columns as never);
      return rowsOf(result);
    } catch (error) {
      const cql = queries.map(({ query }) => query).join("; ");
      throw fromDriver(error, { cql, writes: true });
    }
  }

  const run = async <Result>(statement: Statement<Result>) =>
    statement.decode((await Array.fromAsync(runPages(statement))).flat());
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
      for await (const rows of runPages(statement)) yield* statement.decode(rows);
    },
    async cql(text, params = []) {
      const options = { ...executions.raw, prepare: params.length > 0 };
      try {
        const loose = looseParameters(params);
        const results = await Array.fromAsync(pages(text, loose, options, CQL_TIMEOUT));
        return results.flatMap((result) => readLoosely(rowsOf(result), result.columns as never));
      } catch (error) {
        throw fromDriver(error, { cql: text, writes: !/^\s*SELECT\b/i.test(text) });
      }
    },
    prepareAnew: () => client.metadata.clearPrepared(),
    report: createReport(log),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function rowsOf({ rows }: types.ResultSet): readonly RawRow[] {
  // A result without rows has none; its type says otherwise.
  return (rows as readonly RawRow[] | undefined) ?? [];
}

function notConditional({ name }: Table, stray: Write<Table, unknown> | undefined): CassandraError {
  const came = stray ? `but got: ${stray.cql}` : "but got none";
  const message = `A batch takes conditional writes to table "${name}", ${came}.`;
  return new CassandraError("BAD_STATEMENT", message);
}

/** The driver's options for each kind of statement; all are given, so that no default of the driver's counts. */
function executionsIn({ consistency, serialConsistency, requestTimeout, fetchSize }: Manner) {
  const common = { consistency, serialConsistency, fetchSize };
  const prepared = { ...common, prepare: true, readTimeout: requestTimeout };
  const read = { ...prepared, isIdempotent: true };
  const serial = { ...read, consistency: serialConsistency };
  const system = { ...read, prepare: false };
  // Repeated, an applied write could be applied twice, or undo what came after it.
  const retry = new policies.retry.FallthroughRetryPolicy();
  const write = { ...prepared, isIdempotent: false, retry };
  const raw = { ...common, isIdempotent: false, readTimeout: CQL_TIMEOUT };
  return { read, serial, system, write, lwt: write, raw } as const;
}

function late(): never {
  throw new Error("No answer in time");
}
