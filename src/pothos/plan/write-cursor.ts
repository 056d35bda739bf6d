import {
  clusteringNames,
  columnMatch,
  columnOf,
  isCqlType,
  type Table,
} from "../../cassandra/index.ts";
import { cursorHead, type CursorScope, cursorTail } from "../cursor.ts";
import { orLeave } from "./for-executor.ts";
import type { PackedRow, RowSlots } from "./packed-row.ts";
import type { WriteCursor } from "./row-object.ts";

/** The kinds whose texts have no character that JSON escapes. */
const plainKinds: ReadonlySet<string> = new Set([
  "bigint",
  "boolean",
  "int",
  "smallint",
  "timestamp",
  "timeuuid",
  "tinyint",
  "uuid",
]);

/** The bytes of a cursor after its head. A longer one gets a buffer of its own. */
const scratch = Buffer.alloc(1024);

/**
 * Returns a function that returns how the cursors of a scope are written: as `cursorEncoder` does, from rows that are not
 * decoded.
 */
export function createWriteCursors(
  table: Table,
  slots: RowSlots,
): (scope: CursorScope<Table>) => WriteCursor {
  const keys = clusteringNames(table).map((name) => cursorColumn(table, name, slots.of(name)));
  const [only, ...others] = keys;
  const plain = others.length === 0 && only!.isPlain ? only : undefined;
  const tailOf = plain
    ? (row: PackedRow) => `"[\\"${plain.textOf(row)}\\"]"]`
    : (row: PackedRow) => cursorTail(JSON.stringify(keys.map(({ textOf }) => textOf(row))));
  return (scope) => {
    const { begin, rest } = cursorHead(scope);
    const head = Uint8Array.from(Buffer.from(`"${begin}`));
    return (out, row) => {
      const tail = tailOf(row);
      const most = rest.length + tail.length * 3;
      const bytes = most <= scratch.length ? scratch : Buffer.alloc(most);
      bytes.set(rest);
      const length = rest.length + bytes.write(tail, rest.length);
      out.raw(head);
      out.base64url(bytes, length);
      out.ascii('"');
    };
  };
}

interface CursorColumn {
  readonly isPlain: boolean;
  readonly textOf: (row: PackedRow) => string;
}

function cursorColumn(table: Table, name: string, slot: number): CursorColumn {
  const { type } = columnOf(table, name);
  const isCql = isCqlType(type);
  // A custom type may find values stored that it does not allow.
  const match = isCql ? (value: unknown) => value : columnMatch(table, name);
  return {
    isPlain: isCql && plainKinds.has(type.kind),
    textOf: (row) => orLeave(() => type.toText(match(type.decode(row.value(slot))))),
  };
}
