import {
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
import { type Admit, admitAll } from "./admitted.ts";
import { type Entry, isAbsent, isSameValue, putEntry, whyNoEntry } from "./entry.ts";

/** How far a backfill has come. */
export interface BackfillProgress {
  /** Entries put. */
  readonly written: number;
  /** Rows that have no value in a column of the order, or an empty one as its partition key: they have no entry. */
  readonly unordered: number;
  /** Rows whose key or order columns cannot be represented, or have a value that no model stores: they have no entry either. */
  readonly unreadable: number;
  /** The token of the partition that it is at: one that begins here goes on. Undefined before the first row. */
  readonly token: bigint | undefined;
}

export interface BackfillOptions {
  /** Begin at this token, as an earlier one told it. Default: at the beginning. */
  readonly token?: bigint | undefined;
  /** How rows are read. Default: as they are. */
  readonly admit?: Admit;
  /** Called behind every page of rows. */
  readonly progress: (state: BackfillProgress) => void;
  /** Ends it between two pages; it then throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** How many entries are put at once. */
const AT_ONCE = 64;

/**
 * Puts the entry of every row that there is, for a table that was written before it had the order. It reads the whole table,
 * once, in the order of tokens. To put an entry again does no harm, so it can begin anew or go on anywhere.
 */
export async function backfillOrder(
  session: Session,
  order: Order,
  { token, admit = admitAll, progress, signal }: BackfillOptions,
): Promise<BackfillProgress> {
  let state: BackfillProgress = { written: 0, unordered: 0, unreadable: 0, token };
  let entries: Entry[] = [];
  const flush = async () => {
    await Promise.all(entries.map((entry) => putEntry(session, order, entry)));
    state = { ...state, written: state.written + entries.length };
    entries = [];
    progress(state);
    signal.throwIfAborted();
  };

  for await (const { place, entry } of session.rows(everyRow(order, token, admit))) {
    if (entry === undefined) state = { ...state, unordered: state.unordered + 1 };
    else if (entry instanceof UnreadableRow) {
      session.report(entry);
      state = { ...state, unreadable: state.unreadable + 1 };
    } else entries.push(entry);
    if (entries.length === AT_ONCE) await flush();
    // Behind the flush: what is told has been put, but for rows of this very partition.
    state = { ...state, token: place };
  }
  await flush();
  return state;
}

interface Found {
  readonly place: bigint;
  /** Undefined: the row has no value in a column of the order. */
  readonly entry: Entry | UnreadableRow | undefined;
}

/** The only read here that names no key: it is the operator's, and no model's. */
function everyRow(
  order: Order,
  token: bigint | undefined,
  admit: Admit,
): Statement<readonly Found[]> {
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
      // A partition that has columns of its own and no row shows as one.
      rows
        .filter((row) => isThere(source, row))
        .map((row) => ({
          place: place.decode(row[PLACE] as Buffer),
          entry: entryOfStored(order, row, admit),
        })),
  };
}

/** A name that a column of a table hardly has. */
const PLACE = "token()";

function entryOfStored(order: Order, raw: RawRow, admit: Admit): Entry | UnreadableRow | undefined {
  const { source } = order;
  const names = keyNames(order);
  // Also where a null reads as a value.
  if (orderedNamesOf(order).some((name) => raw[name] === null)) return undefined;
  const row = attempt(() => decodeRow(source, raw, names) as RawRow);
  if (row instanceof UnreadableRow) return row;
  const taken = admit(row, source);
  if (taken instanceof UnreadableRow) return taken;
  const other = names.find((name) => !isSameValue(order, name, taken[name], row[name]));
  if (other !== undefined) {
    return unreadableColumn(source, row, other, { why: "holds a value that is not taken" });
  }
  if (names.some((name) => isAbsent(order, name, row[name]))) return undefined;
  for (const name of names) {
    const why = whyNoEntry(order, name, row[name]);
    if (why !== undefined) return unreadableColumn(source, row, name, { why });
  }
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function attempt<Made>(make: () => Made): Made | UnreadableRow {
  try {
    return make();
  } catch (error) {
    if (error instanceof UnreadableRow) return error;
    throw error;
  }
}
