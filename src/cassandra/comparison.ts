import { namingErrors } from "./key.ts";
import { hasOperators } from "./operators.ts";
import type { Take, Template, WriteInput } from "./shape.ts";
import { join, type RawRow, withParam } from "./statement.ts";
import { badStatement } from "./table-columns.ts";
import type { Table } from "./table.ts";
import type { ColumnType } from "./type.ts";
import { frozenType } from "./types/frozen.ts";
import { listType } from "./types/list.ts";
import { Unreadable } from "./unreadable.ts";

/** One or more comparisons of a value, which must all hold. A null is never compared: see `isNull`. */
export type Comparison<Value> = OrderComparison<Value> & ContentComparison<Value>;

interface OrderComparison<Value> {
  readonly gt?: Value;
  readonly gte?: Value;
  readonly lt?: Value;
  readonly lte?: Value;
  /** Another value. This also holds for null and for a missing row, so it needs another comparison beside it. */
  readonly ne?: Value;
  /** One of these values. */
  readonly in?: readonly Value[];
}

type ContentComparison<Value> = [Value] extends [ReadonlyMap<infer Key, infer Item>]
  ? { readonly contains?: Item; readonly containsKey?: Key }
  : [Value] extends [ReadonlySet<infer Item> | readonly (infer Item)[]]
    ? { readonly contains?: Item }
    : unknown;

/** The operators of comparisons in CQL, in the order in which they are written. */
const comparisonOperators = {
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  ne: "!=",
  in: "IN",
  contains: "CONTAINS",
  containsKey: "CONTAINS KEY",
} as const;
type ComparisonOperator = keyof typeof comparisonOperators;
const operatorNames = Object.keys(comparisonOperators) as readonly ComparisonOperator[];

/** Returns whether a condition on a value of a type is a {@link Comparison} rather than a value of the type. */
export function isComparison(type: ColumnType, form: unknown): form is RawRow {
  return hasOperators(type, form, comparisonOperators);
}

/** Returns a digit for each operator of a comparison, from 2 on: see `shape.ts`. */
export function comparisonSigns(form: RawRow): string {
  let signs = "";
  for (const operator of operatorsIn(form)) signs += operatorNames.indexOf(operator) + 2;
  return signs;
}

function operatorsIn(form: RawRow): readonly ComparisonOperator[] {
  return operatorNames.filter((operator) => form[operator] !== undefined);
}

/** What a condition compares: a column, an element or a field. */
export interface Compared {
  readonly table: Table;
  /** The name of its column. */
  readonly name: string;
  /** Its CQL, e.g. `stock[?]`. */
  readonly target: Template;
  readonly type: ColumnType;
  /** Returns the expected value or comparison. */
  readonly expected: Take;
}

/**
 * Returns the comparisons of a condition with values that are not null.
 *
 * @param form a value or comparison of the same shape as the expected one; only its shape is used
 */
export function comparisonsOf(compared: Compared, form: unknown): Template {
  const { table, name, type, expected } = compared;
  if (!isComparison(type, form)) {
    const rule = valueRule(compared, type.match);
    return comparisonWith(compared, { sign: "=", type, rule, take: expected });
  }
  const operators = operatorsIn(form);
  if (operators.length === 0) throw badStatement(table, `has an empty condition on "${name}"`);
  const each = operators.map((operator) =>
    comparisonWith(compared, {
      ...operandOf(compared, operator),
      sign: comparisonOperators[operator],
      take: (input) => (expected(input) as RawRow)[operator],
    }),
  );
  return join<Take>(each, " AND ");
}

/** The value with which an operator compares. */
interface Operand {
  readonly sign: string;
  readonly type: ColumnType;
  /** Returns a value in stored form. */
  readonly rule: (value: unknown) => unknown;
  readonly take: Take;
}

function comparisonWith({ target }: Compared, { sign, type, rule, take }: Operand): Template {
  const param = (input: WriteInput) => {
    const value = take(input);
    return value instanceof Unreadable ? value : rule(value);
  };
  return join<Take>([target, withParam(`${sign} ?`, { type, param })]);
}

/** @throws CassandraError `BAD_STATEMENT` if values of the type cannot be compared so */
function operandOf(
  compared: Compared,
  operator: ComparisonOperator,
): Pick<Operand, "type" | "rule"> {
  const { table, name, type } = compared;
  const { cql, kind, parts = [] } = type;
  const refused = (why: string) =>
    badStatement(table, `cannot compare "${name}" by ${operator}: ${why}`);
  const part = (at: number) => {
    const item = parts.at(at)!.type;
    return { type: item, rule: namingErrors(`${table.name}.${name}`, item.match) };
  };
  switch (operator) {
    case "contains":
      if (!isCollection(type)) throw refused(`${cql} is no collection`);
      return part(-1);
    case "containsKey":
      if (kind !== "map") throw refused(`${cql} is no map`);
      return part(0);
    case "in": {
      const list = listType(frozenType(type), { isFrozen: true });
      return { type: list, rule: valueRule(compared, list.match) };
    }
    case "ne":
      return { type, rule: valueRule(compared, type.match) };
    default:
      if (!type.compare) throw refused(`${cql} has no order`);
      return { type, rule: valueRule(compared, type.match) };
  }
}

/**
 * Returns the rule of a compared value. Refuses an empty collection where Cassandra takes it for null, since a
 * comparison with it may hold for a missing row.
 *
 * @param match the rule of the type, or that of a list of its values
 */
function valueRule({ table, name, type }: Compared, match: (value: unknown) => unknown) {
  const rule = namingErrors(`${table.name}.${name}`, match);
  if (!type.isMulticell || !isCollection(type)) return rule;
  const isOfValue = match === type.match;
  return (given: unknown) => {
    const value = rule(given);
    const values = isOfValue ? [value] : (value as readonly unknown[]);
    if (!values.some(isEmpty)) return value;
    const why = "which Cassandra stores as null: use isNull or isNotNull";
    throw badStatement(table, `compares "${name}" with an empty collection, ${why}`);
  };
}

function isEmpty(collection: unknown): boolean {
  const { length, size = length } = collection as {
    readonly length?: number;
    readonly size?: number;
  };
  return size === 0;
}

/** Whether a type is a list, a set or a map, frozen or not. */
export function isCollection({ kind }: ColumnType): boolean {
  return kind === "list" || kind === "set" || kind === "map";
}

/**
 * Returns whether a condition with a value or comparison of this shape is false for null, and thus for a missing row. A
 * collection that is not frozen is less than others if it is null, in Cassandra versions after 5.0.
 */
export function excludesNull(type: ColumnType, form: unknown): boolean {
  if (!isComparison(type, form)) return true;
  const isLessIfNull = type.isMulticell === true && isCollection(type);
  const holdForNull: readonly ComparisonOperator[] = isLessIfNull ? ["ne", "lt", "lte"] : ["ne"];
  return operatorsIn(form).some((operator) => !holdForNull.includes(operator));
}
