import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  batch,
  CassandraError,
  laneColumns,
  type LwtBatch,
  type Lwt,
  type PartitionKey,
  type Session,
  type StoredRow,
  type Table,
  unlikelyColumn,
  Unreadable,
  updateCell,
  type Write,
} from "../cassandra/index.ts";
import type { Untyped } from "../support/untyped.ts";
import { laneLimits } from "./limits.ts";
import type { StaticCondition } from "./plan.ts";

/** The outcome of a round. */
export type SentRound<Stored> =
  | LwtBatch<Stored>
  /** The round was settled: it was not applied, and never will be. */
  | { readonly applied: "never" };

/**
 * A process' own element of a partition's map of rounds, which holds the id of its last round. The map is static, or a column
 * of the row where a partition is one row. Each round is sent on the condition that the cell still holds the previous
 * round, and replaces it.
 *
 * How a round is settled: after a time-out nobody knows whether a round was applied, and a read cannot tell, because the
 * request may still be on its way and be applied later. So the process sends an empty round on the same condition, that the
 * cell holds the previous round. Only one of the two can ever be applied, since each replaces what the other requires. If
 * the cell then holds the lost round's id, that round was applied; if it holds the empty round's, the lost round never will
 * be applied, however late it arrives. Anything else proves nothing: another program may have deleted the partition, or the
 * cell may have expired.
 */
export interface Cell<T extends Table> {
  /** Whether the process knows the content of the cell. */
  isOpen(): boolean;
  /**
   * Reads the cell, or writes a first round into it.
   *
   * @throws CassandraError `UNAVAILABLE` and others; no request was sent then
   */
  open(): Promise<void>;
  /**
   * Sends conditional writes as a round. Returns when its outcome is certain.
   *
   * @param statics a condition on static columns that no write has
   * @throws CassandraError `OUTCOME_UNKNOWN` if the round could not be settled within `laneLimits.settling`, or the lanes
   * were closed before; any other error: nothing was written
   */
  send(
    writes: readonly Write<T, Lwt<unknown>>[],
    statics?: StaticCondition,
  ): Promise<SentRound<StoredRow<T>>>;
}

export interface LaneCellOptions<T extends Table> {
  readonly session: Session;
  readonly table: T;
  readonly partition: PartitionKey<T>;
  /** The process' key in the map. */
  readonly process: string;
  /** In seconds. */
  readonly ttl: number;
  /** The id of the last round; undefined: the process does not know it. */
  readonly last: { get(): string | undefined; set(round: string | undefined): void };
  /** Ends the attempts to take the cell or to settle a round. */
  readonly signal: AbortSignal;
}

interface RetryOptions {
  /** How long to try, in milliseconds. */
  readonly limit: number;
  /** Whether another attempt may succeed after this error. */
  readonly isTransient: (error: CassandraError) => boolean;
  /** Creates the error for when the time is over, or the lanes are closed. */
  readonly end: () => CassandraError;
}

export function createCell<T extends Table>(options: LaneCellOptions<T>): Cell<T> {
  const { session, table, partition, process, ttl, last, signal } = options;
  const { rounds } = laneColumns(table)!;

  /** Builds the statement that replaces the round in the cell. @param previous null: the cell must be empty */
  function replace(
    previous: string | null,
    next: string,
    more: { readonly byName?: boolean } & Partial<StaticCondition> = {},
  ): Write<T, Lwt<StoredRow<T>>> {
    return (updateCell as Untyped)(table, partition, {
      process,
      previous,
      next,
      ttl,
      ...more,
    }) as Write<T, Lwt<StoredRow<T>>>;
  }

  /** Runs {@link replace} as a statement of its own. */
  async function replaceAlone(previous: string | null, round: string): Promise<Lwt<StoredRow<T>>> {
    const answer = await session.run(replace(previous, round, { byName: true }));
    if (answer.applied || !hasUnlikelyRow(answer.current)) return answer;
    return session.run(replace(previous, round));
  }

  /** Whether the row that `byName` expects to be absent exists: then it may be why the condition failed, and not the cell. */
  function hasUnlikelyRow(row: StoredRow<T> | undefined): boolean {
    const name = unlikelyColumn(table);
    const value = name === undefined ? null : (row as Readonly<Record<string, unknown>>)?.[name];
    return value !== null && value !== undefined;
  }

  /** @throws CassandraError `UNREADABLE_VALUE` if no lane has written the map */
  function roundIn(row: StoredRow<T> | undefined): string | undefined {
    const map = (row as Readonly<Record<string, unknown>> | undefined)?.[rounds];
    if (map instanceof Unreadable) {
      const message = `Table "${table.name}": "${rounds}" of a partition holds a value that no lane has written.`;
      throw new CassandraError("UNREADABLE_VALUE", message);
    }
    return (map as ReadonlyMap<string, string> | null | undefined)?.get(process);
  }

  /**
   * Writes a first round into an empty cell, or returns the round in it. No requests are sent on the condition that the cell
   * is empty: that becomes true again when the cell has expired, while the round may still be in a frozen node's socket. For
   * the same reason each attempt has an id of its own.
   */
  function take(): Promise<string> {
    const isTransient = (error: CassandraError) => error.code === "OUTCOME_UNKNOWN";
    return retry({ limit: laneLimits.time, isTransient, end: nothingSent }, async () => {
      const round = randomUUID();
      const answer = await replaceAlone(null, round);
      return answer.applied ? round : roundIn(answer.current);
    });
  }

  async function open(): Promise<string> {
    const round = last.get() ?? (await take());
    last.set(round);
    return round;
  }

  /**
   * Settles a round. Returns whether it was applied; if not, it never will be.
   *
   * @throws CassandraError `OUTCOME_UNKNOWN` if it cannot be settled
   */
  async function settle(previous: string, round: string): Promise<boolean> {
    const empty = randomUUID();
    // If this fails, the next round reads the cell first.
    last.set(undefined);
    const settling = { limit: laneLimits.settling, isTransient: () => true, end: notSettled };
    const found = await retry(settling, async () => {
      const answer = await replaceAlone(previous, empty);
      return answer.applied ? empty : (roundIn(answer.current) ?? null);
    });
    last.set(found ?? undefined);
    if (found === round || found === empty) return found === round;
    throw new CassandraError(
      "OUTCOME_UNKNOWN",
      "The process' cell is gone, so it is unknown whether the write was applied.",
    );
  }

  /** Makes attempts, with growing pauses, until one returns something. */
  async function retry<Result>(
    { limit, isTransient, end }: RetryOptions,
    attempt: () => Promise<Result | undefined>,
  ): Promise<Result> {
    const deadline = performance.now() + limit;
    for (let pause = 20; !signal.aborted; pause = Math.min(pause * 2, 1000)) {
      try {
        const result = await attempt();
        if (result !== undefined) return result;
      } catch (error) {
        if (!(error instanceof CassandraError && isTransient(error))) throw error;
      }
      if (performance.now() + pause > deadline) break;
      // The signal ends the pause early, and then the loop.
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
    throw end();
  }

  return {
    isOpen: () => last.get() !== undefined,
    open: async () => void (await open()),
    async send(writes, statics) {
      const previous = await open();
      const round = randomUUID();
      try {
        const cell = replace(previous, round, statics);
        const answer = await session.run(batch(table, [...writes, cell]));
        last.set(answer.applied ? round : roundIn(answer.rows[0]));
        return answer;
      } catch (error) {
        if (!isUnknown(error)) throw error;
        return (await settle(previous, round)) ? { applied: true } : { applied: "never" };
      }
    },
  };
}

function nothingSent(): CassandraError {
  return new CassandraError("UNAVAILABLE", "No answer in time. Nothing was written.");
}

function notSettled(): CassandraError {
  return new CassandraError(
    "OUTCOME_UNKNOWN",
    "The write was sent, but could not be settled: it is unknown whether it was applied.",
  );
}

/** Whether an error says that the outcome of a write is unknown. */
export function isUnknown(error: unknown): boolean {
  return error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN";
}
