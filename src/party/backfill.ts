import { builder } from "../builder.ts";
import {
  bigint,
  decodeRow,
  invalidValues,
  type RawRow,
  type Session,
  type Statement,
  UnreadableRow,
} from "../cassandra/index.ts";
import { showRow } from "../pothos/index.ts";
import { type Entry, putEntry } from "./entry.ts";
import { PartyTable } from "./table.ts";

/** How far a backfill has come. */
export interface BackfillProgress {
  /** Entries put. */
  readonly written: number;
  /** Parties without a date: they cannot have an entry. */
  readonly undated: number;
  /** Parties whose date or key cannot be represented, or is none that a party may have: they have no entry either. */
  readonly unreadable: number;
  /** The token of the city that it is at: one that begins here goes on. Undefined before the first party. */
  readonly token: bigint | undefined;
}

export interface BackfillOptions {
  /** Begin at this token, as an earlier one told it. Default: at the beginning. */
  readonly token?: bigint | undefined;
  /** Called behind every page of parties. */
  readonly progress: (state: BackfillProgress) => void;
  /** Ends it between two pages; it then throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** How many entries are put at once. */
const AT_ONCE = 64;

/**
 * Puts the entry of every party that there is, for a table that was written before there were entries. It reads the
 * whole table, once, in the order of tokens. To put an entry again does no harm, so it can begin anew or go on anywhere.
 */
export async function backfill(
  session: Session,
  { token, progress, signal }: BackfillOptions,
): Promise<BackfillProgress> {
  let state: BackfillProgress = { written: 0, undated: 0, unreadable: 0, token };
  let entries: Entry[] = [];
  const flush = async () => {
    await Promise.all(entries.map((entry) => putEntry(session, entry)));
    state = { ...state, written: state.written + entries.length };
    entries = [];
    progress(state);
    signal.throwIfAborted();
  };

  for await (const { place, entry } of session.rows(everyParty(token))) {
    if (entry === undefined) state = { ...state, undated: state.undated + 1 };
    else if (entry instanceof Error) {
      session.report(entry);
      state = { ...state, unreadable: state.unreadable + 1 };
    } else entries.push(entry);
    if (entries.length === AT_ONCE) await flush();
    // Behind the flush: what is told has been put, but for parties of this very city.
    state = { ...state, token: place };
  }
  await flush();
  return state;
}

interface Found {
  readonly place: bigint;
  /** Undefined: the party has no date. */
  readonly entry: Entry | UnreadableRow | undefined;
}

/** The only read here that names no key: it is the operator's, and no model's. */
function everyParty(token: bigint | undefined): Statement<readonly Found[]> {
  const all = "SELECT token(city) AS place, city, id, date FROM party";
  const place = bigint().type;
  return {
    cql: token === undefined ? all : `${all} WHERE token(city) >= ?`,
    params: token === undefined ? [] : [token],
    types: token === undefined ? [] : [place],
    kind: "read",
    decode: (rows) =>
      // A city that has columns of its own and no party shows as a row without an id.
      rows
        .filter((row) => row["id"] !== null)
        .map((row) => ({ place: place.decode(row["place"] as Buffer), entry: entryOf(row) })),
  };
}

function entryOf(raw: RawRow): Entry | UnreadableRow | undefined {
  if (raw["date"] === null) return undefined;
  const party = attempt(() => showRow(builder, PartyTable, decodeRow(PartyTable, raw)));
  if (party instanceof UnreadableRow) return party;
  const { city, id, date } = party;
  const why = whyNoCity(city);
  if (why === undefined) return { city, id, date };
  const key = { city, id };
  return new UnreadableRow({ table: PartyTable.name, column: "city", key, storedKey: key, why });
}

function attempt<Made>(make: () => Made): Made | UnreadableRow {
  try {
    return make();
  } catch (error) {
    if (error instanceof UnreadableRow) return error;
    throw error;
  }
}

/** Why nobody can ask for a city, in which another program has put parties. */
function whyNoCity(city: string): string | undefined {
  const problem = invalidValues(PartyTable, { city }).get("city");
  if (problem) return problem.message;
  return PartyTable.columns.city.type.check(city) === city ? undefined : "is not trimmed";
}
