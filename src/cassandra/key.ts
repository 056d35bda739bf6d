import { type ColumnType, lookupOf } from "./type.ts";
import { CassandraError, InvalidValue } from "./error.ts";
import { identifier } from "./identifier.ts";
import { hasOperators } from "./operators.ts";
import { own } from "./own.ts";
import type { WriteInput, Template } from "./shape.ts";
import { type Fragment, join, withParam, type RawRow } from "./statement.ts";
import type { ClusteringKey, PartitionKey } from "./table-rows.ts";
import {
  clusteringNames,
  columnOf,
  keyNames,
  oncePerTable,
  primaryKeyText,
} from "./table-columns.ts";
import { type Table } from "./table.ts";

import { Unreadable } from "./unreadable.ts";

const rangeOperators = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;
type Operator = keyof typeof rangeOperators;

/**
 * Returns the restriction of a read to a partition, a part of it, or a row: the whole partition key, a prefix of the
 * clustering key, and at most one range.
 *
 * @throws CassandraError `BAD_STATEMENT` if the key is invalid. The compiler rejects this too
 */
export function whereKey(table: Table, key: RawRow): Fragment {
  const named = namedColumns(table, key);
  const range = named.findIndex((name) => isRange(columnOf(table, name).type, own(key, name)));
  if (range !== -1 && (range < table.partition.length || range < named.length - 1)) {
    throw badKey(
      table,
      `a range on "${named[range]}" can only be the last of the clustering columns`,
    );
  }
  return join(
    named.flatMap((name) => restrictions(table, [name, key[name]])),
    " AND ",
  );
}

/**
 * Returns the restriction of a write to the row or partition of its key, which has no range. A write that may create a
 * row has a new value in its key, any other write that of a stored row.
 */
export function whereValues(table: Table, { key = {}, changes, if: holds }: WriteInput): Template {
  const mayCreate = changes !== undefined && holds === undefined;
  const each = namedColumns(table, key).map((name) => {
    const { type } = columnOf(table, name);
    const valueOf = mayCreate ? columnCheck(table, name) : columnLookup(table, name);
    return withParam(`${identifier(name)} = ?`, {
      type,
      param: ({ key }: WriteInput) => {
        const value = key![name];
        if (isRange(type, value)) throw badKey(table, `"${name}" must be given by its value`);
        return valueOf(value);
      },
    });
  });
  return join(each, " AND ");
}

/** Returns the restriction of a write to one row: the whole primary key, without a range. */
export function whereRow(table: Table, given: WriteInput): Template {
  const { key = {} } = given;
  const missing = keyNames(table).filter((name) => own(key, name) === undefined);
  if (missing.length === 0) return whereValues(table, given);
  const names = missing.map((name) => `"${name}"`).join(", ");
  throw badKey(table, `${names} must be given for one row`);
}

/** Returns the columns that a key names, in order: the whole partition key and a prefix of the clustering key. */
function namedColumns(table: Table, key: RawRow): readonly string[] {
  const given = Object.keys(key).filter((name) => key[name] !== undefined);
  const stray = given.find((name) => !keyNames(table).includes(name));
  if (stray !== undefined) throw badKey(table, `"${stray}" is not in it`);
  const missing = table.partition.find((name) => own(key, name) === undefined);
  if (missing !== undefined) throw badKey(table, `"${missing}" is missing`);

  const named = keyNames(table).slice(0, given.length);
  const skipped = named.find((name) => own(key, name) === undefined);
  if (skipped !== undefined) {
    throw badKey(table, `"${skipped}" must be given before "${given.at(-1)}"`);
  }
  return named;
}

/** Returns whether a key identifies one row: it has a value for every column of the primary key. */
export function namesRow(table: Table, key: RawRow): boolean {
  return keyNames(table).every(
    (name) => own(key, name) !== undefined && !isRange(columnOf(table, name).type, own(key, name)),
  );
}

/** Returns the values of a row's clustering key that a caller names, in order. */
export function clusteringValues(table: Table, row: RawRow): readonly unknown[] {
  return clusteringNames(table).map((name) => columnLookup(table, name)(own(row, name)));
}

/** Returns the values of a stored row's clustering key, in order. Another program may have written them. */
export function placeValues(table: Table, row: RawRow): readonly unknown[] {
  return clusteringNames(table).map((name) => {
    const value = own(row, name);
    return value instanceof Unreadable ? value : columnMatch(table, name)(value);
  });
}

/**
 * Returns a function that checks a value of a column and returns its canonical stored form: see
 * {@link ColumnType.check}.
 *
 * The function throws an InvalidValue whose message starts with the column's name.
 */
export const columnCheck = columnRules(({ check }) => check);

/** Returns a function like that of {@link columnCheck} for a key of a stored row: see {@link ColumnType.lookup}. */
export const columnLookup = columnRules(lookupOf);

/** Returns a function like that of {@link columnCheck} which accepts stored values: see {@link ColumnType.match}. */
export const columnMatch = columnRules(({ match }) => match);

type Rule = (value: unknown) => unknown;

/** Returns a function that returns a rule for the values of a column: made once, since keys are checked again and again. */
function columnRules(ruleOf: (type: ColumnType) => Rule): (table: Table, name: string) => Rule {
  const rulesOf = oncePerTable(() => new Map<string, Rule>());
  return (table, name) => {
    const rules = rulesOf(table);
    let rule = rules.get(name);
    if (!rule) {
      rule = namingErrors(`${table.name}.${name}`, ruleOf(columnOf(table, name).type));
      rules.set(name, rule);
    }
    return rule;
  };
}

/** Returns {@link ColumnType.lookup} of a type, whose InvalidValues begin with the name of a column. */
export function lookupNamed(column: string, type: ColumnType): Rule {
  return namingErrors(column, lookupOf(type));
}

/** Returns a rule for the values of a column. Its InvalidValue has a message that starts with the column's name. */
export function namingErrors(column: string, rule: Rule): Rule {
  return (value: unknown) => {
    try {
      return rule(value);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      throw new InvalidValue(error.code, `${column} ${error.message}`);
    }
  };
}

/** Returns the partition key of a row. */
export function partitionKeyOf<T extends Table>(table: T, row: RawRow): PartitionKey<T> {
  return pickColumns(row, table.partition) as PartitionKey<T>;
}

/**
 * Returns the partition key of a write, in stored form.
 *
 * @param rule `check` for a write that may create a row, `lookup` for one to stored rows
 */
export function storedPartition(table: Table, key: RawRow, rule: "check" | "lookup"): RawRow {
  const rules = partitionRules(table)[rule];
  const partition: Record<string, unknown> = {};
  for (const [name, toStored] of rules) partition[name] = toStored(key[name]);
  return partition;
}

const partitionRules = oncePerTable((table) => {
  const rules = (toStored: typeof columnCheck) =>
    table.partition.map((name) => [name, toStored(table, name)] as const);
  return { check: rules(columnCheck), lookup: rules(columnLookup) };
});

/** Returns the clustering key of a row. */
export function clusteringKeyOf<T extends Table>(table: T, row: RawRow): ClusteringKey<T> {
  return pickColumns(row, clusteringNames(table)) as ClusteringKey<T>;
}

function pickColumns(row: RawRow, names: readonly string[]): RawRow {
  const picked: Record<string, unknown> = {};
  for (const name of names) picked[name] = row[name];
  return picked;
}

function restrictions(
  table: Table,
  [name, value]: readonly [string, unknown],
): readonly Fragment[] {
  const { type } = columnOf(table, name);
  const valueOf = columnLookup(table, name);
  const column = identifier(name);
  if (!isRange(type, value)) return [withParam(`${column} = ?`, { type, param: valueOf(value) })];
  return boundsOf(value).map(([operator, bound]) =>
    withParam(`${column} ${operator} ?`, { type, param: valueOf(bound) }),
  );
}

/** Returns the bounds of a range: CQL operators and values. */
export function boundsOf(range: BoundsByName): readonly (readonly [string, unknown])[] {
  return Object.entries(range).flatMap(([name, bound]) =>
    bound === undefined ? [] : [[rangeOperators[name as Operator], bound] as const],
  );
}

/** The bounds of a range by the names of their operators. */
export type BoundsByName = Readonly<Partial<Record<Operator, unknown>>>;

/** Returns whether a value for a key column of this type is a range rather than a value of the type. */
export function isRange(type: ColumnType, value: unknown): value is BoundsByName {
  return hasOperators(type, value, rangeOperators);
}

function badKey(table: Table, why: string): CassandraError {
  const needed = `Table "${table.name}" is addressed by its key ${primaryKeyText(table)}`;
  return new CassandraError("BAD_STATEMENT", `${needed}: ${why}.`);
}
