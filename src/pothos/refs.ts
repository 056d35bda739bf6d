import "@pothos/plugin-relay";
import { type ObjectRef, PothosSchemaError, type SchemaTypes } from "@pothos/core";
import { dataNames, keyNames, type Order, orderedNames, type Table } from "../cassandra/index.ts";
import type { RowConnection } from "./connection.ts";
import type { Builder } from "./builder-options.ts";
import type { Need, TableNeeds } from "./scopes.ts";

/** The GraphQL object of a table's rows in one builder, and the names of the types that belong to it. */
export interface TableObject {
  readonly builder: Builder;
  readonly table: Table;
  readonly ref: ObjectRef<SchemaTypes, unknown>;
  /** The object's name. */
  readonly name: string;
  /** The name of the field that holds a row in results. */
  readonly rowField: string;
  /** The plural of the object's name. */
  readonly plural: string;
  /** The prefixes for the types of one column. Default: the names of object and column. */
  readonly names: Readonly<Record<string, string | undefined>>;
  /** The columns that have no field. */
  readonly hidden: ReadonlySet<string>;
  /** Whether it has fields besides its columns. These may need hidden columns. */
  readonly hasOthers: boolean;
  /** What its generated fields need; undefined: nothing. */
  readonly scopes: TableNeeds | undefined;
  /** What single columns need by their option `scope`: see {@link columnNeedsOf}. */
  readonly columnNeeds: ReadonlyMap<string, Need>;
  /** The option `authScopes` of single columns. */
  readonly columnAuth: ReadonlyMap<string, unknown>;
}

interface TableRefs {
  readonly objects: readonly TableObject[];
  connection?: ObjectRef<SchemaTypes, RowConnection>;
}

const refs = new WeakMap<Builder, Map<Table, TableRefs>>();

/** Registers the GraphQL object of a table's rows. */
export function addTableObject(object: TableObject): void {
  const { builder, table } = object;
  const tables = refs.get(builder) ?? new Map<Table, TableRefs>();
  const { objects = [] } = tables.get(table) ?? {};
  refs.set(builder, tables.set(table, { objects: [...objects, object] }));
}

/** Returns the tables for which a builder has objects. */
export function tablesIn(builder: Builder): readonly Table[] {
  return [...(refs.get(builder)?.keys() ?? [])];
}

/** Returns the only object of a table's rows. @throws PothosSchemaError unless `tableObject` was called once */
export function tableObjectOf(builder: Builder, table: Table): TableObject {
  const [object, other] = refsOf(builder, table).objects;
  if (!other) return object!;
  throw new PothosSchemaError(
    `Table "${table.name}" has the GraphQL objects "${object!.name}" and "${other.name}": generated fields need a table with exactly one.`,
  );
}

/** Returns what generated fields of a table need; of an order that has no scopes itself, what its source needs. */
export function scopesOf(builder: Builder, table: Table): TableNeeds | undefined {
  const { objects = [] } = refs.get(builder)?.get(table) ?? {};
  const scopes = objects.find((object) => object.scopes)?.scopes;
  return scopes ?? (isOrder(table) ? scopesOf(builder, table.source) : undefined);
}

/**
 * Returns what single columns of an object need wherever they are shown or given. The columns of an order are those of its
 * source, which may be defined later: call it when fields are defined.
 */
export function columnNeedsOf({
  builder,
  table,
  columnNeeds,
}: TableObject): ReadonlyMap<string, Need> {
  if (!isOrder(table)) return columnNeeds;
  const { objects = [] } = refs.get(builder)?.get(table.source) ?? {};
  return new Map([...columnNeeds, ...objects.flatMap((object) => [...object.columnNeeds])]);
}

/**
 * Returns why clients may not compare a column with values of theirs, by which they could find out its value. Returns
 * undefined if they may: a `scope` is checked for arguments, too.
 */
export function whyNotCompared({ columnAuth }: TableObject, name: string): string | undefined {
  if (!columnAuth.has(name)) return undefined;
  return "has authScopes, which are not checked for arguments: let the column need a scope instead";
}

/** Returns the columns outside the key that an object shows. */
export function shownColumns({ table, hidden }: TableObject): readonly string[] {
  return dataNames(table).filter((name) => !hidden.has(name));
}

/** Returns the columns outside the key that an object's fields may need. */
export function neededColumns(object: TableObject): readonly string[] {
  return object.hasOthers ? dataNames(object.table) : shownColumns(object);
}

const shownOf = new WeakMap<TableObject, readonly string[]>();

/** Returns the columns of a table that a schema shows or sorts by; undefined unless the table has exactly one object. */
export function columnsShown<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
): readonly string[] | undefined {
  const [object, other] = refs.get(builder as unknown as Builder)?.get(table)?.objects ?? [];
  if (!object || other) return undefined;
  const found = shownOf.get(object);
  if (found) return found;
  const shown = [...keyNames(table), ...orderedNames(table), ...shownColumns(object)];
  shownOf.set(object, shown);
  return shown;
}

/** Returns the table whose rows the pages of a table contain: the source of an order, or the table itself. */
export function rowTableOf(table: Table): Table {
  return isOrder(table) ? table.source : table;
}

/** Returns whether a table is an order of another one. */
export function isOrder(table: Table): table is Order {
  return "source" in table;
}

/** Returns the table whose rows an object shows; undefined if it has none. */
export function tableOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  object: string,
): Table | undefined {
  const tables = refs.get(builder as unknown as Builder) ?? new Map<Table, TableRefs>();
  return [...tables].find(([, { objects }]) => objects.some(({ name }) => name === object))?.[0];
}

/** Returns the connection type of a table's rows. Defines it on first use. */
export function connectionRef<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
): ObjectRef<Types, RowConnection> {
  // The map holds values with the builder's own types, which the type of its keys cannot express.
  const own = builder as unknown as Builder;
  const found = refsOf(own, table);
  found.connection ??= defineConnection(tableObjectOf(own, table));
  return found.connection as never;
}

function refsOf(builder: Builder, table: Table): TableRefs {
  const found = refs.get(builder)?.get(table);
  if (found) return found;
  throw new PothosSchemaError(
    `Table "${table.name}" has no GraphQL object: call builder.tableObject with it.`,
  );
}

function defineConnection({ builder, name: row, ref }: TableObject) {
  const name = `${row}Connection`;
  const edge = { name: `${row}Edge`, description: "A row and its cursor." };
  const description = "A page of rows in clustering order.";
  // The relay plugin's own type is wider: it allows promises as rows, and nullable edges.
  return builder.connectionObject(
    { type: ref, name, description } as never,
    edge as never,
  ) as never;
}
