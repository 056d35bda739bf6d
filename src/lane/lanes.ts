import { randomUUID } from "node:crypto";
import {
  type ClusteringKey,
  CassandraError,
  type HiddenName,
  keyText,
  type PartitionKey,
  type PrimaryKey,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { createRecent } from "../recent.ts";
import { createCell } from "./cell.ts";
import { createLane, type Lane } from "./lane.ts";
import { laneLimits } from "./limits.ts";
import type { Rule } from "./rule.ts";

/**
 * The lanes of a process: one per partition, while somebody waits in it. Lightweight transactions on one partition run one
 * after the other anyway; so all that waits for one goes together, as one of them.
 */
export interface Lanes {
  /**
   * Asks for something in a partition, by a rule of its table.
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
  const lanes = new Map<string, Lane<Table>>();
  const lastRounds = createRecent<string>(laneLimits.partitions);
  const closing = new AbortController();
  /** The cells of a table, which all its rules share. */
  const cells = new Map<Table, string>();

  function open<T extends Table>(
    table: T,
    rounds: HiddenName<T>,
    partition: PartitionKey<T>,
    text: string,
  ): Lane<T> {
    const { signal } = closing;
    const last = {
      get: () => lastRounds.get(text),
      set: (round: string | undefined) =>
        round === undefined ? lastRounds.delete(text) : lastRounds.set(text, round),
    };
    const cell = createCell({ session, table, rounds, partition, process, ttl, last, signal });
    return createLane({
      session,
      table,
      partition,
      cell,
      onLate: (row: ClusteringKey<T>) => onLate(table, { ...partition, ...row }),
      onIdle: () => lanes.delete(text),
    });
  }

  return {
    ask<T extends Table, Request, Answer>(
      rule: Rule<T, Request, Answer>,
      partition: PartitionKey<T>,
      request: Request,
    ) {
      const { table, rounds } = rule;
      const known = cells.get(table) ?? rounds;
      if (known !== rounds) return Promise.reject(twoCells(table, known, rounds));
      cells.set(table, rounds);
      const text = `${table.name}${keyText(table, table.partition, partition)}`;
      // A lane of this very table, which the map cannot say.
      const lane = (lanes.get(text) as Lane<T> | undefined) ?? open(table, rounds, partition, text);
      lanes.set(text, lane as never);
      return lane.ask(rule, request);
    },
    get size() {
      return lanes.size;
    },
    close() {
      closing.abort(new Error("The service stops."));
    },
  };
}

function twoCells({ name }: Table, one: string, other: string): CassandraError {
  const message = `Rules of table "${name}" keep their rounds in "${one}" and "${other}": it must be one column, by which each settles what the others have sent.`;
  return new CassandraError("BAD_STATEMENT", message);
}
