/** For each kind of change a text that is another one after such a change. */
export type Marks = Readonly<Record<string, string>>;

/** What a row is when it was not known before. */
export const CREATED = "created";

/** What a row is that was known, and is not there any more. */
export const DELETED = "deleted";

/** How the rows of a followed partition were when they were last told, or seen. */
export interface Memory {
  /** A row was read, of which these kinds of change were said: those to tell. None: it is as it was told. */
  read(member: string, marks: Marks, said: ReadonlySet<string>): ReadonlySet<string>;
  /** A row was found to be gone. Whether that is news. */
  lose(member: string): boolean;
  /** A row was seen, in the present pass over all of them: the kinds of change that nobody has told. */
  see(member: string, marks: Marks): readonly string[];
  /** A row is as it was seen, without anything being told of it. */
  accept(member: string, marks: Marks): void;
  /** All rows were seen. Those that were not: they may be gone. */
  endPass(): readonly string[];
  /** No row is known. */
  clear(): void;
}

interface Remembered {
  readonly marks: Marks;
  /** The pass in which it was last seen. */
  pass: number;
  /** When it was first seen, in milliseconds since the process began; undefined: it was told. */
  readonly seenAt: number | undefined;
}

/**
 * For how long after a row was first seen a hint may be of a change from before that, which nobody has told yet, in
 * milliseconds: so long can a write take until its writer knows of it.
 */
const FRESH = 10_000;

/**
 * @param most how many rows are remembered
 * @param mostLost of how many it is remembered that they are gone
 */
export function createMemory(most: number, mostLost: number): Memory {
  const rows = new Map<string, Remembered>();
  const lost = new Set<string>();
  let pass = 0;
  /** Whether a row that is not known is new. */
  let complete = false;
  /** Whether there were too many rows in this pass. */
  let crowded = false;

  function remember(member: string, row: Remembered) {
    lost.delete(member);
    rows.delete(member);
    rows.set(member, row);
    if (rows.size <= most) return;
    complete = false;
    crowded = true;
    dropOldest(rows);
  }

  return {
    read(member, marks, said) {
      const known = rows.get(member);
      const isNew = !known && (complete || lost.has(member));
      // The pass may have gone by it already: then it is looked for once more, for nothing.
      remember(member, { marks, pass: known?.pass ?? pass - 1, seenAt: undefined });
      if (isNew) return new Set([CREATED]);
      if (!known) return said;
      const other = new Set(differing(known, marks));
      return isFresh(known) ? other.union(said) : other;
    },
    lose(member) {
      if (lost.has(member)) return false;
      const wasThere = rows.delete(member);
      lost.add(member);
      if (lost.size > mostLost) dropOldest(lost);
      // Of one that never was, whoever tells of it, nobody need be told.
      return wasThere || !complete;
    },
    see(member, marks) {
      const known = rows.get(member);
      if (known) {
        known.pass = pass;
        return differing(known, marks);
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
    clear() {
      rows.clear();
      complete = false;
    },
  };
}

function differing({ marks: before }: Remembered, marks: Marks): readonly string[] {
  return Object.keys(marks).filter((kind) => marks[kind] !== before[kind]);
}

function isFresh({ seenAt }: Remembered): boolean {
  return seenAt !== undefined && performance.now() - seenAt < FRESH;
}

function dropOldest(of: Map<string, unknown> | Set<string>): void {
  const [first] = of.keys();
  if (first !== undefined) of.delete(first);
}
