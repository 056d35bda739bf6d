import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Host, QueryOptions, types } from "cassandra-driver";
import { fromDriver } from "./driver-error.ts";
import { fence, type NodeAccess, timeAgo } from "./fence.ts";
import { decodeStored } from "../row.ts";
import { type Fragment, type RawRow, text } from "../statement.ts";
import { checkColumns } from "./result.ts";
import { parametersOf } from "./parameter.ts";
import { type SweepAccess, sweepLimits } from "./sweep.ts";
import { clusteringNames } from "../table-columns.ts";
import { type Table } from "../table.ts";
import { tombstonesIn } from "./tombstones.ts";

/** The driver's options for what a sweep sends. */
export interface SweepExecutions {
  readonly read: QueryOptions;
  readonly write: QueryOptions;
  readonly lwt: QueryOptions;
}

/** What a sweep of a partition needs, by the driver. */
export function sweepAccess(
  client: Client,
  executions: SweepExecutions,
  table: Table,
  partition: RawRow,
  signal: AbortSignal,
): SweepAccess {
  const names = clusteringNames(table);
  const execute = async (
    { cql, ...values }: Fragment,
    options: QueryOptions,
    writes = false,
  ): Promise<types.ResultSet> => {
    signal.throwIfAborted();
    try {
      return await client.execute(cql, parametersOf(values), options);
    } catch (error) {
      throw fromDriver(error, { cql, writes });
    }
  };
  return {
    fence: () => {
      const node = oneNode(client, execute, executions);
      return table.lwt ? fence(node, table, partition) : timeAgo(node, table.sweepAfter!);
    },
    async page(read, from) {
      const options = {
        ...executions.read,
        fetchSize: sweepLimits.page,
        ...(from !== undefined && { pageState: from }),
      };
      let result = await execute(read, options);
      for (let asked = 1; asked < readsOf(client) && !warnsOfTombstones(result); asked++) {
        result = await execute(read, options);
      }
      checkColumns(table, result.columns as never);
      const rows = result.rows.map(
        (row) => decodeStored(table, row as unknown as RawRow) as RawRow,
      );
      const keys = rows.map((row) => names.map((name) => row[name]));
      return {
        // A partition with static columns and no row shows as a row without a key.
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
      // Sent twice it does the same.
      const options = { ...executions.write, isIdempotent: true, logged: false };
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
 * How often a page is read that brings no warning. On several nodes it comes only if the node that was asked has read the
 * rows itself: on three it came with 62 % of the reads.
 */
function readsOf(client: Client): number {
  return client.hosts.length > 1 ? 4 : 1;
}

function warnsOfTombstones({ info }: types.ResultSet): boolean {
  return tombstonesIn(info.warnings) > 0;
}

/** Asks one node, the one that the driver chooses for the first question. */
function oneNode(
  client: Client,
  execute: (
    statement: Fragment,
    options: QueryOptions,
    writes?: boolean,
  ) => Promise<types.ResultSet>,
  { read, lwt }: SweepExecutions,
): NodeAccess {
  let host: Host | undefined;
  const only = () => host && { host };
  return {
    async clock() {
      const cql = "SELECT toTimestamp(now()) AS clock FROM system.local";
      const { info, rows } = await execute(text(cql), { ...read, ...only() });
      host ??= client.hosts.get(info.queriedHost);
      return Number(rows[0]!["clock"]);
    },
    async run(statement) {
      const { rows } = await execute(statement, { ...lwt, ...only() }, true);
      return statement.decode(rows);
    },
  };
}
