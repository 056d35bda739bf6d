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
import { PackedRows, type ResultColumn } from "./packed-rows.ts";
import { typeMismatch } from "./type-mismatch.ts";

/** The rows of one page: packed, or as objects if the driver itself reads the table. */
export type ResultPage = PackedRows | readonly RawRow[];

/** Returns the page that a result has. Returns undefined for a result without rows, as most writes have. */
export function pageOf({ rows }: types.ResultSet): ResultPage | undefined {
  return rows as unknown as ResultPage | undefined;
}

/** Returns the rows of a page: the bytes of each value by column name, or null. */
export function rowsOf(page: ResultPage | undefined): readonly RawRow[] {
  return page instanceof PackedRows ? page.rows() : (page ?? []);
}

/**
 * Checks that the columns of a result have the types that the table's model says: bytes of one type could be decoded as
 * another. The columns of known metadata are checked once.
 *
 * @throws CassandraError `NOT_SYNCED`
 */
export function checkResultColumns(table: Table, { columns: found }: types.ResultSet): void {
  const columns = found as readonly ResultColumn[] | null;
  if (columns === null || checked.get(columns) === table) return;
  for (const { name, type } of columns) {
    const { columns: own, hidden } = table;
    if (!Object.hasOwn(own, name) && !Object.hasOwn(hidden, name)) continue;
    const column = columnOf(table, name);
    if (matchesType(column.type, type)) continue;
    throw typeMismatch(column.type, type, { of: `${table.name}.${name}` });
  }
  checked.set(columns, table);
}

/** The table that the columns of a result have last been checked for. */
const checked = new WeakMap<readonly ResultColumn[], Table>();

/** Most metadata has its own type objects, so types that have their own protocol code are compared by it. */
function matchesType(type: ColumnType, found: DriverType): boolean {
  const code = typeCode(type);
  if (code !== found.code) return false;
  return isSimpleType(code, type) || isOfType(type, cqlTypeOf(found));
}

/** Whether the code identifies a type completely: the type has no parts, and it has its own code. */
function isSimpleType(code: number, { parts }: ColumnType): boolean {
  return parts === undefined && code !== types.dataTypes.custom;
}

/** Returns the protocol's code for a type. */
function typeCode(type: ColumnType): number {
  let code = typeCodes.get(type);
  if (code === undefined) {
    code = findTypeCode(type);
    typeCodes.set(type, code);
  }
  return code;
}

const typeCodes = new WeakMap<ColumnType, number>();

function findTypeCode(type: ColumnType): number {
  if (type.udt !== undefined) return types.dataTypes.udt;
  const [, root = ""] = /^(?:frozen<)?([a-z]+)/.exec(type.cql) ?? [];
  if (root === "text") return types.dataTypes.varchar;
  // They have no code in version 4 of the protocol.
  if (root === "vector" || root === "duration") return types.dataTypes.custom;
  return (types.dataTypes as unknown as Record<string, number>)[root] ?? types.dataTypes.custom;
}

/**
 * Decodes rows of raw CQL by the types of their columns. A value that cannot be decoded becomes an {@link Unreadable}.
 */
export function decodeLoosely(result: types.ResultSet): readonly RawRow[] {
  const columns = result.columns as readonly ResultColumn[] | null;
  const readers = (columns ?? []).map(({ name, type }) => {
    const own = typeNamed(cqlTypeOf(type));
    return [name, (bytes: unknown) => readCell(own, bytes)] as const;
  });
  return rowsOf(pageOf(result)).map((row) => {
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
