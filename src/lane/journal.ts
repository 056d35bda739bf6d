import { hash } from "node:crypto";
import {
  CassandraError,
  type ColumnType,
  InvalidValue,
  laneColumns,
  lookupOf,
  readable,
  type Table,
} from "../cassandra/index.ts";
import type { Once } from "./change.ts";
import { type ColumnValues, seenIn } from "./draft.ts";
import { LaneError } from "./error.ts";
import {
  ARGS,
  hasRoom,
  type JournalColumns,
  MOST_ANSWER,
  type JournalEntry,
  recall,
  remember,
  entrySize,
  withRoom,
} from "./journal-columns.ts";

/** A row's record of the changes that came with an id: two hidden columns, written and compared like the others. */
export interface Journal {
  /**
   * Returns the answer that an earlier round remembered; an error if the id belongs to another change, or if the journal has
   * no room for one more; undefined if the change is new.
   */
  recall(operation: Identified): Recalled | Error | undefined;
  /** Returns the answer if the change was added in this round. */
  added(operation: Identified): Recalled | Error | undefined;
  /** Whether one more change can be added in this round. */
  hasRoom(): boolean;
  /** Adds a change, and returns its answer in the form that is remembered. @throws InvalidValue, CassandraError */
  add(operation: Identified, answer: unknown): unknown;
  /** Returns the condition under which no change is remembered twice. */
  condition(): {
    readonly if: ColumnValues;
    readonly isNull: readonly string[];
    readonly isNotNull: readonly string[];
  };
  /** Returns the columns to write; undefined: nothing was added. */
  written(): ColumnValues | undefined;
  /** Returns both columns as they are after the round. */
  after(): ColumnValues;
  /** The names of both columns. */
  readonly names: readonly string[];
  /** Whether both columns were seen. */
  readonly isSeen: boolean;
}

/** A remembered answer. */
export interface Recalled {
  readonly answer: unknown;
}

/** What identifies a change: its id, a hash of its arguments, and the type of its answer. */
export interface Identified {
  readonly id: Buffer;
  readonly args: Buffer;
  readonly type: ColumnType;
}

const UUID_WITH_HYPHENS = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Encodes what identifies a change.
 *
 * @throws CassandraError `BAD_STATEMENT` if the table does not remember changes, or the id is no UUID
 */
export function identified<Answer>(table: Table, { id, args, answer }: Once<Answer>): Identified {
  if (laneColumns(table)?.remembers === undefined) {
    const why = "remembers no changes, so none can have an id: give it lanes: { remembers: … }";
    throw new CassandraError("BAD_STATEMENT", `Table "${table.name}" ${why}.`);
  }
  if (!UUID_WITH_HYPHENS.test(id)) {
    throw new CassandraError("BAD_STATEMENT", `The id of a change of "${table.name}" is no UUID.`);
  }
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  const type = answer.type as ColumnType;
  return { id: bytes, args: hash("sha256", args, "buffer").subarray(0, ARGS), type };
}

export interface JournalOptions {
  /** What is known of the row. A journal column that was not seen counts as null, which the condition verifies. */
  readonly seen: ColumnValues;
  /** The present time, in milliseconds since 1970. */
  readonly now: number;
}

/** Creates the journal of a row for one round. */
export function createJournal(table: Table, { seen, now }: JournalOptions): Journal {
  const columns = laneColumns(table)!;
  const [recent, earlier] = [columns.recent!, columns.earlier!];
  const bytesIn = (name: string) => readable(seenIn(seen, name) ?? null) as Uint8Array | null;
  const stored: JournalColumns = { recent: bytesIn(recent), earlier: bytesIn(earlier) };
  const open = withRoom(stored, { now, remembers: columns.remembers! });
  const before = open ?? stored;
  const entries = new Map<string, JournalEntry>();
  let bytes = 0;
  let after: JournalColumns | undefined;

  /** Returns both columns with all added entries. */
  function withAdded(): JournalColumns {
    after ??= entries.size === 0 ? stored : remember(before, [...entries.values()], { now });
    return after;
  }

  return {
    names: [recent, earlier],
    isSeen: [recent, earlier].every((name) => seenIn(seen, name) !== undefined),
    recall(operation) {
      const found = recall(stored, operation.id);
      if (found) return recallAnswer(found, operation);
      return open ? undefined : tooManyOperations();
    },
    added(operation) {
      const found = entries.get(idText(operation));
      return found && recallAnswer(found, operation);
    },
    hasRoom: () => hasRoom(before, bytes),
    add(operation, answer) {
      // It may be a stored value.
      const value = lookupOf(operation.type)(answer);
      const added = {
        ...operation,
        answer: encodeAnswer(table, { type: operation.type, answer: value }),
      };
      entries.set(idText(operation), added);
      bytes += entrySize(added);
      return value;
    },
    // Only the recent entries must be unchanged. The earlier ones are named so that a refused batch returns them as well.
    condition: () => ({
      if: stored.recent ? { [recent]: stored.recent } : {},
      isNull: [...(stored.recent ? [] : [recent]), ...(stored.earlier ? [] : [earlier])],
      isNotNull: stored.earlier ? [earlier] : [],
    }),
    written() {
      if (entries.size === 0) return undefined;
      const kept = withAdded();
      const isMoved = kept.earlier && kept.earlier !== stored.earlier;
      return { [recent]: kept.recent, ...(isMoved && { [earlier]: kept.earlier }) };
    },
    after: () => ({ [recent]: withAdded().recent, [earlier]: withAdded().earlier }),
  };
}

function idText({ id }: Identified): string {
  return id.toString("latin1");
}

function recallAnswer(
  { args, answer }: JournalEntry,
  { args: given, type }: Identified,
): Recalled | LaneError {
  const other = () =>
    new LaneError("OTHER_CHANGE", "The id belongs to another change, which was applied.");
  if (!given.equals(args)) return other();
  try {
    return { answer: type.decode(answer) };
  } catch (error) {
    // An answer of another type belongs to another change.
    if (error instanceof InvalidValue) return other();
    throw error;
  }
}

function encodeAnswer(
  { name }: Table,
  { type, answer }: { readonly type: ColumnType; readonly answer: unknown },
): Buffer {
  const bytes = type.encode(answer);
  if (bytes.length <= MOST_ANSWER) return bytes;
  const message = `The answer of a change of "${name}" has ${bytes.length} bytes; at most ${MOST_ANSWER} can be remembered.`;
  throw new CassandraError("BAD_STATEMENT", message);
}

function tooManyOperations(): LaneError {
  const message = "The row cannot remember more changes with an id now. Nothing was changed.";
  return new LaneError("TOO_MANY_OPERATIONS", message);
}
