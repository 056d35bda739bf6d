import type { ColumnType } from "../cassandra/index.ts";

/**
 * The two columns of a row's journal: its record of the changes that came with an id, so that a repeated change is not
 * applied again. A change is added to the recent entries. When these are full, they move to the earlier entries, and old
 * ones are dropped. The earlier entries only change together with the recent ones, and no change is added twice. So a round
 * that adds one on the condition that the recent entries are unchanged knows all that were added before.
 *
 * Each column is one value, overwritten in place. There are two, because a single one would be rewritten as a whole for each
 * change. They are not elements of a `map`, because these slow down each read of the row, even one that does not select them.
 */
export interface JournalColumns {
  /** Null: it was never written. */
  readonly recent: Uint8Array | null;
  /** Null: it was never written. */
  readonly earlier: Uint8Array | null;
}

/** A change that was applied with an id. */
export interface JournalEntry {
  /** The bytes of a UUID. */
  readonly id: Buffer;
  /** A hash of the arguments, of `ARGS` bytes. */
  readonly args: Buffer;
  /** The bytes of the answer, at most `MOST_ANSWER`. */
  readonly answer: Buffer;
}

/** How far the clocks of two processes may differ, in seconds. */
const CLOCKS = 5;

/** How many bytes of the hash of its arguments an entry keeps. */
export const ARGS = 8;

/** How many bytes an answer may have. */
export const MOST_ANSWER = 255;

// An entry consists of id, seconds since 1970, hash of the arguments, length of the answer, and answer.
const AT = 16;
const ARGS_AT = AT + 4;
const LENGTH_AT = ARGS_AT + ARGS;
const HEAD = LENGTH_AT + 1;

/** From how many bytes on the recent entries are full: 64 answers of four bytes. */
const FULL = 64 * (HEAD + 4);

/** How many bytes of earlier entries are kept: with the recent ones, 1,024 answers of four bytes. */
const MOST_EARLIER = (1024 - 64) * (HEAD + 4);

const NO_BYTES = Buffer.alloc(0);

/** The FIXED_LENGTHS of values whose type has a fixed one, in bytes. */
const FIXED_LENGTHS: Readonly<Record<string, number>> = {
  boolean: 1,
  tinyint: 1,
  smallint: 2,
  int: 4,
  float: 4,
  date: 4,
  bigint: 8,
  double: 8,
  timestamp: 8,
  time: 8,
  uuid: 16,
  timeuuid: 16,
};

/** Returns how many changes with answers of a type a row remembers at least. */
export function changesRemembered({ type }: { readonly type: Pick<ColumnType, "cql"> }): number {
  return Math.floor((FULL + MOST_EARLIER) / (HEAD + (FIXED_LENGTHS[type.cql] ?? MOST_ANSWER)));
}

/** Returns the entry with an id, if there is one. */
export function recall({ recent, earlier }: JournalColumns, id: Buffer): JournalEntry | undefined {
  return recallFrom(recent, id) ?? recallFrom(earlier, id);
}

/** When entries are added or dropped. */
export interface JournalTime {
  /** The present time, in milliseconds since 1970. */
  readonly now: number;
}

export interface RoomOptions extends JournalTime {
  /** How long an entry is kept at least, in seconds. */
  readonly remembers: number;
}

/**
 * Makes room for the next entries: if the recent entries are full, moves them to the earlier ones and drops old entries.
 *
 * @returns undefined if too many entries are too young to be dropped
 */
export function withRoom(
  columns: JournalColumns,
  { now, remembers }: RoomOptions,
): JournalColumns | undefined {
  if (hasRoom(columns)) return columns;
  const after = secondsOf(now) - remembers - CLOCKS;
  // An entry from the future was stored by another program, and would stay for ever.
  const upTo = secondsOf(now) + CLOCKS;
  const kept = [columns.earlier, columns.recent].flatMap((bytes) =>
    between(bytes, { after, upTo }),
  );
  const earlier = Buffer.concat(kept);
  return earlier.length <= MOST_EARLIER ? { recent: NO_BYTES, earlier } : undefined;
}

/** Adds entries to a journal that has room for them. */
export function remember(
  columns: JournalColumns,
  entries: readonly JournalEntry[],
  { now }: JournalTime,
): JournalColumns {
  const second = secondsOf(now);
  const added = entries.map((entry) => encode(entry, second));
  return { ...columns, recent: Buffer.concat([wholeEntries(columns.recent), ...added]) };
}

/** Returns the size of an entry, in bytes. */
export function entrySize({ answer }: JournalEntry): number {
  return HEAD + answer.length;
}

/**
 * Whether one more entry can be added to the recent ones.
 *
 * @param added how many bytes are added before it
 */
export function hasRoom({ recent }: JournalColumns, added = 0): boolean {
  return (recent?.length ?? 0) + added < FULL;
}

function encode({ id, args, answer }: JournalEntry, second: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD + answer.length);
  id.copy(bytes);
  bytes.writeUInt32BE(second, AT);
  args.copy(bytes, ARGS_AT);
  bytes.writeUInt8(answer.length, LENGTH_AT);
  answer.copy(bytes, HEAD);
  return bytes;
}

function recallFrom(bytes: Uint8Array | null, id: Buffer): JournalEntry | undefined {
  const entries = journalBytes(bytes);
  // Most ids are not there, which this finds quickly. The same bytes may also occur within an entry or across two.
  if (!entries.includes(id)) return undefined;
  for (const entry of entriesIn(entries)) {
    if (entry.compare(id, 0, id.length, 0, AT) === 0) {
      return { id, args: entry.subarray(ARGS_AT, LENGTH_AT), answer: entry.subarray(HEAD) };
    }
  }
  return undefined;
}

/**
 * Returns the entries in a column, without the bytes that follow the last complete one. Only another program can have stored
 * such bytes. An entry added after them would never be found, and a repeated change would be applied twice.
 */
function wholeEntries(bytes: Uint8Array | null): Buffer {
  const entries = journalBytes(bytes);
  let end = 0;
  for (let next = entryEnd(entries, 0); next <= entries.length; next = entryEnd(entries, end)) {
    end = next;
  }
  return entries.subarray(0, end);
}

/** Returns where the entry that begins at a position ends: past the last byte if it is incomplete. */
function entryEnd(entries: Buffer, at: number): number {
  const length = entries[at + LENGTH_AT];
  return length === undefined ? Infinity : at + HEAD + length;
}

function* entriesIn(entries: Buffer): Iterable<Buffer> {
  let at = 0;
  for (let end = entryEnd(entries, 0); end <= entries.length; end = entryEnd(entries, at)) {
    yield entries.subarray(at, end);
    at = end;
  }
}

interface Seconds {
  readonly after: number;
  readonly upTo: number;
}

/** Returns the entries of some seconds. Entries are in no order, because the clocks of their processes may differ. */
function between(bytes: Uint8Array | null, { after, upTo }: Seconds): readonly Buffer[] {
  return [...entriesIn(journalBytes(bytes))].filter((entry) => {
    const second = entry.readUInt32BE(AT);
    return second > after && second <= upTo;
  });
}

function journalBytes(bytes: Uint8Array | null): Buffer {
  return bytes === null ? NO_BYTES : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
