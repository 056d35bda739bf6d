import "@pothos/plugin-relay";
import { type ObjectRef, PothosSchemaError, type SchemaTypes } from "@pothos/core";
import { dataNames, keyNames, type Order, orderedNames, type Table } from "../cassandra/index.ts";
import type { Connection } from "./connection.ts";
import type { Builder } from "./builder-options.ts";

/** An object of a table's rows in one builder, and what the types that tell of it are called. */
export interface TableObject {
  readonly builder: Builder;
  readonly table: Table;
  readonly ref: ObjectRef<SchemaTypes, unknown>;
  /** The object's name. */
  readonly name: string;
  /** The name of a row's field in answers. */
  readonly rowField: string;
  /** The name of several rows. */
  readonly plural: string;
  /** The names of the types that tell of one column, where they are not those of object and column. */
  readonly names: Readonly<Record<string, string | undefined>>;
  /** The columns that have no field. */
  readonly hidden: ReadonlySet<string>;
  /** Whether it has fields beside its columns: they may need hidden ones. */
  readonly hasOthers: boolean;
}

interface TableRefs {
  readonly objects: readonly TableObject[];
  connection?: ObjectRef<SchemaTypes, Connection>;
}

const refs = new WeakMap<Builder, Map<Table, TableRefs>>();

/** Remembers an object that a builder has for a table's rows. */
export function addTableObject(object: TableObject): void {
  const { builder, table } = object;
  const tables = refs.get(builder) ?? new Map<Table, TableRefs>();
  const { objects = [] } = tables.get(table) ?? {};
  refs.set(builder, tables.set(table, { objects: [...objects, object] }));
}

/** The one object of a table's rows. @throws PothosSchemaError unless `tableObject` was called once */
export function tableObjectOf(builder: Builder, table: Table): TableObject {
  const [object, other] = refsOf(builder, table).objects;
  if (!other) return object!;
  throw new PothosSchemaError(
    `Table "${table.name}" has the GraphQL objects "${object!.name}" and "${other.name}": generated fields need one that has no other beside it.`,
  );
}

/** The columns outside the key that an object shows. */
export function shownColumns({ table, hidden }: TableObject): readonly string[] {
  return dataNames(table).filter((name) => !hidden.has(name));
}

/** The columns outside the key that fields of an object may need. */
export function neededColumns(object: TableObject): readonly string[] {
  return object.hasOthers ? dataNames(object.table) : shownColumns(object);
}

const shownOf = new WeakMap<TableObject, readonly string[]>();

/** The columns of a table's rows that a schema shows or sorts by; undefined: nobody can say. */
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

/** The table whose rows the pages of a table have: of an order, its source. */
export function rowsOf(table: Table): Table {
  return isOrder(table) ? table.source : table;
}

/** Whether a table is that of an order. */
export function isOrder(table: Table): table is Order {
  return "source" in table;
}

/** The table whose rows an object shows; undefined: it shows none's. */
export function tableOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  object: string,
): Table | undefined {
  const tables = refs.get(builder as unknown as Builder) ?? new Map<Table, TableRefs>();
  return [...tables].find(([, { objects }]) => objects.some(({ name }) => name === object))?.[0];
}

/** The connection of a table's rows, defined when it is first asked for. */
export function connectionRef<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
): ObjectRef<Types, Connection> {
  // What is remembered for a builder is of that builder's types; the map's key cannot say so.
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
  const edge = { name: `${row}Edge`, description: "A row and the cursor of its place." };
  const description = "A page of rows in clustering order.";
  // The relay plugin's own shape is wider: rows that are promises, edges that may be null.
  return builder.connectionObject(
    { type: ref, name, description } as never,
    edge as never,
  ) as never;
}
