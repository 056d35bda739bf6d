import {
  type Admit,
  admitAll,
  bigint,
  decodeRow,
  isThere,
  keyNames,
  type Order,
  orderedNamesOf,
  presenceColumn,
  type RawRow,
  type Session,
  type Statement,
  unreadableColumn,
  UnreadableRow,
} from "../cassandra/index.ts";
import { identifier } from "../cassandra/identifier.ts";
import { type Entry, isUnordered, putEntry, valueEquality, whyNoEntry } from "./entry.ts";

/** The progress of a backfill. */
export interface BackfillProgress {
  /** Entries put. */
  readonly written: number;
  /** Rows without an entry, because a column of the order is null, or empty as its partition key. */
  readonly unordered: number;
  /** Rows without an entry, because a key or order column cannot be represented, or has a value that no model stores. */
  readonly unreadable: number;
  /** The token of the present partition, from which another backfill can continue. Undefined before the first row. */
  readonly token: bigint | undefined;
}

/** Where a backfill begins, how it reads rows, and how it is watched and ended. */
export interface BackfillOptions {
  /** Begin at this token of an earlier backfill. Default: at the beginning. */
  readonly token?: bigint | undefined;
  /** How rows are read. Default: as they are. */
  readonly admit?: Admit;
  /** Called after every page of rows. */
  readonly progress: (state: BackfillProgress) => void;
  /** Ends the backfill between two pages. It then throws the signal's reason. */
  readonly signal: AbortSignal;
}

const ENTRIES_AT_ONCE = 64;

/**
 * Puts the entry of every existing row, for a table that has rows from before it had the order. It reads the whole table
 * once, in the order of tokens. Putting an entry again does no harm, so a backfill can begin again or continue anywhere.
 */
export async function backfillOrder(
  session: Session,
  order: Order,
  { token, admit = admitAll, progress, signal }: BackfillOptions,
): Promise<BackfillProgress> {
  let state: BackfillProgress = { written: 0, unordered: 0, unreadable: 0, token };
  let entries: Entry[] = [];
  const flush = async () => {
    await Promise.all(entries.map((entry) => putEntry(session, { order, entry })));
    state = { ...state, written: state.written + entries.length };
    entries = [];
    progress(state);
    signal.throwIfAborted();
  };

  for await (const { place, entry } of session.rows(everyRow(order, { token, admit }))) {
    if (entry === undefined) state = { ...state, unordered: state.unordered + 1 };
    else if (entry instanceof UnreadableRow) {
      session.report(entry);
      state = { ...state, unreadable: state.unreadable + 1 };
    } else entries.push(entry);
    if (entries.length === ENTRIES_AT_ONCE) await flush();
    // After the flush, so that all rows before this partition have been put when the token is reported.
    state = { ...state, token: place };
  }
  await flush();
  return state;
}

interface ScannedRow {
  readonly place: bigint;
  /** Undefined: the row has no value in a column of the order. */
  readonly entry: Entry | UnreadableRow | undefined;
}

interface ScanOptions {
  readonly token: bigint | undefined;
  readonly admit: Admit;
}

/** The only read without a key. It is for operators; no model can have it. */
function everyRow(order: Order, { token, admit }: ScanOptions): Statement<readonly ScannedRow[]> {
  const { source } = order;
  const tokenOf = `token(${source.partition.map(identifier).join(", ")})`;
  const presence = presenceColumn(source);
  const names = new Set([
    ...keyNames(source),
    ...orderedNamesOf(order),
    ...(presence === undefined ? [] : [presence]),
  ]);
  const columns = [...names].map(identifier).join(", ");
  const all = `SELECT ${tokenOf} AS "${PLACE}", ${columns} FROM ${identifier(source.name)}`;
  const place = bigint().type;
  return {
    cql: token === undefined ? all : `${all} WHERE ${tokenOf} >= ?`,
    params: token === undefined ? [] : [token],
    types: token === undefined ? [] : [place],
    kind: "read",
    decode: (rows) =>
      // A partition with static columns and without rows appears as a row.
      rows
        .filter((row) => isThere(source, row))
        .map((row) => ({
          place: place.decode(row[PLACE] as Buffer),
          entry: entryOfStored(order, row, { admit }),
        })),
  };
}

/** A name that no column of a table is likely to have. */
const PLACE = "token()";

function entryOfStored(
  order: Order,
  raw: RawRow,
  { admit }: Pick<ScanOptions, "admit">,
): Entry | UnreadableRow | undefined {
  const { source } = order;
  const names = keyNames(order);
  // A null means no entry, even if it reads as a value.
  if (orderedNamesOf(order).some((name) => raw[name] === null)) return undefined;
  const row = orUnreadable(() => decodeRow(source, raw, { columns: names }) as RawRow);
  if (row instanceof UnreadableRow) return row;
  const taken = admit(row, source);
  if (taken instanceof UnreadableRow) return taken;
  const other = names.find((name) => !valueEquality(order, name)(taken[name], row[name]));
  if (other !== undefined) {
    return unreadableColumn(source, row, {
      name: other,
      why: "holds a value that is not admitted",
    });
  }
  if (names.some((name) => isUnordered({ order, name, value: row[name] }))) return undefined;
  for (const name of names) {
    const why = whyNoEntry({ order, name, value: row[name] });
    if (why !== undefined) return unreadableColumn(source, row, { name, why });
  }
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function orUnreadable<Result>(decode: () => Result): Result | UnreadableRow {
  try {
    return decode();
  } catch (error) {
    if (error instanceof UnreadableRow) return error;
    throw error;
  }
}
