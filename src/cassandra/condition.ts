import { type Element, isElement } from "./element.ts";
import { identifier } from "./identifier.ts";
import { taking } from "./key.ts";
import { presenceColumn } from "./lane-columns.ts";
import type { Given, Take, Template } from "./shape.ts";
import { join, marked, type RawRow, text } from "./statement.ts";
import { allColumns, badStatement, columnOf, hasCounters, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { DataName, HiddenValues, KeyName, ValueOf } from "./table-rows.ts";
import type { NoneOf } from "./table-keys.ts";
import type { ColumnType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/** A condition where the table takes lightweight transactions; elsewhere there is none. */
export type Options<
  T extends Table,
  Conditional,
  Plain extends readonly unknown[] = [],
> = T["lwt"] extends true ? [options: Conditional] : Plain;

/** What must hold for an update: that the row exists, or that columns, hidden ones too, have these values. */
export type Condition<T extends Table> =
  | "exists"
  | ({ readonly [Name in DataName<T>]?: ValueOf<T, Name> | Unreadable } & HiddenValues<T, null> &
      NoneOf<KeyName<T>, "it is in the key">);

/** The condition of any table. */
export type ConditionOptions = Pick<Given, "isNull" | "isNotNull"> & {
  readonly if: "exists" | RawRow;
};

/**
 * The condition of an update of a row, which never makes one; none where there is no condition.
 *
 * @throws CassandraError `BAD_STATEMENT` if it may hold where there is no row
 */
export function rowCondition(table: Table, given: Given): readonly Template[] {
  const { if: holds, isNull = [], isNotNull = [] } = given;
  const presence = presenceColumn(table);
  if (holds !== undefined && presence !== undefined) {
    return condition(table, whileThere(table, presence, given));
  }
  const isOfNulls =
    typeof holds === "object" &&
    isNotNull.length === 0 &&
    Object.values(holds).every((value) => isElement(value) && value.value === null);
  if (isOfNulls && Object.keys(holds).length + isNull.length > 0) {
    throw badStatement(
      table,
      "has a condition of nulls alone, which would make a row where there is none",
    );
  }
  if (holds === "exists" && isNull.length + isNotNull.length > 0) {
    throw badStatement(
      table,
      'has a condition on columns beside "exists": CQL takes one of the two',
    );
  }
  return condition(table, given);
}

/** The condition with that its row exists, which its presence column tells. */
function whileThere(table: Table, presence: string, given: Given): Given {
  const { if: holds, isNull = [], isNotNull = [] } = given;
  if (isNull.includes(presence)) {
    throw badStatement(table, `has no row whose "${presence}" is null: createRow(…) makes one`);
  }
  const equal = typeof holds === "object" ? holds : {};
  const isTold = isNotNull.includes(presence) || Object.hasOwn(equal, presence);
  return { if: equal, isNull, isNotNull: isTold ? isNotNull : [...isNotNull, presence] };
}

/** `IF` and what must hold; none where there is no condition. @throws CassandraError `BAD_STATEMENT` if it is empty */
export function condition(
  table: Table,
  { if: holds, isNull = [], isNotNull = [] }: Given,
): readonly Template[] {
  if (holds === undefined) return [];
  if (typeof holds === "string") return [text(`IF ${holds.toUpperCase()}`)];
  const names = Object.keys(holds);
  const all = [...names, ...isNull, ...isNotNull];
  const inKey = all.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw badStatement(table, `cannot have a condition on "${inKey}": it is in the key`);
  if (all.length === 0) throw badStatement(table, "has an empty condition");
  const equal = inTableOrder(table, names).map((name) => comparison(table, name, holds[name]));
  const isOrNot = (names: readonly string[], sign: "=" | "!=") =>
    inTableOrder(table, names).map((name) => text(`${identifier(name)} ${sign} null`));
  const nulls = [...isOrNot(isNull, "="), ...isOrNot(isNotNull, "!=")];
  return [text("IF"), join<Take>([...equal, ...nulls], " AND ")];
}

/** @param form a value of the form that is compared: it is not kept */
function comparison(table: Table, name: string, form: unknown): Template {
  const value: Take = (given) => (given.if as RawRow)[name];
  if (isElement(form)) return elementIs(table, name, form, value);
  const match = taking(table, name, "match");
  return marked(`${identifier(name)} = ?`, columnOf(table, name).type, (given: Given) => {
    const expected = value(given);
    return expected instanceof Unreadable ? expected : match(expected);
  });
}

/**
 * An element of a map, set or compared.
 *
 * @param form an element of which either is null or neither: it is not kept
 * @param value takes the element
 */
export function elementIs(table: Table, name: string, form: Element, value: Take): Template {
  const { kind, isMulticell, parts = [] } = columnOf(table, name).type;
  const [keyType, valueType] = parts.map(({ type }) => type);
  if (kind !== "map" || !isMulticell) throw badStatement(table, `has no elements in "${name}"`);
  const part = (type: ColumnType, of: (element: Element) => unknown) => (given: Given) =>
    type.check(of(value(given) as Element));
  const at = marked(
    `${identifier(name)}[?]`,
    keyType!,
    part(keyType!, ({ key }) => key),
  );
  const is =
    form.value === null
      ? text("= null")
      : marked(
          "= ?",
          valueType!,
          part(valueType!, (element) => element.value),
        );
  return join<Take>([at, is]);
}

/** One order for one set of columns, so that it is one prepared statement. */
export function inTableOrder(table: Table, names: readonly string[]): readonly string[] {
  for (const name of names) columnOf(table, name);
  return Object.keys(allColumns(table)).filter((name) => names.includes(name));
}

export function requireCondition(table: Table, verb: string, condition: unknown): void {
  if (table.lwt === (condition !== undefined)) return;
  throw badStatement(
    table,
    table.lwt
      ? `takes lightweight transactions only: this ${verb} needs a condition`
      : `takes plain writes only: this ${verb} cannot have a condition`,
  );
}

/** @throws CassandraError `BAD_STATEMENT` if a table's columns can only be added to */
export function refuseCounters(table: Table, verb: string): void {
  if (!hasCounters(table)) return;
  throw badStatement(table, `is a table of counters, which take add(…): it takes no ${verb}`);
}

/**
 * @param instead which function does what the refused statement would
 * @throws CassandraError `BAD_STATEMENT` if a table's rows are partitions, and their lanes keep cells in them
 */
export function refuseOneRow(table: Table, verb: string, instead: string): void {
  if (presenceColumn(table) === undefined) return;
  throw badStatement(
    table,
    `has lanes and partitions of one row, which ${instead}: it takes no ${verb}`,
  );
}
