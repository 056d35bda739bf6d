import type { GraphQLError } from "graphql";
import type { Limits } from "./adjustable-limits.ts";
import { limits } from "./limits.ts";
import { outOfQuota } from "./quota-error.ts";
import { requestError } from "./request-error.ts";

/** What is to be run for a caller. */
export interface Entrant {
  readonly caller: string;
  /** What it costs of the caller's points per second. */
  readonly points: number;
  /** How many of the points in flight it takes until it leaves. Default: none, and it need not leave. */
  readonly weight?: number;
  /** Whether nobody waits for its answer any more. */
  readonly isGone?: (() => boolean) | undefined;
}

/** Decides when the operations of all callers run. */
export interface Admission {
  /**
   * Lets an entrant in when its caller has points, and there is room. Entrants of one caller enter in the order of these calls.
   *
   * @returns undefined if it may run at once; else a promise, which rejects with `QUOTA_EXCEEDED` or `OVERLOADED` if it has
   * waited too long, or too many wait
   */
  enter(entrant: Entrant): Promise<void> | undefined;
  /**
   * Fails like {@link Admission.enter} if too much of a caller waits, before anything of a request is read: a promise that
   * rejects, or undefined.
   */
  refusal(caller: string): Promise<never> | undefined;
  /** Called once after each entrant that was let in. */
  leave(entrant: Entrant): void;
  /** Whether a caller could run something that costs only points. */
  hasPoints(caller: string): boolean;
  readonly isClosed: boolean;
  /** Refuses what waits, and whatever comes. */
  close(): void;
}

interface Waiting {
  readonly entrant: Entrant;
  readonly timer: NodeJS.Timeout;
  readonly admit: () => void;
  readonly refuse: (error: GraphQLError) => void;
}

/** A caller who runs or waits for something, or whose points are not complete. */
interface CallerState {
  /** The points in flight. */
  running: number;
  /** The points that it may spend at the time `at`; negative after an expensive operation. */
  points: number;
  at: number;
  /** Whether it has spent all, and has not got enough since to spend again. */
  isSpent: boolean;
  readonly waiting: Waiting[];
}

type AdmissionLimits = Pick<
  Limits,
  "pointsPerSecond" | "pointsInFlight" | "pointsInFlightPerCaller"
>;

/**
 * Creates the admission of a server.
 *
 * Two things are scarce, and neither may be used up by one caller. The time of this process: each caller gets points at a
 * constant rate, and spends them when it enters. What it cannot pay yet, waits, so that a burst is spread over time instead
 * of delaying others; a caller who has spent nothing for a while has some in reserve. And the database: the driver
 * accepts 2,048 requests per connection and refuses the rest, whoever sent them. So the process stays far below that number,
 * and a caller never has more than its share in flight, so that the rest of the room stays free for others even if its
 * operations are slow. What waits, waits in one queue per caller, of which each is served in turn.
 */
export function createAdmission(options: AdmissionLimits): Admission {
  const { pointsPerSecond, pointsInFlight, pointsInFlightPerCaller } = options;
  const share = Math.min(pointsInFlight, pointsInFlightPerCaller);
  const perMillisecond = pointsPerSecond / 1000;
  const reserve = perMillisecond * limits.reserve;
  const enough = perMillisecond * limits.pace;
  const callers = new Map<string, CallerState>();
  /** The callers with waiting entrants. The first one is served next. */
  const turns = new Set<string>();
  let running = 0;
  let waiting = 0;
  let renewal: NodeJS.Timeout | undefined;
  let delayed = 0;
  let isClosed = false;
  const sweep = setInterval(forgetIdle, limits.reserve).unref();

  /** An operation that costs more than there is room for runs alone. */
  const weightOf = ({ weight = 0 }: Entrant) => Math.min(weight, share);

  function stateOf(caller: string): CallerState {
    let state = callers.get(caller);
    if (!state) {
      state = { running: 0, points: reserve, at: performance.now(), isSpent: false, waiting: [] };
      callers.set(caller, state);
    }
    return state;
  }

  /** Returns the points that a caller has now. */
  function pointsOf(state: CallerState): number {
    const now = performance.now();
    state.points = Math.min(reserve, state.points + (now - state.at) * perMillisecond);
    state.at = now;
    return state.points;
  }

  /** Whether a caller may spend points. Once all are spent, only when there are enough for several operations. */
  function maySpend(state: CallerState): boolean {
    const points = pointsOf(state);
    if (points <= 0) state.isSpent = true;
    else if (points >= enough) state.isSpent = false;
    return !state.isSpent;
  }

  /** Returns how long it takes until a caller may spend points, in milliseconds. */
  const timeUntilSpending = ({ points }: CallerState) => (enough - points) / perMillisecond;

  /** Whether a caller may run something as far as others are not concerned. */
  const isWithinShare = (state: CallerState, entrant: Entrant) =>
    maySpend(state) && state.running + weightOf(entrant) <= share;

  const hasRoom = (entrant: Entrant) => running + weightOf(entrant) <= pointsInFlight;

  function admit(state: CallerState, entrant: Entrant) {
    // An operation may cost more than the reserve: the caller owes the rest.
    state.points -= entrant.points;
    state.running += weightOf(entrant);
    running += weightOf(entrant);
  }

  function wait(state: CallerState, entrant: Entrant): Promise<void> {
    if (isClosed || isCrowded(state)) return refuse(state);
    if (waiting >= limits.waiting) refuseNewest();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => drop(entry), limits.waitingTime);
    const entry = { entrant, timer, admit: resolve, refuse: reject };
    state.waiting.push(entry);
    waiting += 1;
    turns.add(entrant.caller);
    serve();
    return promise;
  }

  const isCrowded = (state: CallerState) => state.waiting.length >= limits.waitingACaller;

  /** Refuses after a while, so that a client that tries again at once does not keep the server busy with refusals. */
  async function refuse(state: CallerState): Promise<never> {
    const refusal = refusalOf(state);
    if (delayed < limits.delayed && !isClosed) {
      delayed += 1;
      await new Promise((resolve) => setTimeout(resolve, limits.delay));
      delayed -= 1;
    }
    throw refusal;
  }

  /** Makes room for a caller with few waiting entrants. */
  function refuseNewest() {
    const longest = [...callers.values()].reduce((one, other) =>
      other.waiting.length > one.waiting.length ? other : one,
    );
    drop(longest.waiting.at(-1)!);
  }

  function remove(entry: Waiting) {
    const { caller } = entry.entrant;
    const state = callers.get(caller)!;
    clearTimeout(entry.timer);
    state.waiting.splice(state.waiting.indexOf(entry), 1);
    waiting -= 1;
    if (state.waiting.length === 0) turns.delete(caller);
  }

  function drop(entry: Waiting) {
    const refusal = refusalOf(callers.get(entry.entrant.caller)!);
    remove(entry);
    entry.refuse(refusal);
    // Room may have been kept for it.
    serve();
  }

  function refusalOf(state: CallerState): GraphQLError {
    if (maySpend(state)) return overloaded();
    const most = `${pointsPerSecond} points per second`;
    return outOfQuota("pointsPerSecond", { most, wait: timeUntilSpending(state) });
  }

  /** Returns the first entrant that somebody still waits for. */
  function nextOf(state: CallerState): Waiting | undefined {
    for (;;) {
      const [entry] = state.waiting;
      if (!entry?.entrant.isGone?.()) return entry;
      remove(entry);
      entry.refuse(overloaded());
    }
  }

  /** Lets in what may run. If there is no room for the next in turn, nobody overtakes it. */
  function serve() {
    clearTimeout(renewal);
    renewal = undefined;
    if (isClosed) return;
    let soonest = Infinity;
    for (const caller of turns) {
      const state = callers.get(caller)!;
      const entry = nextOf(state);
      if (!entry) continue;
      const { entrant } = entry;
      if (!isWithinShare(state, entrant)) {
        if (state.isSpent) soonest = Math.min(soonest, timeUntilSpending(state));
        continue;
      }
      if (!hasRoom(entrant)) break;
      remove(entry);
      // A set visits what is added to it again: the caller is now the last in turn.
      if (turns.delete(caller)) turns.add(caller);
      admit(state, entrant);
      entry.admit();
    }
    // A timer of 0 ms would not give the rate time to renew a point.
    if (soonest < Infinity) renewal = setTimeout(serve, Math.max(1, Math.ceil(soonest)));
  }

  /** Whether what room there is, is kept for somebody else. */
  function isKept() {
    for (const caller of turns) {
      const state = callers.get(caller)!;
      if (isWithinShare(state, state.waiting[0]!.entrant)) return true;
    }
    return false;
  }

  function forgetIdle() {
    for (const [caller, state] of callers) {
      const isIdle = state.running === 0 && state.waiting.length === 0;
      if (isIdle && pointsOf(state) === reserve) callers.delete(caller);
    }
  }

  return {
    enter(entrant) {
      const state = stateOf(entrant.caller);
      const mayRun =
        !isClosed &&
        state.waiting.length === 0 &&
        isWithinShare(state, entrant) &&
        hasRoom(entrant) &&
        (turns.size === 0 || !isKept());
      if (!mayRun) return wait(state, entrant);
      admit(state, entrant);
      return undefined;
    },
    hasPoints(caller) {
      const state = callers.get(caller);
      return !state || (maySpend(state) && state.waiting.length === 0);
    },
    get isClosed() {
      return isClosed;
    },
    leave(entrant) {
      // Nothing keeps the state of a caller that runs nothing.
      if (weightOf(entrant) === 0) return;
      callers.get(entrant.caller)!.running -= weightOf(entrant);
      running -= weightOf(entrant);
      if (turns.size > 0) serve();
    },
    refusal(caller) {
      const state = callers.get(caller);
      return state && isCrowded(state) ? refuse(state) : undefined;
    },
    close() {
      isClosed = true;
      clearInterval(sweep);
      for (const state of callers.values()) {
        while (state.waiting.length > 0) drop(state.waiting[0]!);
      }
    },
  };
}

function overloaded(): GraphQLError {
  const message = "The service has too much to do. Nothing was done; try again later.";
  return requestError("OVERLOADED", message);
}
