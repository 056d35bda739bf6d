import { collectionChange, isCollectionChange } from "./collection-change.ts";
import { type Element, elementTarget, isElement } from "./element.ts";
import { InvalidValue } from "./error.ts";
import { identifier } from "./identifier.ts";
import { columnCheck, namingErrors } from "./key.ts";
import type { WriteInput, Take, Template } from "./shape.ts";
import { cqlText, join, withParam, type RawRow } from "./statement.ts";
import { badStatement, columnOf, inTableOrder, keyNames } from "./table-columns.ts";
import { MAX_TTL } from "./table-options.ts";
import { type Table } from "./table.ts";
import { bigintType, int } from "./types/integers.ts";

/** Returns the assignments of an update: whole values, changes of collections, and elements. */
export function assignments(table: Table, { changes = {} }: WriteInput): Template {
  const names = writtenNames(changes);
  const inKey = names.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined) throw badStatement(table, `cannot set "${inKey}": it is in the key`);
  if (names.length === 0) throw badStatement(table, "has nothing to set");
  const each = inTableOrder(table, names).map((name) => assignment(table, [name, changes[name]]));
  return join(each, ", ");
}

/**
 * Returns the assignment of a column.
 *
 * @param form a value of the same shape as the assigned one; only its shape is used
 */
function assignment(table: Table, [name, form]: readonly [string, unknown]): Template {
  const value: Take = (given) => given.changes![name];
  if (isElement(form)) return elementAssignment(table, name, { form, given: value });
  const { type, nullable } = columnOf(table, name);
  if (isCollectionChange(type, form)) return collectionChange(table, name, { form, given: value });
  const check = columnCheck(table, name);
  return withParam(`${identifier(name)} = ?`, {
    type,
    param: (given: WriteInput) => {
      const set = value(given);
      return set === null && nullable ? null : check(set);
    },
  });
}

/** Returns the assignment of an element. The value null removes it. */
function elementAssignment(
  table: Table,
  name: string,
  { form, given }: { readonly form: Element; readonly given: Take },
): Template {
  const { target, type } = elementTarget(table, name, { form, given });
  if (form.value === null) return join<Take>([target, cqlText("= null")]);
  const check = namingErrors(`${table.name}.${name}`, type.check);
  const param: Take = (input) => check((given(input) as Element).value);
  return join<Take>([target, withParam("= ?", { type, param })]);
}

/** Returns `USING TTL ?` if a TTL is given. */
export function usingTtl(table: Table, { ttl }: WriteInput): readonly Template[] {
  if (ttl === undefined) return [];
  const check = checkClause(table, "ttl", ttlType.check);
  return [
    withParam("USING TTL ?", { type: ttlType, param: (given: WriteInput) => check(given.ttl) }),
  ];
}

const ttlType = int({ min: 0, max: MAX_TTL }).type;

/** Returns `USING TIMESTAMP ?` if a timestamp is given. */
export function usingTimestamp(table: Table, { timestamp }: WriteInput): readonly Template[] {
  if (timestamp === undefined) return [];
  const check = checkClause(table, "timestamp", bigintType.check);
  return [
    withParam("USING TIMESTAMP ?", {
      type: bigintType,
      param: (given: WriteInput) => check(given.timestamp),
    }),
  ];
}

/** Returns a check of the value of a clause, which throws a CassandraError `BAD_STATEMENT` if the value is invalid. */
function checkClause(table: Table, name: string, check: (value: unknown) => unknown) {
  return (value: unknown) => {
    try {
      return check(value);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      throw badStatement(table, `has a write whose ${name} ${error.message}`);
    }
  };
}

/** Returns the names of the columns whose values are not undefined. */
export function writtenNames(changes: RawRow): readonly string[] {
  return Object.keys(changes).filter((name) => changes[name] !== undefined);
}
