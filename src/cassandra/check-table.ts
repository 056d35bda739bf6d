import { type Column, isCounter, isStatic } from "./column.ts";
import { isTypeOfCql, parseType, typeNames } from "./cql-type.ts";
import type { Table } from "./table.ts";
import { allColumns, badTable, keyNames } from "./table-columns.ts";
import type { ColumnType } from "./type.ts";
import { hasSameFields, type UserType, userType, withParts } from "./user-types.ts";

/**
 * Checks that Cassandra can have a table.
 *
 * @throws CassandraError `BAD_TABLE` with the table's name and, where one is the reason, the column's
 */
export function checkTable(table: Table): void {
  checkNames(table);
  checkKey(table);
  for (const [name, column] of Object.entries(allColumns(table))) {
    if (keyNames(table).includes(name)) checkKeyColumn(table, name, column);
    checkType(table, name, column.type);
  }
  checkUdts(table);
  checkStatic(table);
  checkCounters(table);
  checkSweep(table);
}

/** Names of tables that Cassandra takes (SchemaConstants.java). */
const TABLE_NAME = /^\w{1,48}$/;

/** Properties of the driver's rows, to which it assigns the columns, and of what a lightweight transaction answers. */
const TAKEN = ["__proto__", "__columns", "[applied]"];

function checkNames(table: Table): void {
  if (!TABLE_NAME.test(table.name)) {
    throw badTable(table, "its name must be 1 to 48 letters, digits and underscores");
  }
  const { columns, hidden } = table;
  const twice = Object.keys(hidden).find((name) => Object.hasOwn(columns, name));
  if (twice !== undefined) throw badTable(table, `it has "${twice}" twice, once hidden`);
  const taken = TAKEN.find((name) =>
    Object.entries(allColumns(table)).some(([column]) => column === name),
  );
  if (taken !== undefined)
    throw badTable(table, `no row can have a column "${taken}" in JavaScript`);
  if (Object.entries(allColumns(table)).some(([name]) => name === ""))
    throw badTable(table, "a column has no name");
}

function checkKey(table: Table): void {
  // A name alone would be a column without a name.
  if (table.clustering.some(({ name }) => typeof name !== "string")) {
    throw badTable(table, "each column of its clustering key is one of asc(…) or desc(…)");
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

function checkKeyColumn(table: Table, name: string, column: Column): void {
  const why = whyNotInKey(column);
  if (why !== undefined) throw badTable(table, `"${name}" is in the key, and ${why}`);
}

/** Why a column cannot be in a key; undefined: it can. */
export function whyNotInKey(column: Column): string | undefined {
  const { kind, cql, isMulticell } = column.type;
  if (isCounter(column)) return "a counter cannot be";
  if (isStatic(column)) return "a static column cannot be";
  if (isMulticell) return `${cql} must be frozen there: frozen(…)`;
  if (kind === "duration" || contains(column.type, "duration")) {
    return "a duration cannot be: it has no order";
  }
  return undefined;
}

/** What a type can be made of. */
function checkType(table: Table, name: string, type: ColumnType): void {
  for (const { name: part, type: inner } of type.parts ?? []) {
    const refused = (why: string) => badTable(table, `"${name}" is ${type.cql}, and ${why}`);
    if (inner.kind === "counter") throw refused("a counter can only be a column");
    if (inner.isMulticell) {
      throw refused(`${inner.cql} within another type must be frozen: frozen(…)`);
    }
    const isSorted = type.kind === "set" || (type.kind === "map" && part === "key");
    if (isSorted && contains(inner, "duration")) {
      throw refused("a duration cannot be sorted: it has no order");
    }
    checkType(table, name, inner);
  }
  if (type.kind === "vector") checkDimension(table, name, type);
}

function checkDimension(table: Table, name: string, { cql }: ColumnType): void {
  const dimension = Number(/, (\S+)>$/.exec(cql)?.[1]);
  if (Number.isInteger(dimension) && dimension >= 1 && dimension <= MAX_DIMENSION) return;
  throw badTable(table, `"${name}" is ${cql}, and a vector has 1 to ${MAX_DIMENSION} values`);
}

/** The most values of a vector (VectorType.java); an operator may set a lower bound (`vector_dimensions_fail_threshold`). */
const MAX_DIMENSION = 2 ** 31 - 1;

/** Each name of a type is known, and means one type. */
function checkUdts(table: Table): void {
  const known = new Map<string, UserType>();
  for (const [name, { type }] of Object.entries(allColumns(table))) {
    for (const each of withParts(type)) {
      if (each.udt === undefined) continue;
      const found = userType(each.udt, each);
      checkUdt(table, name, found);
      const other = known.get(found.name);
      if (other && !hasSameFields(other, found)) {
        throw badTable(
          table,
          `"${name}" has a type "${found.name}", and another column has one with other fields`,
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
        `"${name}" is ${type.cql}, and "${unknown}" is neither a type of CQL nor a udt(…) of this table`,
      );
    }
  }
}

function checkUdt(table: Table, column: string, { name, fields }: UserType): void {
  const refused = (why: string) => badTable(table, `"${column}" has a type "${name}", and ${why}`);
  if (name === "") throw refused("a type has a name");
  // Cassandra takes some of them in quotes, but spells them without.
  if (isTypeOfCql(name)) throw refused("CQL itself has one of this name");
  if (fields.length === 0) throw refused("a type has fields");
  if (fields.some((field) => field.name === "")) throw refused("a field of it has no name");
}

function checkStatic(table: Table): void {
  if (table.clustering.length > 0) return;
  const found = Object.entries(allColumns(table)).find(([, column]) => isStatic(column));
  if (found) throw badTable(table, `"${found[0]}" is static, and there is no clustering key`);
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
  const begun = data.find(([, { initial }]) => initial);
  if (begun) throw badTable(table, `"${begun[0]}" has a default, and a counter begins at 0`);
}

function checkSweep(table: Table): void {
  const { lwt, sweepAfter } = table;
  if (sweepAfter === undefined) return;
  if (lwt) throw badTable(table, "sweepAfter is for tables of plain writes, and it takes others");
  if (!(sweepAfter > 0 && Number.isFinite(sweepAfter))) {
    throw badTable(table, `sweepAfter must be a number of seconds above 0, but is ${sweepAfter}`);
  }
}

function contains(type: ColumnType, kind: string): boolean {
  return withParts(type).some((each) => each.kind === kind);
}
