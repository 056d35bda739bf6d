import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
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
import { laneLimits } from "./limits.ts";
import type { SharedCondition } from "./plan.ts";

/** What a round came to. */
export type Sent<Stored> =
  | LwtBatch<Stored>
  /** Nobody said, but it is certain now that it never was applied and never will be. */
  | { readonly applied: "never" };

/**
 * A process' own element of a partition's map of rounds, in which it keeps the id of its last round: the map is static, or a
 * column of the row where that is all that a partition has. Each round is sent on the condition that the last one is
 * still there, and takes its place.
 *
 * How a round is settled of which nobody knows whether it was applied: by a write on the same condition, since of the two
 * only one can ever be applied. If the cell then has the id of the round, it was applied; if it has that of the write, the
 * round never will be, however late it arrives. Anything else proves nothing, as the cell is not the process' alone: another
 * program may have deleted the partition, or the cell has expired since.
 */
export interface Cell<T extends Table> {
  /** Whether it is known what is in it. */
  isOpen(): boolean;
  /**
   * Finds out what is in it, or puts something there.
   *
   * @throws CassandraError `UNAVAILABLE` and others; nothing of what is asked for was sent then
   */
  open(): Promise<void>;
  /**
   * Sends conditional writes as a round, and comes back when it is certain what became of it.
   *
   * @param shared what must hold of static columns beside
   * @throws CassandraError `OUTCOME_UNKNOWN` if that cannot be found out within `laneLimits.settling`, or it is given up
   * before; any other: nothing was written
   */
  send(
    writes: readonly Write<T, Lwt<unknown>>[],
    shared?: SharedCondition,
  ): Promise<Sent<StoredRow<T>>>;
}

export interface CellOptions<T extends Table> {
  readonly session: Session;
  readonly table: T;
  readonly partition: PartitionKey<T>;
  /** The process' key in it. */
  readonly process: string;
  /** In seconds. */
  readonly ttl: number;
  /** The id of the last round, as far as it is remembered. */
  readonly last: { get(): string | undefined; set(round: string | undefined): void };
  /** Gives up. */
  readonly signal: AbortSignal;
}

type Untyped = (...args: readonly unknown[]) => unknown;

export function createCell<T extends Table>(options: CellOptions<T>): Cell<T> {
  const { session, table, partition, process, ttl, last, signal } = options;
  const { rounds } = laneColumns(table)!;

  /** Puts a round's id in the place of another; null: where there is none. */
  function replace(
    previous: string | null,
    next: string,
    more: { readonly byName?: boolean } & Partial<SharedCondition> = {},
  ): Write<T, Lwt<StoredRow<T>>> {
    // The table's own types: of any table the compiler cannot know them.
    return (updateCell as Untyped)(table, partition, {
      process,
      previous,
      next,
      ttl,
      ...more,
    }) as Write<T, Lwt<StoredRow<T>>>;
  }

  /** Replaces one round's id by another, in a statement of its own. */
  async function replaceAlone(previous: string | null, round: string): Promise<Lwt<StoredRow<T>>> {
    const answer = await session.run(replace(previous, round, { byName: true }));
    if (answer.applied || !hasUnlikelyRow(answer.current)) return answer;
    return session.run(replace(previous, round));
  }

  /** Whether there is such a row after all: then it, and not the cell, may be why the condition did not hold. */
  function hasUnlikelyRow(row: StoredRow<T> | undefined): boolean {
    const name = unlikelyColumn(table);
    const value = name === undefined ? null : (row as Readonly<Record<string, unknown>>)?.[name];
    return value !== null && value !== undefined;
  }

  /** @throws CassandraError `UNREADABLE_VALUE` if the map is nothing that a lane has written */
  function roundIn(row: StoredRow<T> | undefined): string | undefined {
    const map = (row as Readonly<Record<string, unknown>> | undefined)?.[rounds];
    if (map instanceof Unreadable) {
      const message = `Table "${table.name}": "${rounds}" of a partition has what no lane has put there.`;
      throw new CassandraError("UNREADABLE_VALUE", message);
    }
    return (map as ReadonlyMap<string, string> | null | undefined)?.get(process);
  }

  /**
   * Puts a round's id where there is none. A round must never be on the condition that nothing is: that
   * becomes true again when the cell has expired, and the round may still lie in a frozen node's socket. Nor may an
   * attempt be repeated with the same id, for the same reason.
   */
  function take(): Promise<string> {
    const isPassing = (error: CassandraError) => error.code === "OUTCOME_UNKNOWN";
    return repeat(laneLimits.time, isPassing, nothingSent, async () => {
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
   * Whether a round was applied; if not, it never will be.
   *
   * @throws CassandraError `OUTCOME_UNKNOWN` if nobody can say
   */
  async function settle(previous: string, round: string): Promise<boolean> {
    const other = randomUUID();
    // Whoever opens it next looks into it.
    last.set(undefined);
    const found = await repeat(
      laneLimits.settling,
      () => true,
      givenUp,
      async () => {
        const answer = await replaceAlone(previous, other);
        return answer.applied ? other : (roundIn(answer.current) ?? null);
      },
    );
    last.set(found ?? undefined);
    if (found === round || found === other) return found === round;
    throw new CassandraError(
      "OUTCOME_UNKNOWN",
      "The process' cell is gone, so nobody can say what became of a write.",
    );
  }

  /**
   * Asks again, with growing pauses, until it is told something.
   *
   * @param limit how long, in milliseconds
   * @param isPassing whether another attempt may fare better
   * @param end what it fails with when the time is over, or when it is to be given up
   */
  async function repeat<Told>(
    limit: number,
    isPassing: (error: CassandraError) => boolean,
    end: () => CassandraError,
    ask: () => Promise<Told | undefined>,
  ): Promise<Told> {
    const deadline = performance.now() + limit;
    for (let pause = 20; !signal.aborted; pause = Math.min(pause * 2, 1000)) {
      try {
        const told = await ask();
        if (told !== undefined) return told;
      } catch (error) {
        if (!(error instanceof CassandraError && isPassing(error))) throw error;
      }
      if (performance.now() + pause > deadline) break;
      // Ended early by the signal, which the loop looks at.
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
    throw end();
  }

  return {
    isOpen: () => last.get() !== undefined,
    open: async () => void (await open()),
    async send(writes, shared) {
      const previous = await open();
      const round = randomUUID();
      try {
        const cell = replace(previous, round, shared);
        const answer = await session.batch(table, [...writes, cell]);
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

function givenUp(): CassandraError {
  return new CassandraError(
    "OUTCOME_UNKNOWN",
    "It is given up before it is known what became of a write.",
  );
}

/** Whether nobody knows what became of a write. */
export function isUnknown(error: unknown): boolean {
  return error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN";
}
