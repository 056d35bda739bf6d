import type { GraphQLError } from "graphql";
import type { Limits } from "./adjustable-limits.ts";
import { codedError } from "./error.ts";
import { limits } from "./limits.ts";

/** An operation that is to be run. */
export interface Entrant {
  readonly caller: string;
  readonly points: number;
  /** Whether nobody waits for its answer any more. */
  readonly isGone?: () => boolean;
}

/** Bounds how much a process runs at once. What exceeds it waits, and callers take turns. */
export interface Admission {
  /**
   * Lets an operation in. Operations of one caller enter in the order of these calls.
   *
   * @returns undefined if it may run at once; else a promise, which rejects with `OVERLOADED` if it has waited too long or
   * too many wait
   */
  enter(entrant: Entrant): Promise<void> | undefined;
  /** Called once after each operation that was let in. */
  leave(entrant: Entrant): void;
}

interface Waiting {
  readonly entrant: Entrant;
  readonly timer: NodeJS.Timeout;
  readonly admit: () => void;
  readonly refuse: (error: GraphQLError) => void;
}

/** What a caller runs, and what of it waits. Exists while there is either. */
interface CallerState {
  points: number;
  readonly waiting: Waiting[];
}

/**
 * Creates the admission of a server.
 *
 * The driver accepts 2,048 requests per connection and refuses the rest, whoever sent them. So the process stays far below
 * that number, and what waits, waits here: one queue per caller, of which each is served in turn, so that an operation of
 * one caller waits for at most one operation of each other caller. A caller never has more than its share in flight, so the
 * rest of the room stays free for others even if its operations are slow.
 */
export function createAdmission({
  pointsInFlight,
  pointsInFlightPerCaller,
}: Pick<Limits, "pointsInFlight" | "pointsInFlightPerCaller">): Admission {
  const share = Math.min(pointsInFlight, pointsInFlightPerCaller);
  const callers = new Map<string, CallerState>();
  /** The callers with waiting operations. The first one is served next. */
  const turns = new Set<string>();
  let points = 0;
  let waiting = 0;

  /** An operation that costs more than there is room for runs alone. */
  const weightOf = (entrant: Entrant) => Math.min(entrant.points, share);

  function stateOf(caller: string): CallerState {
    let state = callers.get(caller);
    if (!state) callers.set(caller, (state = { points: 0, waiting: [] }));
    return state;
  }

  function admit(state: CallerState, entrant: Entrant) {
    state.points += weightOf(entrant);
    points += weightOf(entrant);
  }

  function wait(state: CallerState, entrant: Entrant): Promise<void> {
    if (state.waiting.length >= limits.waitingACaller) return Promise.reject(overloaded());
    if (waiting >= limits.waiting) refuseNewest();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => drop(entry, overloaded()), limits.waitingTime);
    const entry = { entrant, timer, admit: resolve, refuse: reject };
    state.waiting.push(entry);
    waiting += 1;
    turns.add(entrant.caller);
    return promise;
  }

  /** Makes room for a caller with few waiting operations. */
  function refuseNewest() {
    const longest = [...callers.values()].reduce((one, other) =>
      other.waiting.length > one.waiting.length ? other : one,
    );
    drop(longest.waiting.at(-1)!, overloaded());
  }

  function remove({ entrant, timer }: Waiting) {
    const state = callers.get(entrant.caller)!;
    clearTimeout(timer);
    state.waiting.splice(
      state.waiting.findIndex((each) => each.timer === timer),
      1,
    );
    waiting -= 1;
    if (state.waiting.length === 0) turns.delete(entrant.caller);
    return state;
  }

  function drop(entry: Waiting, error: GraphQLError) {
    const state = remove(entry);
    if (state.points === 0 && state.waiting.length === 0) callers.delete(entry.entrant.caller);
    entry.refuse(error);
    // It may have been the one for which room was kept.
    serve();
  }

  /** Lets in what there is room for. If the next in turn needs more room than there is, nobody overtakes it. */
  function serve() {
    for (const caller of turns) {
      const state = callers.get(caller)!;
      const [entry] = state.waiting;
      const { entrant } = entry!;
      if (entrant.isGone?.()) {
        drop(entry!, overloaded());
        return;
      }
      if (state.points + weightOf(entrant) > share) continue;
      if (points + weightOf(entrant) > pointsInFlight) return;
      remove(entry!);
      // A set visits what is added to it again: the caller is now the last in turn.
      if (turns.delete(caller)) turns.add(caller);
      admit(state, entrant);
      entry!.admit();
    }
  }

  return {
    enter(entrant) {
      const state = stateOf(entrant.caller);
      const isFree =
        state.points + weightOf(entrant) <= share &&
        points + weightOf(entrant) <= pointsInFlight &&
        !isKept();
      if (!isFree || state.waiting.length > 0) return wait(state, entrant);
      admit(state, entrant);
      return undefined;
    },
    leave(entrant) {
      const state = callers.get(entrant.caller)!;
      state.points -= weightOf(entrant);
      points -= weightOf(entrant);
      if (state.points === 0 && state.waiting.length === 0) callers.delete(entrant.caller);
      serve();
    },
  };

  /** Whether what room there is, is kept for a caller within its share, whose operation needs more of it. */
  function isKept() {
    for (const caller of turns) {
      const state = callers.get(caller)!;
      if (state.points + weightOf(state.waiting[0]!.entrant) <= share) return true;
    }
    return false;
  }
}

function overloaded(): GraphQLError {
  const message = "The service has too much to do. Nothing was done; try again later.";
  return codedError("OVERLOADED", message, { extensions: { http: { status: 503 } } });
}
