import { type ColumnType, identityOf } from "./type.ts";
import { CassandraError, InvalidValue } from "./error.ts";
import { identifier } from "./identifier.ts";
import { own } from "./own.ts";
import type { Given, Template } from "./shape.ts";
import { type Fragment, join, marked, type RawRow } from "./statement.ts";
import type { ClusteringKey, PartitionKey } from "./table-rows.ts";
import { clusteringNames, columnOf, keyNames, primaryKeyText } from "./table-columns.ts";
import { type Table } from "./table.ts";

import { Unreadable } from "./unreadable.ts";

const operators = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;
type Operator = keyof typeof operators;

/**
 * The restriction to a partition, a part of one, or a row: the whole partition key, a prefix of the
 * clustering key, at most one range.
 *
 * @throws CassandraError `BAD_STATEMENT` where the compiler was not asked or not believed
 */
export function whereKey(table: Table, key: RawRow): Fragment {
  const named = namesIn(table, key);
  const range = named.findIndex((name) => isRangeOf(table, name, own(key, name)));
  if (range !== -1 && (range < table.partition.length || range < named.length - 1)) {
    throw badKey(
      table,
      `a range on "${named[range]}" can only be the last of the clustering columns`,
    );
  }
  return join(
    named.flatMap((name) => restrictions(table, name, key[name])),
    " AND ",
  );
}

/** The restriction of a write to what its key names by values: a row, or a partition. */
export function whereValues(table: Table, { key = {} }: Given): Template {
  const each = namesIn(table, key).map((name) => {
    const { type } = columnOf(table, name);
    const check = taking(table, name, "check");
    return marked(`${identifier(name)} = ?`, type, ({ key }: Given) => {
      const value = key![name];
      if (isRange(type, value)) throw badKey(table, `"${name}" must be given by its value`);
      return check(value);
    });
  });
  return join(each, " AND ");
}

/** The restriction of a write to one row: the whole primary key, by values. */
export function whereRow(table: Table, given: Given): Template {
  const { key = {} } = given;
  const missing = keyNames(table).filter((name) => own(key, name) === undefined);
  if (missing.length === 0) return whereValues(table, given);
  const names = missing.map((name) => `"${name}"`).join(", ");
  throw badKey(table, `${names} must be given for one row`);
}

/** The columns that a key names, in order: the whole partition key, a prefix of the clustering key. */
function namesIn(table: Table, key: RawRow): readonly string[] {
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

/** Whether a key names one row: every column of the primary key by its value. */
export function namesRow(table: Table, key: RawRow): boolean {
  return keyNames(table).every(
    (name) => own(key, name) !== undefined && !isRangeOf(table, name, own(key, name)),
  );
}

/** The values of a row's clustering key, in order. */
export function clusteringValues(table: Table, row: RawRow): readonly unknown[] {
  return clusteringNames(table).map((name) => checked(table, name, own(row, name)));
}

/** The values of the clustering key of a row that another program may have written, in order. */
export function placeValues(table: Table, row: RawRow): readonly unknown[] {
  return clusteringNames(table).map((name) => matched(table, name, own(row, name)));
}

/** A value as its column stores it. @throws InvalidValue with the column's name before the reason */
export function checked(table: Table, name: string, value: unknown): unknown {
  return valueBy("check", table, name, value);
}

/**
 * A value that may stand in its column, an {@link Unreadable} too.
 *
 * @throws InvalidValue with the column's name before the reason
 */
export function matched(table: Table, name: string, value: unknown): unknown {
  return value instanceof Unreadable ? value : valueBy("match", table, name, value);
}

function valueBy(rule: KeyRule, table: Table, name: string, value: unknown): unknown {
  return taking(table, name, rule)(value);
}

/**
 * Returns how the values of a column are taken by a rule.
 *
 * @throws InvalidValue when a value is taken, with the column's name before the reason
 */
export function taking(table: Table, name: string, rule: KeyRule): (value: unknown) => unknown {
  const { type } = columnOf(table, name);
  return (value) => {
    try {
      return type[rule](value);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      throw new InvalidValue(error.code, `${table.name}.${name} ${error.message}`);
    }
  };
}

/** The partition key of a row. */
export function partitionKeyOf<T extends Table>(table: T, row: RawRow): PartitionKey<T> {
  return pick(row, table.partition) as PartitionKey<T>;
}

/** The clustering key of a row. */
export function clusteringKeyOf<T extends Table>(table: T, row: RawRow): ClusteringKey<T> {
  return pick(row, clusteringNames(table)) as ClusteringKey<T>;
}

/**
 * How the values of a key are taken: `check` puts those that a caller gives in their one stored form, and refuses what the
 * model does not allow; `match` takes those of a row as they are, whoever wrote it.
 */
export type KeyRule = "check" | "match";

/** An exact text of some key columns of a row. */
export function keyText(
  table: Table,
  names: readonly string[],
  row: RawRow,
  rule: KeyRule = "check",
): string {
  const texts = names.map((name) =>
    columnOf(table, name).type.toText(valueBy(rule, table, name, row[name])),
  );
  return JSON.stringify(texts);
}

/**
 * A text of a row's primary key that is equal where Cassandra takes two keys for the same row, and nowhere else. Partitions
 * are the same if their bytes are, rows of a partition if they compare as equal.
 */
export function rowIdentity(table: Table, row: RawRow): string {
  return `${keyText(table, table.partition, row)}${clusteringIdentity(table, row)}`;
}

/** A text of a row's clustering key: see {@link rowIdentity}. */
export function clusteringIdentity(table: Table, row: RawRow): string {
  const texts = clusteringNames(table).map((name) =>
    identityOf(columnOf(table, name).type, checked(table, name, own(row, name))),
  );
  return JSON.stringify(texts);
}

/** The key columns of a {@link keyText} of the same rule, which may be from anywhere; undefined: it is none. */
export function keyOfText(
  table: Table,
  names: readonly string[],
  text: string,
  rule: KeyRule = "check",
): RawRow | undefined {
  try {
    const texts: unknown = JSON.parse(text);
    const values = names.map((name, at) =>
      columnOf(table, name).type.fromText((texts as readonly string[])[at] ?? ""),
    );
    const key = Object.fromEntries(names.map((name, at) => [name, values[at]]));
    // Written again it must be the same: so every part of it is checked at once.
    return keyText(table, names, key, rule) === text ? key : undefined;
  } catch {
    return undefined;
  }
}

function pick(row: RawRow, names: readonly string[]): RawRow {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function restrictions(table: Table, name: string, value: unknown): readonly Fragment[] {
  const { type } = columnOf(table, name);
  const column = identifier(name);
  if (!isRange(type, value)) return [marked(`${column} = ?`, type, checked(table, name, value))];
  return boundsOf(value).map(([operator, bound]) =>
    marked(`${column} ${operator} ?`, type, checked(table, name, bound)),
  );
}

/** The bounds of a range: operators of CQL and values. */
export function boundsOf(range: BoundsByName): readonly (readonly [string, unknown])[] {
  return Object.entries(range).flatMap(([name, bound]) =>
    bound === undefined ? [] : [[operators[name as Operator], bound] as const],
  );
}

/** Bounds by the names of their operators. */
export type BoundsByName = Readonly<Partial<Record<Operator, unknown>>>;

/** Whether a value of a key's column is a range: its bounds by their operators. */
export function isRangeOf(table: Table, name: string, value: unknown): value is BoundsByName {
  return isRange(columnOf(table, name).type, value);
}

function isRange({ kind, parts = [] }: ColumnType, value: unknown): value is BoundsByName {
  if (typeof value !== "object" || value === null) return false;
  const names = Object.keys(value);
  // An object can also be the value of a type that has fields of these names.
  const fields = kind === "udt" ? parts.map(({ name }) => name) : [];
  if (names.every((name) => fields.includes(name))) return false;
  return names.every((name) => Object.hasOwn(operators, name));
}

function badKey(table: Table, why: string): CassandraError {
  const needed = `Table "${table.name}" is addressed by its key ${primaryKeyText(table)}`;
  return new CassandraError("BAD_STATEMENT", `${needed}: ${why}.`);
}
