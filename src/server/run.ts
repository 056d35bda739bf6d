import type { GraphQLError, OperationTypeNode } from "graphql";
import { within } from "../support/within.ts";
import type { Limits } from "./adjustable-limits.ts";
import type { Admission } from "./admission.ts";
import type { Identity } from "./context.ts";
import { limits as fixed } from "./limits.ts";
import { requestError } from "./request-error.ts";
import { isPast } from "./sign-in/expiry.ts";
import { expiredToken } from "./sign-in/refusals.ts";

/** Who sends an operation. */
export interface Requester {
  readonly identity: Identity | Promise<Identity>;
  /** Whether the client has gone, so that nobody waits for the answer. */
  readonly isGone?: () => boolean;
  /** Called once when the operation's turn has come, unless it is refused before. */
  readonly entered?: () => void;
}

/** A valid operation, and who sends it. */
export interface Sent<Result> extends Requester {
  readonly kind: OperationTypeNode;
  /** How many points it costs, or a function that returns this for its caller. */
  readonly points: number | ((identity: Identity) => number);
  /** How many of the points in flight it takes: the partitions. */
  readonly weight: number;
  /** Called with a result that comes too late for the client. */
  readonly discard?: (result: Result) => void;
}

/** An operation that may begin. */
export interface Admitted {
  readonly identity: Identity;
  /** Until when its fields may begin, as `performance.now()`. */
  readonly deadline: number;
}

/** Runs operations within the limits of their callers. */
export type Run = <Result>(
  sent: Sent<Result>,
  begin: (turn: Admitted) => Promise<Result>,
) => Promise<Result>;

export interface RunOptions {
  readonly admission: Admission;
  readonly limits: Pick<Limits, "time">;
}

/**
 * Creates the function that runs operations: it waits for their turn, and ends the wait for an operation that takes too
 * long.
 *
 * Two times bound an operation. Until the first, its fields may begin. The second leaves those that have begun the time to
 * settle what they have written, so that the answer usually says what happened. Nothing can stop an operation: after the
 * second time it counts as ended, whatever its resolvers still wait for.
 *
 * The function throws `QUOTA_EXCEEDED`, `OVERLOADED`, `TOKEN_EXPIRED`, `TIMED_OUT`, or, for a mutation that has begun, `OUTCOME_UNKNOWN`.
 */
export function createRun({ admission, limits }: RunOptions): Run {
  return async (sent, begin) => {
    const deadline = performance.now() + limits.time;
    let hasBegun = false;
    let isOver = false;
    let leave = () => {};

    async function run() {
      const { identity: given, weight, isGone } = sent;
      const identity = given instanceof Promise ? await given : given;
      if (isOver) throw tooLate();
      const points = typeof sent.points === "function" ? sent.points(identity) : sent.points;
      const entrant = { caller: identity.caller, points, weight, isGone };
      const turn = admission.enter(entrant);
      if (turn) await turn;
      if (isOver) {
        admission.leave(entrant);
        throw tooLate();
      }
      leave = () => admission.leave(entrant);
      sent.entered?.();
      if (isPast(identity.expires)) throw expiredToken();
      if (performance.now() > deadline) throw tooLate();
      hasBegun = true;
      return begin({ identity, deadline });
    }

    const running = run();
    try {
      return await within(limits.time + fixed.settling, running, () => {
        void running.then(sent.discard, () => {});
        throw hasBegun && sent.kind === "mutation" ? unknownMutation() : tooLate();
      });
    } finally {
      isOver = true;
      leave();
    }
  };
}

function tooLate(): GraphQLError {
  return requestError("TIMED_OUT", "The operation took too long.");
}

function unknownMutation(): GraphQLError {
  const message = "The mutation took too long. It is unknown what of it was or will be applied.";
  return requestError("OUTCOME_UNKNOWN", message);
}
