/** The amount of a row; null: there is no row. */
export type State = number | null;

/** Something that was done to a row or seen of it, in one moment between its start and its end. */
export interface Step {
  readonly start: number;
  readonly end: number;
  /** It may also never have happened. */
  readonly optional: boolean;
  /** Whether it only sees a state. */
  readonly sees: boolean;
  /** What it does, in words: steps that do the same can stand for each other. */
  readonly does: string;
  /** The state behind it; undefined: it cannot have happened in this one. */
  readonly apply: (state: State) => State | undefined;
}

/** What came of the search for an order. */
export type Order<S extends Step> =
  | { readonly found: true }
  /** A step that fits nowhere behind those before it, and the states in which it would have found the row. */
  | { readonly found: false; readonly stuck: S; readonly possible: readonly State[] }
  /** There were too many possibilities to look at all of them. */
  | { readonly found: "undecided" };

/** A state that a row can have had, and which of the steps that are not over were before it. */
interface Possibility {
  readonly state: State;
  readonly done: ReadonlySet<Step>;
}

/** Most possibilities that are looked at for one step. */
const MOST = 50_000;

/**
 * Looks for an order of steps in which each does or sees what it says, and comes behind all that were over before it
 * began. It goes along the time and keeps every state that is possible; where a step ends, those remain in which it
 * has happened, or has not, if it need not. A step is not taken before one that ends needs it.
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
 * Beginnings come before ends of the same time, and what is certain ends before what may never have happened: so more
 * is possible.
 */
function momentsOf<S extends Step>(steps: readonly S[]) {
  const moments = steps.flatMap((step) => [
    { at: step.start, step, begins: true, rank: 0 },
    { at: step.end, step, begins: false, rank: step.optional ? 2 : 1 },
  ]);
  return moments.toSorted((a, b) => (a.at === b.at ? a.rank - b.rank : a.at - b.at));
}

/**
 * All that is possible from there on, and no further than until a step has happened; nothing if that is too much to
 * be looked at.
 */
function reach<S extends Step>(
  step: S,
  possible: readonly Possibility[],
  open: ReadonlySet<S>,
): readonly Possibility[] | undefined {
  const name = namer();
  const reached = new Map(possible.map((each) => [name(each), each]));
  // What is added while it runs is looked at, too.
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

/** The possibilities one change further. */
function* nextOf({ state, done }: Possibility, open: ReadonlySet<Step>): Iterable<Possibility> {
  for (const step of soonest(open, done)) {
    const after = step.apply(state);
    if (after === undefined) continue;
    let next: Possibility = { state: after, done: new Set(done).add(step) };
    for (const other of open) next = look(next, other);
    yield next;
  }
}

/** The changes that can be next; of several that do the same, the one that has to be over first. */
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

/** To have seen a state early keeps everything possible. */
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

/** Names possibilities: equal ones have the same name. */
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
