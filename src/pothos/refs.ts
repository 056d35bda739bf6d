import "@pothos/plugin-relay";
import { type ObjectRef, PothosSchemaError, type SchemaTypes } from "@pothos/core";
import type { Table } from "../cassandra/index.ts";
import type { Connection } from "./connection.ts";
import type { Builder } from "./options.ts";

type RowRef = ObjectRef<SchemaTypes, unknown>;

/** The GraphQL types of a table in one builder. */
interface TableRefs {
  readonly rows: readonly RowRef[];
  connection?: ObjectRef<SchemaTypes, Connection>;
}

const refs = new WeakMap<Builder, Map<Table, TableRefs>>();

/** Remembers an object that a builder has for a table's rows. */
export function addRowRef(builder: Builder, table: Table, row: RowRef): void {
  const tables = refs.get(builder) ?? new Map<Table, TableRefs>();
  const { rows = [] } = tables.get(table) ?? {};
  refs.set(builder, tables.set(table, { rows: [...rows, row] }));
}

/** The one object of a table's rows. @throws PothosSchemaError unless `tableObject` was called once */
export function rowRef(builder: Builder, table: Table): RowRef {
  const [row, other] = refsOf(builder, table).rows;
  if (!other) return row!;
  throw new PothosSchemaError(
    `Table "${table.name}" has the GraphQL objects "${row!.name}" and "${other.name}": t.row, t.partition and connectionRef need one that has no other beside it.`,
  );
}

/** The table whose rows an object shows; undefined: it shows none's. */
export function tableOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  object: string,
): Table | undefined {
  const tables = refs.get(builder as unknown as Builder) ?? new Map<Table, TableRefs>();
  return [...tables].find(([, { rows }]) => rows.some(({ name }) => name === object))?.[0];
}

/** The connection of a table's rows, defined when it is first asked for. */
export function connectionRef<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
): ObjectRef<Types, Connection> {
  // What is remembered for a builder is of that builder's types; the map's key cannot say so.
  const own = builder as unknown as Builder;
  const found = refsOf(own, table);
  found.connection ??= defineConnection(own, rowRef(own, table));
  return found.connection as never;
}

function refsOf(builder: Builder, table: Table): TableRefs {
  const found = refs.get(builder)?.get(table);
  if (found) return found;
  throw new PothosSchemaError(
    `Table "${table.name}" has no GraphQL object: call builder.tableObject with it.`,
  );
}

function defineConnection(builder: Builder, row: RowRef) {
  const name = `${row.name}Connection`;
  const edge = { name: `${row.name}Edge`, description: "A row and the cursor of its place." };
  const description = "A page of rows in clustering order.";
  // The relay plugin's own shape is wider: rows that are promises, edges that may be null.
  return builder.connectionObject(
    { type: row, name, description } as never,
    edge as never,
  ) as never;
}
