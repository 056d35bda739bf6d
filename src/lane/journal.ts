import { hash } from "node:crypto";
import {
  CassandraError,
  type ColumnType,
  InvalidValue,
  laneColumns,
  readable,
  type Table,
} from "../cassandra/index.ts";
import type { Once } from "./change.ts";
import { seenIn } from "./draft.ts";
import { LaneError } from "./error.ts";
import {
  ARGS,
  hasRoom,
  type Memory,
  MOST_ANSWER,
  type Operation,
  recall,
  remember,
  sizeOf,
  withRoom,
} from "./memory.ts";

type Values = Readonly<Record<string, unknown>>;

/** What a row remembers of its changes: two hidden columns that are written and compared beside the others. */
export interface Journal {
  /** Returns what an earlier round or an earlier change of this one has answered; an error if it cannot be remembered now. */
  recall(operation: Identified): Recalled | Error | undefined;
  /** Returns the answer if it was added in this round. */
  added(operation: Identified): Recalled | Error | undefined;
  /** Whether one more can be remembered in this round. */
  hasRoom(): boolean;
  /** Returns the answer as it is remembered. @throws InvalidValue and CassandraError if it cannot be */
  add(operation: Identified, answer: unknown): unknown;
  /** What must still be so if nothing is to be remembered twice. */
  condition(): {
    readonly if: Values;
    readonly isNull: readonly string[];
    readonly isNotNull: readonly string[];
  };
  /** What is written; undefined: nothing was added. */
  written(): Values | undefined;
  /** What the row remembers then. */
  after(): Values;
  /** Its columns. */
  readonly names: readonly string[];
  /** Whether both have been seen. */
  readonly isSeen: boolean;
}

/** An answer that is remembered. */
export interface Recalled {
  readonly answer: unknown;
}

/** A change with an id, as it is compared with others. */
export interface Identified {
  readonly id: Buffer;
  readonly args: Buffer;
  readonly type: ColumnType;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Reads what identifies a change.
 *
 * @throws CassandraError `BAD_STATEMENT` if the table does not remember, or the id is no UUID
 */
export function identified<Answer>(table: Table, { id, args, answer }: Once<Answer>): Identified {
  if (laneColumns(table)?.remembers === undefined) {
    const why = "remembers no changes, so none can have an id: give it lanes: { remembers: … }";
    throw new CassandraError("BAD_STATEMENT", `Table "${table.name}" ${why}.`);
  }
  if (!UUID.test(id)) {
    throw new CassandraError("BAD_STATEMENT", `The id of a change of "${table.name}" is no UUID.`);
  }
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  const type = answer.type as ColumnType;
  return { id: bytes, args: hash("sha256", args, "buffer").subarray(0, ARGS), type };
}

/**
 * Makes the journal of a row for a round.
 *
 * @param seen what is known of the row; memory that was not seen is taken for empty, which the condition proves
 * @param now in milliseconds since 1970
 */
export function createJournal(table: Table, seen: Values, now: number): Journal {
  const columns = laneColumns(table)!;
  const [recent, earlier] = [columns.recent!, columns.earlier!];
  const bytesIn = (name: string) => readable(seenIn(seen, name) ?? null) as Uint8Array | null;
  const memory: Memory = { recent: bytesIn(recent), earlier: bytesIn(earlier) };
  const open = withRoom(memory, now, columns.remembers!);
  const before = open ?? memory;
  const operations = new Map<string, Operation>();
  let bytes = 0;
  let after: Memory | undefined;

  /** What is remembered with all that was added. */
  function remembered(): Memory {
    after ??= operations.size === 0 ? memory : remember(before, [...operations.values()], now);
    return after;
  }

  return {
    names: [recent, earlier],
    isSeen: [recent, earlier].every((name) => seenIn(seen, name) !== undefined),
    recall(operation) {
      const found = recall(memory, operation.id);
      if (found) return repeat(found, operation);
      return open ? undefined : tooMany();
    },
    added(operation) {
      const found = operations.get(textOf(operation));
      return found && repeat(found, operation);
    },
    hasRoom: () => hasRoom(before, bytes),
    add(operation, answer) {
      const value = operation.type.check(answer);
      const added = { ...operation, answer: encoded(table, operation.type, value) };
      operations.set(textOf(operation), added);
      bytes += sizeOf(added);
      return value;
    },
    // The recent ones decide; the earlier ones are named so that who is refused is told them, too.
    condition: () => ({
      if: memory.recent ? { [recent]: memory.recent } : {},
      isNull: [...(memory.recent ? [] : [recent]), ...(memory.earlier ? [] : [earlier])],
      isNotNull: memory.earlier ? [earlier] : [],
    }),
    written() {
      if (operations.size === 0) return undefined;
      const kept = remembered();
      const isMoved = kept.earlier && kept.earlier !== memory.earlier;
      return { [recent]: kept.recent, ...(isMoved && { [earlier]: kept.earlier }) };
    },
    after: () => ({ [recent]: remembered().recent, [earlier]: remembered().earlier }),
  };
}

function textOf({ id }: Identified): string {
  return id.toString("latin1");
}

function repeat(
  { args, answer }: Operation,
  { args: given, type }: Identified,
): Recalled | LaneError {
  const other = () =>
    new LaneError("OTHER_CHANGE", "The id is that of another change, which was applied.");
  if (!given.equals(args)) return other();
  try {
    return { answer: type.decode(answer) };
  } catch (error) {
    // An answer of another type is another change's.
    if (error instanceof InvalidValue) return other();
    throw error;
  }
}

function encoded({ name }: Table, type: ColumnType, answer: unknown): Buffer {
  const bytes = type.encode(answer);
  if (bytes.length <= MOST_ANSWER) return bytes;
  const message = `The answer of a change of "${name}" has ${bytes.length} bytes: ${MOST_ANSWER} can be remembered.`;
  throw new CassandraError("BAD_STATEMENT", message);
}

function tooMany(): LaneError {
  const message = "The row has as many changes with an id as it can remember. Nothing was changed.";
  return new LaneError("TOO_MANY_OPERATIONS", message);
}
