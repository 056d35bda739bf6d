import { isStatic } from "./column.ts";
import { type Comparison, comparisonsOf, excludesNull } from "./comparison.ts";
import { type Element, elementTarget, elementType, isElement } from "./element.ts";
import { identifier } from "./identifier.ts";
import { presenceColumn } from "./lane-columns.ts";
import type { WriteInput, Take, Template } from "./shape.ts";
import { cqlText, join, type RawRow } from "./statement.ts";
import { badStatement, columnOf, inTableOrder, keyNames } from "./table-columns.ts";
import { type Table } from "./table.ts";
import type { DataName, HiddenValues, KeyName, ValueOf } from "./table-rows.ts";
import type { NoneOf } from "./table-keys.ts";
import type { Unreadable } from "./unreadable.ts";

/**
 * The condition of a write to a row: the row exists, or columns, hidden ones included, are as expected: equal to a
 * value, or by a {@link Comparison}, of the whole or of one {@link element}.
 */
export type Condition<T extends Table> =
  | "exists"
  | ({ readonly [Name in DataName<T>]?: ExpectedOf<T, Name> } & HiddenValues<T, null> &
      NoneOf<KeyName<T>, "it is in the key">);

/** What a condition expects of a column. */
export type ExpectedOf<T extends Table, Name extends string> =
  | ValueOf<T, Name>
  | Unreadable
  | Comparison<ValueOf<T, Name>>
  | (T["columns"][Name]["isMulticell"] extends true ? ExpectedElement<ValueOf<T, Name>> : never);

type ExpectedElement<Value> = [Value] extends [ReadonlyMap<infer Key, infer Item>]
  ? Element<Key, Item | null | Comparison<Item>>
  : [Value] extends [ReadonlySet<unknown>]
    ? never
    : [Value] extends [readonly (infer Item)[]]
      ? Element<number, Item | null | Comparison<Item>>
      : ExpectedField<Value>;

type ExpectedField<Fields> = {
  [Name in keyof Fields]: Element<Name, Fields[Name] | Comparison<NonNullable<Fields[Name]>>>;
}[keyof Fields];

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
  const names = [...Object.keys(typeof holds === "object" ? holds : {}), ...isNull, ...isNotNull];
  if (typeof holds === "object" && names.length > 0 && !excludesMissing(table, given)) {
    const needed = "compare a column of the row with a value, or name one in isNotNull";
    throw badStatement(table, `has a condition that also holds for a missing row: ${needed}`);
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
  const isRequired =
    isNotNull.includes(presence) ||
    (Object.hasOwn(equal, presence) && requiresValue(table, presence, equal[presence]));
  return { if: equal, isNull, isNotNull: isRequired ? isNotNull : [...isNotNull, presence] };
}

/** Returns whether a condition of this shape is false for a row that does not exist. Its static columns may exist. */
function excludesMissing(table: Table, { if: holds, isNotNull = [] }: WriteInput): boolean {
  const isOfRow = (name: string) => !isStatic(columnOf(table, name));
  const compared = Object.entries(holds as RawRow);
  return (
    isNotNull.some(isOfRow) ||
    compared.some(([name, form]) => isOfRow(name) && requiresValue(table, name, form))
  );
}

/** Returns whether a condition on a column, of this shape, is false for null. */
function requiresValue(table: Table, name: string, form: unknown): boolean {
  const { type } = columnOf(table, name);
  if (!isElement(form)) return excludesNull(type, form);
  const item = elementType(type, form);
  return form.value !== null && (!item || excludesNull(item, form.value));
}

/** Returns an IF clause, or nothing if there is no condition. @throws CassandraError `BAD_STATEMENT` if it is empty */
export function condition(
  table: Table,
  { if: holds, isNull = [], isNotNull = [] }: WriteInput,
): readonly Template[] {
  if (holds === undefined) return [];
  if (typeof holds === "string") return [existence(table, holds)];
  const names = Object.keys(holds);
  const all = [...names, ...isNull, ...isNotNull];
  const inKey = all.find((name) => keyNames(table).includes(name));
  if (inKey !== undefined)
    throw badStatement(table, `cannot have a condition on "${inKey}": it is in the key`);
  if (all.length === 0) throw badStatement(table, "has an empty condition");
  const compared = inTableOrder(table, names).map((name) =>
    columnComparison(table, [name, holds[name]]),
  );
  const isOrNot = (names: readonly string[], sign: "=" | "!=") =>
    inTableOrder(table, names).map((name) => cqlText(`${identifier(name)} ${sign} null`));
  const nulls = [...isOrNot(isNull, "="), ...isOrNot(isNotNull, "!=")];
  return [cqlText("IF"), join<Take>([...compared, ...nulls], " AND ")];
}

/** @throws CassandraError `BAD_STATEMENT` for any other text: it would become a part of the CQL */
function existence(table: Table, holds: string): Template {
  if (holds === "exists" || holds === "not exists") return cqlText(`IF ${holds.toUpperCase()}`);
  throw badStatement(table, 'takes the condition "exists" or one on columns, but got another text');
}

/**
 * Returns the comparisons of a column or one of its elements.
 *
 * @param form what is expected, in the same shape; only its shape is used
 */
function columnComparison(table: Table, [name, form]: readonly [string, unknown]): Template {
  const expected: Take = (given) => (given.if as RawRow)[name];
  if (!isElement(form)) {
    const { type } = columnOf(table, name);
    const target = cqlText(identifier(name));
    return comparisonsOf({ table, name, target, type, expected }, form);
  }
  const { target, type } = elementTarget(table, name, { form, given: expected });
  if (form.value === null) return join<Take>([target, cqlText("= null")]);
  const value: Take = (given) => (expected(given) as Element).value;
  return comparisonsOf({ table, name, target, type, expected: value }, form.value);
}
