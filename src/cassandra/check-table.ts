import { checkIndexes } from "./check-indexes.ts";
import { checkTableOptions } from "./check-table-options.ts";
import { type Column, isCounter, isStatic } from "./column.ts";
import { isTypeOfCql, parseType, typeNames } from "./cql-type.ts";
import type { CassandraError } from "./error.ts";
import type { Table } from "./table.ts";
import { allColumns, badTable, keyNames } from "./table-columns.ts";
import type { ColumnType } from "./type.ts";
import { hasSameFields, type UserType, userType, withParts } from "./user-types.ts";

/**
 * Checks that Cassandra and this library can keep a table.
 *
 * @throws CassandraError `BAD_TABLE` that names the table and, if there is one, the invalid column
 */
export function checkTable(table: Table): void {
  checkNames(table);
  checkKey(table);
  for (const [name, column] of Object.entries(allColumns(table))) {
    if (keyNames(table).includes(name)) {
      const why = whyNotInKey(column);
      if (why !== undefined) throw badTable(table, `"${name}" is in the key, but ${why}`);
    }
    checkType(column.type, (cql, why) => badTable(table, `"${name}" is ${cql}, but ${why}`));
    checkValues(table, name);
  }
  checkUdts(table);
  checkStatic(table);
  checkCounters(table);
  checkSweep(table);
  checkTableOptions(table);
  checkIndexes(table);
}

/** Matches the table names that Cassandra allows (SchemaConstants.java). */
export const TABLE_NAME = /^\w{1,48}$/;

/** Properties that the driver's rows and the results of lightweight transactions have besides the columns. */
const TAKEN_NAMES = ["__proto__", "__columns", "[applied]"];

function checkNames(table: Table): void {
  if (!TABLE_NAME.test(table.name)) {
    throw badTable(table, "its name must be 1 to 48 letters, digits and underscores");
  }
  const { columns, hidden } = table;
  const twice = Object.keys(hidden).find((name) => Object.hasOwn(columns, name));
  if (twice !== undefined)
    throw badTable(table, `it has two columns "${twice}", one of them hidden`);
  const taken = TAKEN_NAMES.find((name) =>
    Object.entries(allColumns(table)).some(([column]) => column === name),
  );
  if (taken !== undefined)
    throw badTable(table, `no row can have a column "${taken}" in JavaScript`);
  if (Object.entries(allColumns(table)).some(([name]) => name === ""))
    throw badTable(table, "a column has no name");
}

function checkKey(table: Table): void {
  // A string in place of asc(…) or desc(…) has no name.
  if (table.clustering.some(({ name }) => typeof name !== "string")) {
    throw badTable(table, "each column of its clustering key must be one of asc(…) or desc(…)");
  }
  const names = keyNames(table);
  const unknown = names.find((name) => !Object.hasOwn(table.columns, name));
  if (unknown !== undefined) {
    const listed = Object.keys(table.columns).join(", ");
    throw badTable(table, `its key names "${unknown}", but its columns are ${listed}`);
  }
  if (table.partition.length === 0) throw badTable(table, "its partition key is empty");
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw badTable(table, `its key names "${twice}" twice`);
}

/** Returns why a column cannot be in a key, or undefined if it can. */
export function whyNotInKey(column: Column): string | undefined {
  const { kind, cql, isMulticell } = column.type;
  if (isCounter(column)) return "a counter cannot be in a key";
  if (isStatic(column)) return "a static column cannot be in a key";
  if (isMulticell) return `${cql} must be frozen in a key: frozen(…)`;
  if (kind === "duration" || contains(column.type, "duration")) {
    return "a duration cannot be in a key: it has no order";
  }
  return undefined;
}

/** Checks the parts of a type. @param refusal returns the error for a type and a reason */
function checkType(type: ColumnType, refusal: (cql: string, why: string) => CassandraError): void {
  const { cql } = type;
  for (const { name: part, type: inner } of type.parts ?? []) {
    if (inner.kind === "counter") throw refusal(cql, "a counter can only be a column");
    if (inner.isMulticell) {
      throw refusal(cql, `${inner.cql} within another type must be frozen: frozen(…)`);
    }
    const isSorted = type.kind === "set" || (type.kind === "map" && part === "key");
    if (isSorted && contains(inner, "duration")) {
      throw refusal(cql, "a duration cannot be sorted: it has no order");
    }
    checkType(inner, refusal);
  }
  if (type.kind === "vector" && !hasDimension(type)) {
    throw refusal(cql, `a vector has 1 to ${MAX_DIMENSION} values`);
  }
}

/** Checks that values are within the bounds of a column's type, and that its constants are such values. */
function checkValues(table: Table, name: string): void {
  const { type, invalid } = allColumns(table)[name]!;
  const part = withParts(type).find((each) => each.invalid !== undefined);
  if (part) throw badTable(table, `"${name}" is ${type.cql}, but ${part.invalid}`);
  if (invalid) throw badTable(table, `the ${invalid.what} of "${name}" ${invalid.why}`);
}

function hasDimension({ cql }: ColumnType): boolean {
  const dimension = Number(/, (\S+)>$/.exec(cql)?.[1]);
  return Number.isInteger(dimension) && dimension >= 1 && dimension <= MAX_DIMENSION;
}

/**
 * The most values of a vector (VectorType.java). An operator may set a lower limit
 * (`vector_dimensions_fail_threshold`).
 */
const MAX_DIMENSION = 2 ** 31 - 1;

/** Checks that each name of a type is known and has one definition. */
function checkUdts(table: Table): void {
  const known = new Map<string, UserType>();
  for (const [name, { type }] of Object.entries(allColumns(table))) {
    for (const each of withParts(type)) {
      if (each.udt === undefined) continue;
      const found = userType(each.udt, each);
      const why = whyInvalid(found);
      if (why !== undefined) {
        throw badTable(table, `"${name}" has the type "${found.name}", but ${why}`);
      }
      const other = known.get(found.name);
      if (other && !hasSameFields(other, found)) {
        throw badTable(
          table,
          `"${name}" has the type "${found.name}", but another column has a type of this name with different fields`,
        );
      }
      known.set(found.name, found);
    }
  }
  for (const [name, { type }] of Object.entries(allColumns(table))) {
    const unknown = typeNames(parseType(type.cql)).find((each) => !known.has(each));
    if (unknown !== undefined) {
      throw badTable(
        table,
        `"${name}" is ${type.cql}, but "${unknown}" is neither a native type nor a udt(…) of this table`,
      );
    }
  }
}

/** Returns why Cassandra cannot have a user-defined type, or undefined if it can. */
function whyInvalid({ name, fields }: UserType): string | undefined {
  if (name === "") return "a type must have a name";
  // Cassandra accepts some of these names in quotes, but reports them without.
  if (isTypeOfCql(name)) return "a native type has this name";
  if (fields.length === 0) return "a type must have fields";
  return fields.some((field) => field.name === "") ? "one of its fields has no name" : undefined;
}

function checkStatic(table: Table): void {
  if (table.clustering.length > 0) return;
  const found = Object.entries(allColumns(table)).find(([, column]) => isStatic(column));
  if (found) throw badTable(table, `"${found[0]}" is static, but the table has no clustering key`);
}

function checkCounters(table: Table): void {
  const data = Object.entries(allColumns(table)).filter(
    ([name]) => !keyNames(table).includes(name),
  );
  const counter = data.find(([, column]) => isCounter(column));
  if (!counter) return;
  if (table.lwt) {
    throw badTable(
      table,
      `"${counter[0]}" is a counter, which no lightweight transaction can change`,
    );
  }
  const other = data.find(([, column]) => !isCounter(column));
  if (other) {
    throw badTable(
      table,
      `"${counter[0]}" is a counter, so "${other[0]}" outside the key must be one too`,
    );
  }
  const withDefault = data.find(([, { initial }]) => initial);
  if (withDefault)
    throw badTable(table, `"${withDefault[0]}" has a default, but a counter starts at 0`);
}

function checkSweep(table: Table): void {
  const { lwt, sweepAfter } = table;
  if (sweepAfter === undefined) return;
  if (lwt)
    throw badTable(
      table,
      "sweepAfter is for tables of plain writes, but it takes lightweight transactions",
    );
  if (!(sweepAfter > 0 && Number.isFinite(sweepAfter))) {
    throw badTable(table, `sweepAfter must be a number of seconds above 0, but is ${sweepAfter}`);
  }
}

function contains(type: ColumnType, kind: string): boolean {
  return withParts(type).some((each) => each.kind === kind);
}
