import { types } from "cassandra-driver";
import { isOfType } from "../cql-type.ts";
import { InvalidValue } from "../error.ts";
import type { RawRow } from "../statement.ts";
import { columnOf } from "../table-columns.ts";
import { type Table } from "../table.ts";
import type { ColumnType } from "../type.ts";
import { typeNamed } from "../types/named.ts";
import { Unreadable } from "../unreadable.ts";
import { systemCells } from "./bytes.ts";
import { cqlTypeOf, type DriverType } from "./driver-type.ts";
import { mismatch } from "./type-mismatch.ts";

/** A column of a result. */
interface ResultColumn {
  readonly name: string;
  readonly type: DriverType;
}

/**
 * Checks that the columns of a result have the types of a table's: bytes of one type can be read as another.
 *
 * @throws CassandraError `NOT_SYNCED`
 */
export function checkColumns(table: Table, columns: readonly ResultColumn[] | null): void {
  for (const { name, type } of columns ?? []) {
    const { columns: own, hidden } = table;
    if (!Object.hasOwn(own, name) && !Object.hasOwn(hidden, name)) continue;
    const column = columnOf(table, name);
    if (isRead(column.type, type)) continue;
    throw mismatch(column.type, type, `${table.name}.${name}`);
  }
}

/** Every answer brings the types of its columns anew, so those that have a code of their own are told by it. */
function isRead(type: ColumnType, found: DriverType): boolean {
  const code = codeOf(type);
  if (code !== found.code) return false;
  return isWhole(code, type) || isOfType(type, cqlTypeOf(found));
}

/** Whether the code tells all of a type: it has no parts, and it is not one of those for which there is no code. */
function isWhole(code: number, { parts }: ColumnType): boolean {
  return parts === undefined && code !== types.dataTypes.custom;
}

/** The code that the protocol has for a type. */
function codeOf(type: ColumnType): number {
  let code = codes.get(type);
  if (code === undefined) {
    code = readCode(type);
    codes.set(type, code);
  }
  return code;
}

const codes = new WeakMap<ColumnType, number>();

function readCode(type: ColumnType): number {
  if (type.udt !== undefined) return types.dataTypes.udt;
  const [, root = ""] = /^(?:frozen<)?([a-z]+)/.exec(type.cql) ?? [];
  if (root === "text") return types.dataTypes.varchar;
  // Neither has a code in version 4 of the protocol.
  if (root === "vector" || root === "duration") return types.dataTypes.custom;
  return (types.dataTypes as unknown as Record<string, number>)[root] ?? types.dataTypes.custom;
}

/** Rows of raw CQL with the values of their columns' types; what cannot be read is an {@link Unreadable}. */
export function readLoosely(
  rows: readonly RawRow[],
  columns: readonly ResultColumn[] | null,
): readonly RawRow[] {
  const readers = (columns ?? []).map(({ name, type }) => {
    const own = typeNamed(cqlTypeOf(type));
    return [name, (bytes: unknown) => readCell(own, bytes)] as const;
  });
  return rows.map((row) => {
    const cells = systemCells.get(row);
    return Object.fromEntries(
      readers.map(([name, read], at) => [name, read(cells ? cells[at] : row[name])]),
    );
  });
}

function readCell(type: ColumnType | undefined, bytes: unknown): unknown {
  if (!Buffer.isBuffer(bytes)) return null;
  if (!type) return new Uint8Array(bytes);
  try {
    return type.decode(bytes);
  } catch (error) {
    if (error instanceof InvalidValue) return new Unreadable(Buffer.from(bytes));
    throw error;
  }
}
