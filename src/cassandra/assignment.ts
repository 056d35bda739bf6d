import { elementIs, inTableOrder } from "./condition.ts";
import { isElement } from "./element.ts";
import { InvalidValue } from "./error.ts";
import { identifier } from "./identifier.ts";
import { checked } from "./key.ts";
import { type Fragment, marked, type RawRow } from "./statement.ts";
import { badStatement, columnOf, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { ColumnType } from "./type.ts";

export function assignments(table: Table, changes: RawRow): readonly Fragment[] {
  const names = namesGiven(changes);
  const inKey = names.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined) throw badStatement(table, `cannot set "${inKey}": it is in the key`);
  if (names.length === 0) throw badStatement(table, "has nothing to set");
  return inTableOrder(table, names).map((name) => {
    const given = changes[name];
    if (isElement(given)) return elementIs(table, name, given);
    const { type, nullable } = columnOf(table, name);
    const value = given === null && nullable ? null : checked(table, name, given);
    return marked(`${identifier(name)} = ?`, type, value);
  });
}

/** @throws CassandraError `BAD_STATEMENT` for a value that its clause cannot have */
export function using(
  table: Table,
  clause: "timestamp" | "ttl",
  type: ColumnType,
  value: unknown,
): Fragment {
  try {
    return marked(`USING ${clause.toUpperCase()} ?`, type, type.check(value));
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw badStatement(table, `has a write whose ${clause} ${error.message}`);
  }
}

export function namesGiven(changes: RawRow): readonly string[] {
  return Object.keys(changes).filter((name) => changes[name] !== undefined);
}
