import { randomUUID } from "node:crypto";
import {
  type ClusteringKey,
  keyText,
  type PartitionKey,
  type PrimaryKey,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { createCell } from "./cell.ts";
import { createLane, type Lane } from "./lane.ts";
import { laneLimits } from "./limits.ts";
import { createRecent } from "../recent.ts";
import type { Rule } from "./rule.ts";

export { laneLimits } from "./limits.ts";
export type { RowPlan, Rule, Seen } from "./rule.ts";

/**
 * The lanes of a process: one a partition, while somebody waits in it. Lightweight transactions on one partition run one
 * after the other anyway; so all that waits for one goes together, as one of them.
 */
export interface Lanes {
  /**
   * Asks for something in a partition.
   *
   * @throws CassandraError `UNAVAILABLE`, `OUTCOME_UNKNOWN`; GraphQLError `CONTENTION`: nothing was changed
   */
  ask<T extends Table, Request, Answer>(
    rule: Rule<T, Request, Answer>,
    partition: PartitionKey<T>,
    request: Request,
  ): Promise<Answer>;
  /** How many there are. */
  readonly size: number;
  /** Gives up what nobody knows the outcome of. */
  close(): void;
}

export interface LanesOptions {
  /** How long a process' last round is kept in its partition, in seconds. Default: an hour. */
  readonly ttl?: number;
  /** Told of a row that was changed, or may have been, for somebody who had stopped waiting for it. Default: nobody is told. */
  readonly onLate?: (table: Table, key: PrimaryKey<Table>) => void;
}

/** Makes the lanes of a process. */
export function createLanes(
  session: Session,
  { ttl = laneLimits.ttl, onLate = () => {} }: LanesOptions = {},
): Lanes {
  const process = randomUUID();
  const lanes = new Map<string, Lane<unknown, unknown>>();
  const lastRounds = createRecent<string>(laneLimits.partitions);
  const closing = new AbortController();
  return {
    ask<T extends Table, Request, Answer>(
      rule: Rule<T, Request, Answer>,
      partition: PartitionKey<T>,
      request: Request,
    ) {
      const { table, rounds } = rule;
      const text = `${table.name}${keyText(table, table.partition, partition)}`;
      // One partition has one rule's lane, which the map cannot say.
      let lane = lanes.get(text) as Lane<Request, Answer> | undefined;
      if (!lane) {
        const { signal } = closing;
        const last = {
          get: () => lastRounds.get(text),
          set: (round: string | undefined) =>
            round === undefined ? lastRounds.delete(text) : lastRounds.set(text, round),
        };
        const options = { session, table, rounds, partition, process, ttl, last, signal };
        const onIdle = () => lanes.delete(text);
        const late = (row: ClusteringKey<T>) => onLate(table, { ...partition, ...row });
        const cell = createCell(options);
        lane = createLane({ session, rule, partition, cell, onLate: late, onIdle });
        lanes.set(text, lane as Lane<unknown, unknown>);
      }
      return lane.ask(request);
    },
    get size() {
      return lanes.size;
    },
    close() {
      closing.abort(new Error("The service stops."));
    },
  };
}
