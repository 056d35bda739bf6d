import { specifiedScalarTypes } from "graphql";
import { keyNames, staticNames, type Table } from "../cassandra/index.ts";
import { fieldNameOf } from "../pothos/columns.ts";
import { camelCase, capital, isName, pascalCase } from "../pothos/names.ts";
import { isOrder } from "../pothos/refs.ts";
import { scalars } from "../pothos/scalars.ts";

/** The names in GraphQL of tables, by the tables' names in the database. */
export type Api = Readonly<Record<string, ApiNames>>;

/** The names in GraphQL of a table. */
export interface ApiNames {
  /** The type of a row. Default: the name of the table in PascalCase. It is not made singular. */
  readonly type?: string;
  /**
   * The field that reads a row. Default: the type in camelCase, with `Row` at its end if that would be the name of the
   * partition field.
   */
  readonly row?: string;
  /** The field that reads a partition. Default: the name of the table in camelCase. */
  readonly partition?: string;
}

/** A table with the names that its generated part of a schema has. */
export interface NamedTable {
  readonly table: Table;
  readonly type: string;
  /** The field that reads a row. Undefined for an order: its rows are those of its source. */
  readonly row: string | undefined;
  /** The field that reads a partition. Undefined without a clustering key: each partition has one row. */
  readonly partition: string | undefined;
  /** The field that reads a partition by indexes. Undefined where `partition` is. */
  readonly where: string | undefined;
  /** The field that reads the static columns of a partition. Undefined without any. */
  readonly statics: string | undefined;
  /** The type of `statics`. */
  readonly staticsType: string;
  /** The field that reads several rows. Undefined unless the primary key is one column. */
  readonly byKey: string | undefined;
  /** The argument of `byKey`. */
  readonly keys: string;
}

const properties: readonly (keyof ApiNames)[] = ["type", "row", "partition"];

/**
 * Returns tables with their names. Nothing is inflected: a singular has to be given.
 *
 * @throws TypeError if a name is not valid in GraphQL, if two tables have the same one, or if `api` has what is not known
 */
export function nameTables(tables: readonly Table[], api: Api = {}): readonly NamedTable[] {
  checkApi(tables, api);
  const named = tables.map((table) => nameTable(table, ownProperty(api, table.name)));
  checkTableNames(named, "type", ({ table, type, statics, staticsType }) =>
    isOrder(table) ? [] : [type, ...(statics === undefined ? [] : [staticsType])],
  );
  checkTableNames(named, "field", ({ row, partition, where, statics, byKey }) =>
    [row, partition, where, statics, byKey].filter((field) => field !== undefined),
  );
  return named;
}

function nameTable(table: Table, given: ApiNames): NamedTable {
  const { type = pascalCase(table.name) } = given;
  const { partition: plural = camelCase(pascalCase(table.name)) } = given;
  const key = fieldNameOf(table, table.partition[0]!);
  const hasPartition = table.clustering.length > 0;
  const single = camelCase(type);
  const { row = hasPartition && single === plural ? `${single}Row` : single } = given;
  checkValidNames(table, { type, row, partition: plural });
  if (RESERVED.has(type)) {
    throw badName(table, `the type "${type}", which schemas have for something else`);
  }
  return {
    table,
    type,
    row: isOrder(table) ? undefined : row,
    partition: hasPartition ? plural : undefined,
    where: hasPartition ? `${plural}Where` : undefined,
    statics: staticNames(table).length > 0 ? `${row}Partition` : undefined,
    staticsType: `${type}Partition`,
    byKey: keyNames(table).length === 1 ? `${plural}By${capital(key)}` : undefined,
    keys: `${key}s`,
  };
}

/** The names of types that do not come from tables. */
const RESERVED: ReadonlySet<string> = new Set([
  "Query",
  "Mutation",
  "Subscription",
  "PageInfo",
  "RowOrder",
  ...specifiedScalarTypes.map(({ name }) => name),
  ...Object.keys(scalars),
]);

function checkValidNames(table: Table, names: Required<ApiNames>): void {
  for (const property of properties) {
    const name = names[property];
    if (typeof name === "string" && isName(name)) continue;
    throw badName(table, `the ${property} ${JSON.stringify(name)}, which is no name in GraphQL`);
  }
}

function badName({ name }: Table, what: string): TypeError {
  return new TypeError(
    `Table "${name}" would have ${what}: give it another one by export const api = { ${JSON.stringify(name)}: { type: "…", row: "…", partition: "…" } }.`,
  );
}

function checkApi(tables: readonly Table[], api: Api): void {
  for (const [name, names] of Object.entries(api)) {
    if (!tables.some((table) => table.name === name)) {
      const found = tables.map((table) => table.name).join(", ");
      throw new TypeError(`api names the table "${name}", but the tables are ${found}.`);
    }
    const stray = Object.keys(names).find((each) => !(properties as string[]).includes(each));
    if (stray === undefined) continue;
    throw new TypeError(
      `api has "${stray}" for the table "${name}", but can only have ${properties.join(", ")}.`,
    );
  }
}

/** @throws TypeError if two tables have the same name */
function checkTableNames(
  tables: readonly NamedTable[],
  what: string,
  namesOf: (table: NamedTable) => readonly string[],
): void {
  const owners = new Map<string, Table>();
  for (const named of tables) {
    for (const name of namesOf(named)) {
      const other = owners.get(name);
      if (other) throw badName(named.table, `the ${what} "${name}" of table "${other.name}"`);
      owners.set(name, named.table);
    }
  }
}

function ownProperty(api: Api, name: string): ApiNames {
  return Object.hasOwn(api, name) ? api[name]! : {};
}
