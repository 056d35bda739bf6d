import { elementIs, inTableOrder } from "./condition.ts";
import { isElement } from "./element.ts";
import { InvalidValue } from "./error.ts";
import { identifier } from "./identifier.ts";
import { taking } from "./key.ts";
import type { Given, Take, Template } from "./shape.ts";
import { join, marked, type RawRow } from "./statement.ts";
import { badStatement, columnOf, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import { bigintType, intType } from "./types/integers.ts";

/** What an update sets: whole values, and elements of maps. */
export function assignments(table: Table, { changes = {} }: Given): Template {
  const names = namesGiven(changes);
  const inKey = names.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined) throw badStatement(table, `cannot set "${inKey}": it is in the key`);
  if (names.length === 0) throw badStatement(table, "has nothing to set");
  const each = inTableOrder(table, names).map((name) => assignment(table, name, changes[name]));
  return join(each, ", ");
}

/** @param form a value of the form that is set: it is not kept */
function assignment(table: Table, name: string, form: unknown): Template {
  const value: Take = (given) => given.changes![name];
  if (isElement(form)) return elementIs(table, name, form, value);
  const { type, nullable } = columnOf(table, name);
  const check = taking(table, name, "check");
  return marked(`${identifier(name)} = ?`, type, (given: Given) => {
    const set = value(given);
    return set === null && nullable ? null : check(set);
  });
}

/** `USING TTL ?`, if it is given. */
export function usingTtl(table: Table, { ttl }: Given): readonly Template[] {
  if (ttl === undefined) return [];
  const check = clause(table, "ttl", intType.check);
  return [marked("USING TTL ?", intType, (given: Given) => check(given.ttl))];
}

/** `USING TIMESTAMP ?`, if it is given. */
export function usingTimestamp(table: Table, { timestamp }: Given): readonly Template[] {
  if (timestamp === undefined) return [];
  const check = clause(table, "timestamp", bigintType.check);
  return [marked("USING TIMESTAMP ?", bigintType, (given: Given) => check(given.timestamp))];
}

/** @throws CassandraError `BAD_STATEMENT` when it checks a value that its clause cannot have */
function clause(table: Table, name: string, check: (value: unknown) => unknown) {
  return (value: unknown) => {
    try {
      return check(value);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      throw badStatement(table, `has a write whose ${name} ${error.message}`);
    }
  };
}

export function namesGiven(changes: RawRow): readonly string[] {
  return Object.keys(changes).filter((name) => changes[name] !== undefined);
}
