import { timedOut } from "./error.ts";

/** Of a context: when its operation must have begun its last field, in milliseconds since the process began. */
const DEADLINE = Symbol("deadline");

interface TimedContext {
  [DEADLINE]?: number;
}

/**
 * Sets until when generated fields of an operation may begin. Fields of a mutation run one after the other, and nothing can
 * stop an operation; without a deadline, it would go on writing after its client was told that it took too long.
 *
 * @param at in milliseconds, as `performance.now()`
 */
export function setDeadline(context: object, at: number): void {
  (context as TimedContext)[DEADLINE] = at;
}

/**
 * @param context the operation's, which may have none: nothing sets a deadline then
 * @throws GraphQLError `TIMED_OUT` if the deadline of an operation is over
 */
export function requireTime(context: object | null | undefined): void {
  const at = (context as TimedContext | null | undefined)?.[DEADLINE];
  if (at === undefined || performance.now() <= at) return;
  throw timedOut();
}
