import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CassandraError,
  element,
  type LwtBatch,
  type Lwt,
  type PartitionKey,
  type Session,
  type Statement,
  type StoredRow,
  type Table,
  updatePartition,
} from "../cassandra/index.ts";

/** What a round came to. */
export type Sent<Stored> =
  | LwtBatch<Stored>
  /** Nobody said, but it is certain now that it never was applied and never will be. */
  | { readonly applied: "never" };

/**
 * A process' own element of a partition's static map, in which it keeps the id of its last round. Each round is sent
 * on the condition that the last one is still there, and takes its place. So a round of which nobody knows whether it
 * was applied can be settled at any time, by a write on the same condition: of the two only one can ever be applied.
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
   * Sends conditional writes as a round, and comes back when it is certain what became of it: however long that takes.
   *
   * @throws CassandraError `OUTCOME_UNKNOWN` if it is given up; any other: nothing was written
   */
  send(writes: readonly Statement<Lwt<unknown>>[]): Promise<Sent<StoredRow<T>>>;
}

export interface CellOptions<T extends Table> {
  readonly session: Session;
  readonly table: T;
  /** The static map. */
  readonly rounds: string;
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
  const { session, table, rounds, partition, process, ttl, last, signal } = options;

  /** Puts a round's id in the place of another; null: where there is none. */
  function replace(previous: string | null, round: string): Statement<Lwt<StoredRow<T>>> {
    // The table's own types: of any table the compiler cannot know them.
    const put = { [rounds]: element(process, round) };
    const holds = { if: { [rounds]: element(process, previous) }, ttl };
    return (updatePartition as Untyped)(table, partition, put, holds) as Statement<
      Lwt<StoredRow<T>>
    >;
  }

  const roundIn = (row: StoredRow<T> | undefined): string | undefined =>
    (row as Readonly<Record<string, ReadonlyMap<string, string> | null>> | undefined)?.[
      rounds
    ]?.get(process);

  /**
   * Puts a round's id where there is none. A round must never be on the condition that nothing is: that
   * becomes true again when the cell has expired, and the round may still lie in a frozen node's socket. Nor may an
   * attempt be repeated with the same id, for the same reason.
   */
  async function take(): Promise<string> {
    for (;;) {
      const round = randomUUID();
      try {
        const answer = await session.run(replace(null, round));
        const found = answer.applied ? round : roundIn(answer.current);
        if (found !== undefined) return found;
      } catch (error) {
        if (!isUnknown(error)) throw error;
        if (signal.aborted) throw new CassandraError("UNAVAILABLE", "The service stops.");
      }
    }
  }

  async function open(): Promise<string> {
    const round = last.get() ?? (await take());
    last.set(round);
    return round;
  }

  /** Whether a round was applied; if not, it never will be. */
  async function settle(previous: string, round: string): Promise<boolean> {
    const other = randomUUID();
    for (let pause = 20; ; pause = Math.min(pause * 2, 1000)) {
      if (signal.aborted) throw givenUp();
      try {
        const answer = await session.run(replace(previous, other));
        // It may also have expired: then the condition of the round can never be true again.
        const found = answer.applied ? other : roundIn(answer.current);
        last.set(found);
        return found === round;
      } catch (error) {
        if (!(error instanceof CassandraError)) throw error;
        await sleep(pause);
      }
    }
  }

  return {
    isOpen: () => last.get() !== undefined,
    open: async () => void (await open()),
    async send(writes) {
      const previous = await open();
      const round = randomUUID();
      try {
        const answer = await session.batch(table, [...writes, replace(previous, round)]);
        last.set(answer.applied ? round : roundIn(answer.rows[0]));
        return answer;
      } catch (error) {
        if (!isUnknown(error)) throw error;
        return (await settle(previous, round)) ? { applied: true } : { applied: "never" };
      }
    },
  };
}

function givenUp(): CassandraError {
  return new CassandraError(
    "OUTCOME_UNKNOWN",
    "The service stops before it is known what became of a write.",
  );
}

function isUnknown(error: unknown): boolean {
  return error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN";
}
