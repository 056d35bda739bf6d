import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Host, QueryOptions, types } from "cassandra-driver";
import { fromDriver } from "./driver-error.ts";
import { fence, type NodeAccess, type TablePartition, timeAgo } from "./fence.ts";
import { decodeStored } from "../row.ts";
import { type Fragment, type RawRow, cqlText } from "../statement.ts";
import { checkResultColumns, pageOf, rowsOf } from "./result.ts";
import { parametersOf } from "./parameter.ts";
import { type SweepAccess, sweepLimits } from "./sweep.ts";
import { clusteringNames } from "../table-columns.ts";
import { tombstonesIn } from "./tombstones.ts";

/** The driver's options for the statements of a sweep. */
export interface SweepQueryOptions {
  readonly read: QueryOptions;
  readonly write: QueryOptions;
  readonly lwt: QueryOptions;
}

/** Options of {@link sweepAccess}. */
export interface SweepAccessOptions extends TablePartition {
  readonly queryOptions: SweepQueryOptions;
  /** Ends the sweep when aborted. */
  readonly signal: AbortSignal;
}

/** Gives a sweep access to a partition through the driver. */
export function sweepAccess(
  client: Client,
  { table, partition, queryOptions, signal }: SweepAccessOptions,
): SweepAccess {
  const names = clusteringNames(table);
  const execute: ExecuteFragment = async ({ cql, ...values }, { writes = false, ...options }) => {
    signal.throwIfAborted();
    try {
      return await client.execute(cql, parametersOf(values), options);
    } catch (error) {
      throw fromDriver(error, { cql, writes });
    }
  };
  return {
    fence: () => {
      const node = nodeAccess(client, { execute, queryOptions });
      return table.lwt ? fence(node, { table, partition }) : timeAgo(node, table.sweepAfter!);
    },
    async page(read, from) {
      const options = {
        ...queryOptions.read,
        fetchSize: sweepLimits.page,
        ...(from !== undefined && { pageState: from }),
      };
      let result = await execute(read, options);
      for (let asked = 1; asked < readsPerPage(client) && !warnsOfTombstones(result); asked++) {
        result = await execute(read, options);
      }
      checkResultColumns(table, result);
      const rows = rowsOf(pageOf(result)).map((row) => decodeStored(table, row) as RawRow);
      const keys = rows.map((row) => names.map((name) => row[name]));
      return {
        // A partition with static columns and no row returns one row without a clustering key.
        keys: keys.filter(([first]) => first !== null),
        isDead: warnsOfTombstones(result),
        next: result.pageState ?? undefined,
      };
    },
    async remove(deletes) {
      signal.throwIfAborted();
      const queries = deletes.map(({ cql, ...values }) => ({
        query: cql,
        params: parametersOf(values),
      }));
      // Sending it twice has the same effect as sending it once.
      const options = { ...queryOptions.write, isIdempotent: true, logged: false };
      try {
        await client.batch(queries, options);
      } catch (error) {
        throw fromDriver(error, { cql: queries[0]!.query, writes: true });
      }
    },
    rest: (milliseconds) => sleep(milliseconds, undefined, { signal, ref: false }),
  };
}

/**
 * Returns how many times a page without a warning is read. With several nodes, the warning comes only if the
 * coordinator has read the rows itself: with three nodes, 62 % of the reads had it.
 */
function readsPerPage(client: Client): number {
  return client.hosts.length > 1 ? 4 : 1;
}

function warnsOfTombstones({ info }: types.ResultSet): boolean {
  return tombstonesIn(info.warnings) > 0;
}

/** Runs a statement. `writes` says whether it changes data. */
type ExecuteFragment = (
  statement: Fragment,
  options: QueryOptions & { readonly writes?: boolean },
) => Promise<types.ResultSet>;

/** Sends all queries to one node: the one that the driver chooses for the first query. */
function nodeAccess(
  client: Client,
  { execute, queryOptions }: { execute: ExecuteFragment; queryOptions: SweepQueryOptions },
): NodeAccess {
  const { read, lwt } = queryOptions;
  let host: Host | undefined;
  const only = () => host && { host };
  return {
    async clock() {
      const cql = "SELECT toTimestamp(now()) AS clock FROM system.local";
      const { info, rows } = await execute(cqlText(cql), { ...read, ...only() });
      host ??= client.hosts.get(info.queriedHost);
      return Number(rows[0]!["clock"]);
    },
    async run(statement) {
      const result = await execute(statement, { ...lwt, ...only(), writes: true });
      return statement.decode(rowsOf(pageOf(result)));
    },
  };
}
