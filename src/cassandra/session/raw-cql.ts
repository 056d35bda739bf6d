import type { Client, QueryOptions } from "cassandra-driver";
import { within } from "../../support/within.ts";
import { CassandraError } from "../error.ts";
import type { RawRow } from "../statement.ts";
import { fromDriver } from "./driver-error.ts";
import { noAnswerInTime, type PageQuery, requestPage } from "./pages.ts";
import { looseParameters } from "./parameter.ts";
import { prepareAsSelect } from "./prepare.ts";
import { decodeLoosely } from "./result.ts";

/** Options of raw CQL. */
export interface CqlOptions {
  /**
   * Whether the CQL may change anything. CQL without parameters that has this option is not prepared: give it for schema
   * changes, for `DESCRIBE` and `LIST`, and for what contains a password, since Cassandra stores prepared CQL on disk.
   * What says `false` is sent to another node if the first one does not answer.
   *
   * Default: false for a SELECT, as which Cassandra prepares it, and true for everything else.
   */
  readonly writes?: boolean | undefined;
}

/** Raw CQL with its values. */
export interface RawQuery extends CqlOptions {
  readonly cql: string;
  readonly params: readonly unknown[];
}

/** How long raw CQL may take per page, in milliseconds. Schema changes wait until all nodes agree. */
export const CQL_TIMEOUT = 20_000;

/** The driver's options for raw CQL. */
export interface RawQueryOptions {
  readonly read: QueryOptions;
  readonly write: QueryOptions;
}

/**
 * Runs raw CQL, and yields the rows of each page.
 *
 * @throws CassandraError as `Session.cql`
 */
export async function* rawPages(
  client: Client,
  queryOptions: RawQueryOptions,
  raw: RawQuery,
): AsyncGenerator<readonly RawRow[]> {
  const { cql } = raw;
  refuseUse(cql);
  const writes = raw.writes ?? !(await asksForRows(client, cql));
  const prepare = raw.writes === undefined || raw.params.length > 0;
  const options = { ...(writes ? queryOptions.write : queryOptions.read), prepare };
  const query = { cql, params: looseParameters(raw.params), options, limit: CQL_TIMEOUT };
  let from: string | undefined;
  do {
    const { rows, next } = await rawPage(client, { ...query, writes }, from);
    yield rows;
    from = next;
  } while (from);
}

/** Matches what begins with USE, after spaces and comments. */
const USE = /^(?:\s|(?:--|\/\/)[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*use\s/i;

/** @throws CassandraError `BAD_STATEMENT` for USE: the statements of the models would go to other tables, too */
function refuseUse(cql: string): void {
  if (!USE.test(cql)) return;
  const message =
    "USE would change the keyspace of everything that the session runs: name the keyspace in the CQL, or open a session for it.";
  throw new CassandraError("BAD_STATEMENT", message, { cql });
}

async function rawPage(
  client: Client,
  { writes, ...query }: PageQuery & { readonly writes: boolean },
  from: string | undefined,
): Promise<{ readonly rows: readonly RawRow[]; readonly next: string | undefined }> {
  try {
    const result = await requestPage(client, query, from);
    return { rows: decodeLoosely(result), next: result.pageState ?? undefined };
  } catch (error) {
    // It may be a batch of several partitions.
    throw fromDriver(error, { cql: query.cql, writes, steps: writes ? "apart" : undefined });
  }
}

/** Asks Cassandra, which executes nothing, so that an error does not leave the outcome of a write unknown. */
async function asksForRows(client: Client, cql: string): Promise<boolean> {
  try {
    return await within(CQL_TIMEOUT, prepareAsSelect(client, cql), noAnswerInTime);
  } catch (error) {
    throw fromDriver(error, { cql, writes: false });
  }
}
