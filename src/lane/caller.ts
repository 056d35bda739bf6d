import { CassandraError, type ClusteringKey, type Table } from "../cassandra/index.ts";
import { contention } from "./error.ts";
import { laneLimits } from "./limits.ts";
import type { Request } from "./request.ts";

/** Somebody who waits for an answer. */
export interface Caller<T extends Table> {
  readonly request: Request<T>;
  /** The row that the request is about: its clustering key, and a text of it. */
  readonly key: ClusteringKey<T>;
  readonly row: string;
  /** When the request came, on the lane's own clock. */
  readonly came: number;
  /** How many rounds failed because the row had changed. */
  rounds: number;
  /** Whether the request is in the round in flight. */
  isSent: boolean;
  /** Answers the caller, who then waits no longer; an error rejects. */
  tell(answer: unknown): void;
}

/** The callers of a lane, in order of arrival. */
export interface Callers<T extends Table> {
  /** Adds a caller. The promise is rejected at once if too many wait, and when its time is over. */
  add(caller: Pick<Caller<T>, "request" | "key" | "row">): Promise<unknown>;
  /** Returns those who wait now. */
  waiting(): readonly Caller<T>[];
  /** Whether a caller still waits. */
  has(this: void, caller: Caller<T>): boolean;
  /** The present time on the lane's clock: everyone who came up to now has this or an earlier one. */
  now(): number;
}

/** @param isSilent whether Cassandra has been asked for long without an answer */
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
        came: ++clock,
        rounds: 0,
        isSent: false,
        tell(answer) {
          clearTimeout(timer);
          waiting.delete(caller);
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        },
      };
      const timer = setTimeout(() => caller.tell(timeOver(caller)), laneLimits.time);
      waiting.add(caller);
      return promise;
    },
    waiting: () => [...waiting],
    has: (caller) => waiting.has(caller),
    now: () => clock,
  };
}

/** Answers the first callers, as many as there are answers. */
export function tellEach(
  callers: readonly Pick<Caller<never>, "tell">[],
  answers: readonly unknown[],
): void {
  for (const [at, answer] of answers.entries()) callers[at]?.tell(answer);
}

function outcomeUnknown(): CassandraError {
  const message = "The write was sent, but nobody can say whether it applies.";
  return new CassandraError("OUTCOME_UNKNOWN", message);
}
