import { CassandraError, type ClusteringKey, type Table } from "../cassandra/index.ts";
import { contention } from "./error.ts";
import { laneLimits } from "./limits.ts";
import type { Request } from "./request.ts";

/** A caller who waits for the answer to a request. */
export interface Caller<T extends Table> {
  readonly request: Request<T>;
  /** The clustering key of the request's row. */
  readonly key: ClusteringKey<T>;
  /** The key as a text. */
  readonly row: string;
  /** When the request arrived, on the lane's own clock. */
  readonly arrival: number;
  /** How many rounds failed because the row had changed. */
  rounds: number;
  /** Whether the request is in the round in flight. */
  isSent: boolean;
  /** Resolves the caller's promise, or rejects it with an error. The caller then no longer waits. */
  answer(value: unknown): void;
}

/** The callers of a lane, in order of arrival. */
export interface Callers<T extends Table> {
  /** Adds a caller. The promise is rejected at once if too many callers wait, and when the caller's time is over. */
  add(caller: Pick<Caller<T>, "request" | "key" | "row">): Promise<unknown>;
  /** Returns the callers who wait now. */
  waiting(): readonly Caller<T>[];
  /** Whether a caller still waits. */
  has(this: void, caller: Caller<T>): boolean;
  /** Returns the present time on the lane's clock: every caller so far arrived at this time or earlier. */
  now(): number;
}

/** @param isSilent whether Cassandra has not responded for long */
export function createCallers<T extends Table>(isSilent: () => boolean): Callers<T> {
  const waiting = new Set<Caller<T>>();
  let clock = 0;

  function timeOver({ isSent }: Caller<T>): Error {
    if (isSent) return outcomeUnknown();
    return isSilent() ? new CassandraError("UNAVAILABLE", "No answer in time.") : contention();
  }

  return {
    add(given) {
      if (waiting.size >= laneLimits.waiting) return Promise.reject(contention());
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const caller: Caller<T> = {
        ...given,
        arrival: ++clock,
        rounds: 0,
        isSent: false,
        answer(value) {
          clearTimeout(timer);
          waiting.delete(caller);
          if (value instanceof Error) reject(value);
          else resolve(value);
        },
      };
      const timer = setTimeout(() => caller.answer(timeOver(caller)), laneLimits.time);
      waiting.add(caller);
      return promise;
    },
    waiting: () => [...waiting],
    has: (caller) => waiting.has(caller),
    now: () => clock,
  };
}

/** Answers the first callers, one for each answer. */
export function answerEach(
  callers: readonly Pick<Caller<never>, "answer">[],
  answers: readonly unknown[],
): void {
  for (const [at, answer] of answers.entries()) callers[at]?.answer(answer);
}

function outcomeUnknown(): CassandraError {
  const message = "The write was sent, but it is unknown whether it was applied.";
  return new CassandraError("OUTCOME_UNKNOWN", message);
}
