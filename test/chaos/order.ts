/** The amount of a row; null: the row does not exist. */
export type State = number | null;

/** A change or a sighting of a row, at one moment between its start and its end. */
export interface Step {
  readonly start: number;
  readonly end: number;
  /** Whether it may never have happened. */
  readonly optional: boolean;
  /** Whether it is a sighting, which changes nothing. */
  readonly sees: boolean;
  /** What it does, as a text. Steps that do the same are interchangeable. */
  readonly does: string;
  /** Returns the state after it; undefined: it cannot have happened in this state. */
  readonly apply: (state: State) => State | undefined;
}

/** The result of the search for an order. */
export type Order<S extends Step> =
  | { readonly found: true }
  /** A step that fits nowhere after the earlier ones, and the states that the row can have had at that time. */
  | { readonly found: false; readonly stuck: S; readonly possible: readonly State[] }
  /** There were too many possibilities to check all of them. */
  | { readonly found: "undecided" };

/** A state that a row can have had, and which of the steps in progress happened before it. */
interface Possibility {
  readonly state: State;
  readonly done: ReadonlySet<Step>;
}

/** The most possibilities that are checked for one step. */
const MOST = 50_000;

/**
 * Searches an order of steps in which each one does or sees what it says, and comes after all that had ended before it
 * began. It proceeds in time and keeps every possible state. When a step ends, the states remain in which it has
 * happened, and those in which it has not if it is optional. A step is only applied when a step that ends needs it.
 */
export function findOrder<S extends Step>(steps: readonly S[]): Order<S> {
  const open = new Set<S>();
  let possible: readonly Possibility[] = [{ state: null, done: new Set() }];
  for (const { step, begins } of momentsOf(steps)) {
    if (begins) {
      open.add(step);
      possible = possible.map((each) => look(each, step));
      continue;
    }
    const reached = reach(step, possible, open);
    if (!reached) return { found: "undecided" };
    const happened = reached.filter(({ done }) => done.has(step));
    if (happened.length === 0 && !step.optional) {
      return { found: false, stuck: step, possible: statesOf(reached) };
    }
    possible = step.optional ? [...possible, ...happened] : happened;
    open.delete(step);
    possible = forget(step, possible);
  }
  return { found: true };
}

/**
 * Sorts the beginnings and ends of steps. At the same time, beginnings come before ends, and certain steps end before
 * optional ones, which allows the most orders.
 */
function momentsOf<S extends Step>(steps: readonly S[]) {
  const moments = steps.flatMap((step) => [
    { at: step.start, step, begins: true, rank: 0 },
    { at: step.end, step, begins: false, rank: step.optional ? 2 : 1 },
  ]);
  return moments.toSorted((a, b) => (a.at === b.at ? a.rank - b.rank : a.at - b.at));
}

/**
 * Returns the possibilities from here until a step has happened; undefined if they are too many.
 */
function reach<S extends Step>(
  step: S,
  possible: readonly Possibility[],
  open: ReadonlySet<S>,
): readonly Possibility[] | undefined {
  const name = namer();
  const reached = new Map(possible.map((each) => [name(each), each]));
  // The loop also visits what is added while it runs.
  for (const each of reached.values()) {
    if (reached.size > MOST) return undefined;
    if (each.done.has(step)) continue;
    for (const next of nextOf(each, open)) {
      const key = name(next);
      if (!reached.has(key)) reached.set(key, next);
    }
  }
  return [...reached.values()];
}

/** Returns the possibilities after one more change. */
function* nextOf({ state, done }: Possibility, open: ReadonlySet<Step>): Iterable<Possibility> {
  for (const step of soonest(open, done)) {
    const after = step.apply(state);
    if (after === undefined) continue;
    let next: Possibility = { state: after, done: new Set(done).add(step) };
    for (const other of open) next = look(next, other);
    yield next;
  }
}

/** Returns the changes that can be next; of several that do the same, the one that ends first. */
function soonest(open: ReadonlySet<Step>, done: ReadonlySet<Step>): Iterable<Step> {
  const changes = new Map<string, Step>();
  for (const step of open) {
    if (step.sees || done.has(step)) continue;
    const key = `${step.optional}${step.does}`;
    const other = changes.get(key);
    if (!other || step.end < other.end) changes.set(key, step);
  }
  return changes.values();
}

/** Counts a sighting as done as soon as the state allows it, which excludes nothing. */
function look(possibility: Possibility, step: Step): Possibility {
  const { state, done } = possibility;
  if (!step.sees || done.has(step) || step.apply(state) === undefined) return possibility;
  return { state, done: new Set(done).add(step) };
}

function forget(step: Step, possible: readonly Possibility[]): readonly Possibility[] {
  const name = namer();
  const without = possible.map(({ state, done }) => {
    const others = new Set(done);
    others.delete(step);
    return { state, done: others };
  });
  return [...new Map(without.map((each) => [name(each), each])).values()];
}

/** Returns a function that names possibilities, equal ones equally. */
function namer(): (possibility: Possibility) => string {
  const numbers = new Map<Step, number>();
  const numberOf = (step: Step) => {
    const number = numbers.get(step) ?? numbers.size;
    numbers.set(step, number);
    return number;
  };
  return ({ state, done }) => {
    const steps = [...done].map(numberOf).toSorted((a, b) => a - b);
    return `${state}:${steps.join()}`;
  };
}

function statesOf(possible: readonly Possibility[]): readonly State[] {
  return [...new Set(possible.map(({ state }) => state))];
}
