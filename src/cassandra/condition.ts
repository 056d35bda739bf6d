import { type Element, isElement } from "./element.ts";
import { identifier } from "./identifier.ts";
import { matched } from "./key.ts";
import { presenceColumn } from "./lane-columns.ts";
import { type Fragment, join, marked, type RawRow, text } from "./statement.ts";
import { allColumns, badStatement, columnOf, hasCounters, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { DataName, HiddenValues, KeyName, ValueOf } from "./table-rows.ts";
import type { NoneOf } from "./table-keys.ts";
import type { Unreadable } from "./unreadable.ts";

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
export interface ConditionOptions {
  readonly if: "exists" | RawRow;
  readonly isNull?: readonly string[];
  readonly isNotNull?: readonly string[];
}

/**
 * The condition of an update of a row, which never makes one.
 *
 * @throws CassandraError `BAD_STATEMENT` if it may hold where there is no row
 */
export function rowCondition(table: Table, options: ConditionOptions): Fragment {
  const { if: holds, isNull = [], isNotNull = [] } = options;
  const presence = presenceColumn(table);
  if (presence !== undefined) return condition(table, whileThere(table, presence, options));
  const isOfNulls =
    holds !== "exists" && isNotNull.length === 0 && Object.values(holds).every(isNoElement);
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
  return condition(table, options);
}

/** Whether it stands for an element that must not be there. */
function isNoElement(value: unknown): boolean {
  return isElement(value) && value.value === null;
}

/** The condition with that its row exists, which its presence column tells. */
function whileThere(
  table: Table,
  presence: string,
  { if: holds, isNull = [], isNotNull = [] }: ConditionOptions,
): ConditionOptions {
  if (isNull.includes(presence)) {
    throw badStatement(table, `has no row whose "${presence}" is null: createRow(…) makes one`);
  }
  const equal = holds === "exists" ? {} : holds;
  const isTold = isNotNull.includes(presence) || Object.hasOwn(equal, presence);
  return { if: equal, isNull, isNotNull: isTold ? isNotNull : [...isNotNull, presence] };
}

/** @throws CassandraError `BAD_STATEMENT` if it is none */
export function condition(
  table: Table,
  { if: holds, isNull = [], isNotNull = [] }: ConditionOptions,
): Fragment {
  if (holds === "exists") return text("IF EXISTS");
  const names = Object.keys(holds);
  const all = [...names, ...isNull, ...isNotNull];
  const inKey = all.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw badStatement(table, `cannot have a condition on "${inKey}": it is in the key`);
  if (all.length === 0) throw badStatement(table, "has an empty condition");
  const equal = inTableOrder(table, names).map((name) => {
    const given = holds[name];
    if (isElement(given)) return elementIs(table, name, given);
    return marked(
      `${identifier(name)} = ?`,
      columnOf(table, name).type,
      matched(table, name, given),
    );
  });
  const isOrNot = (names: readonly string[], sign: "=" | "!=") =>
    inTableOrder(table, names).map((name) => text(`${identifier(name)} ${sign} null`));
  const nulls = [...isOrNot(isNull, "="), ...isOrNot(isNotNull, "!=")];
  return join([text("IF"), join([...equal, ...nulls], " AND ")]);
}

export function elementIs(table: Table, name: string, { key, value }: Element): Fragment {
  const { kind, isMulticell, parts = [] } = columnOf(table, name).type;
  const [keyType, valueType] = parts;
  if (kind !== "map" || !isMulticell) throw badStatement(table, `has no elements in "${name}"`);
  const at = marked(`${identifier(name)}[?]`, keyType!.type, keyType!.type.check(key));
  return value === null
    ? join([at, text("= null")])
    : join([at, marked("= ?", valueType!.type, valueType!.type.check(value))]);
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
