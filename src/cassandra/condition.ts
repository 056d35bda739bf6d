import { type Element, isElement } from "./element.ts";
import { identifier } from "./identifier.ts";
import { columnMatch } from "./key.ts";
import { presenceColumn } from "./lane-columns.ts";
import type { WriteInput, Take, Template } from "./shape.ts";
import { join, withParam, type RawRow, cqlText } from "./statement.ts";
import { allColumns, badStatement, columnOf, hasCounters, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { DataName, HiddenValues, KeyName, ValueOf } from "./table-rows.ts";
import type { Impossible, NoneOf } from "./table-keys.ts";
import type { ColumnType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/** The options of a write: a condition if the table takes lightweight transactions, or else those of a plain write. */
export type WriteOptions<
  T extends Table,
  Conditional,
  Plain extends readonly unknown[] = [options?: PlainOptions],
> = T["lwt"] extends true ? [options: Conditional] : Plain;

/** The options of a write on a table of plain writes, which cannot have a condition. */
export interface PlainOptions {
  readonly if?: Impossible<"a table without lwt: true takes no condition">;
}

/** The condition of an update: the row exists, or columns, hidden ones included, have these values. */
export type Condition<T extends Table> =
  | "exists"
  | ({ readonly [Name in DataName<T>]?: ValueOf<T, Name> | Unreadable } & HiddenValues<T, null> &
      NoneOf<KeyName<T>, "it is in the key">);

/** The condition of an update on any table. */
export type ConditionOptions = Pick<WriteInput, "isNull" | "isNotNull"> & {
  readonly if: "exists" | RawRow;
};

/**
 * Returns the IF clause of an update of a row, which must not create the row, or nothing if there is no condition.
 *
 * @throws CassandraError `BAD_STATEMENT` if the condition may hold for a missing row
 */
export function rowCondition(table: Table, given: WriteInput): readonly Template[] {
  const { if: holds, isNull = [], isNotNull = [] } = given;
  const presence = presenceColumn(table);
  if (holds !== undefined && presence !== undefined) {
    return condition(table, requiringPresence(presence, { table, given }));
  }
  const isOfNulls =
    typeof holds === "object" &&
    isNotNull.length === 0 &&
    Object.values(holds).every((value) => isElement(value) && value.value === null);
  if (isOfNulls && Object.keys(holds).length + isNull.length > 0) {
    throw badStatement(table, "has a condition of nulls only, which would create a missing row");
  }
  if (holds === "exists" && isNull.length + isNotNull.length > 0) {
    throw badStatement(
      table,
      'has a condition on columns besides "exists": CQL allows only one of the two',
    );
  }
  return condition(table, given);
}

/** Adds to a condition that the row exists, which its presence column decides. */
function requiringPresence(
  presence: string,
  { table, given }: { readonly table: Table; readonly given: WriteInput },
): WriteInput {
  const { if: holds, isNull = [], isNotNull = [] } = given;
  if (isNull.includes(presence)) {
    throw badStatement(table, `has no row whose "${presence}" is null: createRow(…) creates one`);
  }
  const equal = typeof holds === "object" ? holds : {};
  const isRequired = isNotNull.includes(presence) || Object.hasOwn(equal, presence);
  return { if: equal, isNull, isNotNull: isRequired ? isNotNull : [...isNotNull, presence] };
}

/** Returns an IF clause, or nothing if there is no condition. @throws CassandraError `BAD_STATEMENT` if it is empty */
export function condition(
  table: Table,
  { if: holds, isNull = [], isNotNull = [] }: WriteInput,
): readonly Template[] {
  if (holds === undefined) return [];
  if (typeof holds === "string") return [cqlText(`IF ${holds.toUpperCase()}`)];
  const names = Object.keys(holds);
  const all = [...names, ...isNull, ...isNotNull];
  const inKey = all.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw badStatement(table, `cannot have a condition on "${inKey}": it is in the key`);
  if (all.length === 0) throw badStatement(table, "has an empty condition");
  const equal = inTableOrder(table, names).map((name) => comparison(table, [name, holds[name]]));
  const isOrNot = (names: readonly string[], sign: "=" | "!=") =>
    inTableOrder(table, names).map((name) => cqlText(`${identifier(name)} ${sign} null`));
  const nulls = [...isOrNot(isNull, "="), ...isOrNot(isNotNull, "!=")];
  return [cqlText("IF"), join<Take>([...equal, ...nulls], " AND ")];
}

/**
 * Returns the comparison of a column.
 *
 * @param form a value of the same shape as the compared one; only its shape is used
 */
function comparison(table: Table, [name, form]: readonly [string, unknown]): Template {
  const value: Take = (given) => (given.if as RawRow)[name];
  if (isElement(form)) return elementTemplate(table, name, { form, value });
  const match = columnMatch(table, name);
  return withParam(`${identifier(name)} = ?`, {
    type: columnOf(table, name).type,
    param: (given: WriteInput) => {
      const expected = value(given);
      return expected instanceof Unreadable ? expected : match(expected);
    },
  });
}

/** Returns the assignment or comparison of an element of a map. */
export function elementTemplate(
  table: Table,
  name: string,
  { form, value }: ElementOptions,
): Template {
  const { kind, isMulticell, parts = [] } = columnOf(table, name).type;
  const [keyType, valueType] = parts.map(({ type }) => type);
  if (kind !== "map" || !isMulticell) throw badStatement(table, `has no elements in "${name}"`);
  const part = (type: ColumnType, of: (element: Element) => unknown) => (given: WriteInput) =>
    type.check(of(value(given) as Element));
  const at = withParam(`${identifier(name)}[?]`, {
    type: keyType!,
    param: part(keyType!, ({ key }) => key),
  });
  const is =
    form.value === null
      ? cqlText("= null")
      : withParam("= ?", { type: valueType!, param: part(valueType!, (element) => element.value) });
  return join<Take>([at, is]);
}

/** How an element of a map is taken from the input of a write. */
interface ElementOptions {
  /** An element of the same shape. Only whether its value is null is used. */
  readonly form: Element;
  /** Returns the element. */
  readonly value: Take;
}

/** Sorts columns in the order of the table, so that each set of columns has one CQL text. */
export function inTableOrder(table: Table, names: readonly string[]): readonly string[] {
  for (const name of names) columnOf(table, name);
  return Object.keys(allColumns(table)).filter((name) => names.includes(name));
}

/**
 * Checks that a write has a condition if and only if the table takes lightweight transactions.
 *
 * @throws CassandraError `BAD_STATEMENT`
 */
export function requireCondition(
  table: Table,
  { verb, condition }: { readonly verb: string; readonly condition: unknown },
): void {
  if (table.lwt === (condition !== undefined)) return;
  throw badStatement(
    table,
    table.lwt
      ? `takes lightweight transactions only: this ${verb} needs a condition`
      : `takes plain writes only: this ${verb} cannot have a condition`,
  );
}

/** @throws CassandraError `BAD_STATEMENT` if the table is one of counters */
export function refuseCounters(table: Table, verb: string): void {
  if (!hasCounters(table)) return;
  throw badStatement(table, `is a table of counters, which take add(…): it takes no ${verb}`);
}

/** @throws CassandraError `BAD_STATEMENT` if the table has lanes and partitions of one row, whose cells must be kept */
export function refuseOneRow(
  table: Table,
  { verb, instead }: { readonly verb: string; readonly instead: string },
): void {
  if (presenceColumn(table) === undefined) return;
  throw badStatement(
    table,
    `has lanes and partitions of one row, which ${instead}: it takes no ${verb}`,
  );
}
