import type { TrackedTotal } from "./tracked-total.ts";

/** For each kind of change, a text that differs after such a change. */
export type Marks = Readonly<Record<string, string>>;

/** The kind of change of a row that was not known before. */
export const CREATED = "created";

/** The kind of change of a known row that no longer exists. */
export const DELETED = "deleted";

/** The marks that the rows of a partition had when they were last sent to subscribers, or seen. */
export interface TrackedRows {
  /** Records a row that was read because of hints. Returns the kinds of change to send; none: it is as it was sent. */
  read(member: string, row: HintedRow): ReadonlySet<string>;
  /** Records that a row does not exist. Returns whether that is news. */
  lose(member: string): boolean;
  /** Records a row that the present pass has read. Returns the kinds of change that were not sent. */
  see(member: string, marks: Marks): readonly string[];
  /** Records a row that was seen as if it had been sent. */
  accept(member: string, marks: Marks): void;
  /** Ends a pass over all rows. Returns the rows that it has not seen, which may be deleted. */
  endPass(): readonly string[];
  /** Whether rows of the present pass were forgotten, because there were too many here or in the total. */
  readonly isCrowded: boolean;
  /** Forgets all rows, for a new pass. */
  clear(): void;
  /** Forgets all rows, and remembers none from now on. */
  close(): void;
}

export interface HintedRow {
  readonly marks: Marks;
  /** The kinds of change that the hints have named. */
  readonly kinds: ReadonlySet<string>;
}

export interface TrackedRowsOptions {
  /** How many rows are remembered. */
  readonly most: number;
  /** How many deleted rows are remembered. */
  readonly mostLost: number;
  /** Counts the rows. */
  readonly total: TrackedTotal;
}

interface TrackedRow {
  readonly marks: Marks;
  /** The pass that last saw the row. */
  pass: number;
  /** When the row was first seen, in milliseconds since the process began; undefined: it was sent to subscribers. */
  readonly seenAt: number | undefined;
}

/**
 * How long after a row was first seen a hint may still report an earlier change that was never sent, in milliseconds. A
 * write can take that long until its writer knows of it.
 */
const FRESH = 10_000;

export function createTrackedRows({ most, mostLost, total }: TrackedRowsOptions): TrackedRows {
  const rows = new Map<string, TrackedRow>();
  const lost = new Set<string>();
  let pass = 0;
  /** Whether all rows are known, so that an unknown row is new. */
  let complete = false;
  /** Whether this pass had too many rows. */
  let crowded = false;
  let isClosed = false;
  const holder = {
    giveUp() {
      forget();
      crowded = true;
    },
  };

  function remember(member: string, row: TrackedRow) {
    if (isClosed) return;
    lost.delete(member);
    const hasRoom = rows.delete(member) || hasRoomForOne();
    if (hasRoom) rows.set(member, row);
    if (hasRoom && rows.size <= most) return;
    complete = false;
    crowded = true;
    if (hasRoom) drop(oldest(rows)!);
  }

  function hasRoomForOne(): boolean {
    // Before a whole pass, it is unknown whether the partition is small enough for a larger one to give up.
    return total.add(holder) || (complete && total.makeRoom(rows.size + 1) && total.add(holder));
  }

  function drop(member: string): boolean {
    const wasThere = rows.delete(member);
    if (wasThere) total.remove(holder);
    return wasThere;
  }

  function forget() {
    rows.clear();
    total.removeAll(holder);
    complete = false;
  }

  return {
    read(member, { marks, kinds }) {
      const known = rows.get(member);
      const isNew = !known && (complete || lost.has(member));
      // The pass may be past this row already. Then the row counts as unseen and is read once more, in vain.
      remember(member, { marks, pass: known?.pass ?? pass - 1, seenAt: undefined });
      if (isNew) return new Set([CREATED]);
      if (!known) return kinds;
      const changed = new Set(changedKinds(known, marks));
      return isFresh(known) ? changed.union(kinds) : changed;
    },
    lose(member) {
      if (lost.has(member)) return false;
      const wasThere = drop(member);
      lost.add(member);
      if (lost.size > mostLost) lost.delete(oldest(lost)!);
      // A row that never existed is no news, whoever hints at it.
      return wasThere || !complete;
    },
    see(member, marks) {
      const known = rows.get(member);
      if (known) {
        known.pass = pass;
        return changedKinds(known, marks);
      }
      if (complete || lost.has(member)) return [CREATED];
      remember(member, { marks, pass, seenAt: performance.now() });
      return [];
    },
    accept: (member, marks) => remember(member, { marks, pass, seenAt: undefined }),
    endPass() {
      const unseen = [...rows].flatMap(([member, known]) => (known.pass === pass ? [] : [member]));
      pass += 1;
      complete = !crowded;
      crowded = false;
      return unseen;
    },
    get isCrowded() {
      return crowded;
    },
    clear() {
      forget();
      crowded = false;
    },
    close() {
      forget();
      isClosed = true;
    },
  };
}

function changedKinds({ marks: before }: TrackedRow, marks: Marks): readonly string[] {
  return Object.keys(marks).filter((kind) => marks[kind] !== before[kind]);
}

function isFresh({ seenAt }: TrackedRow): boolean {
  return seenAt !== undefined && performance.now() - seenAt < FRESH;
}

function oldest(of: Map<string, unknown> | Set<string>): string | undefined {
  const [first] = of.keys();
  return first;
}
