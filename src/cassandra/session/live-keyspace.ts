import { stringLiteral } from "../ddl.ts";
import type { RawRow } from "../statement.ts";
import { introspect, type LiveSchema, readSystem } from "./introspect.ts";
import type { Session } from "./session.ts";

/** All that a live keyspace contains, including what no table definition has. */
export interface LiveKeyspace extends LiveSchema {
  readonly name: string;
  /** Its materialized views by name. `tables` and `options` have their columns and options. */
  readonly views: ReadonlyMap<string, LiveView>;
  readonly masks: readonly LiveMask[];
  readonly dropped: readonly DroppedColumn[];
  /** Its functions, aggregates and triggers, e.g. `function twice(int)`. */
  readonly others: readonly string[];
}

/** A materialized view. */
export interface LiveView {
  readonly base: string;
  /** Which rows of the base table it has, in CQL. */
  readonly where: string;
}

/** A column that roles without UNMASK see masked. */
export interface LiveMask {
  readonly table: string;
  readonly column: string;
  /** The function that masks it, e.g. `mask_inner(1, null)`. */
  readonly function: string;
}

/** A column that a table no longer has. Its name can only come back with a compatible type. */
export interface DroppedColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** Reads all that a live keyspace contains, from system tables only. Returns undefined if there is no such keyspace. */
export async function readLiveKeyspace(
  session: Session,
  name: string,
): Promise<LiveKeyspace | undefined> {
  const where = `WHERE keyspace_name = ${stringLiteral(name)}`;
  const all = (table: string) =>
    readSystem(session, `SELECT * FROM system_schema.${table} ${where}`);
  if ((await all("keyspaces")).length === 0) return undefined;
  const [schema, views, masks, dropped, functions, aggregates, triggers] = await Promise.all([
    introspect(session, name),
    all("views"),
    hasMasks(session).then((has) => (has ? all("column_masks") : [])),
    all("dropped_columns"),
    all("functions"),
    all("aggregates"),
    all("triggers"),
  ]);
  const options = views.map((row) => [row["view_name"] as string, row] as const);
  return {
    ...schema,
    name,
    options: new Map([...schema.options, ...options]),
    views: new Map(
      views.map((row) => [
        row["view_name"] as string,
        { base: row["base_table_name"] as string, where: row["where_clause"] as string },
      ]),
    ),
    masks: masks.map(liveMask),
    dropped: dropped.map((row) => ({
      table: row["table_name"] as string,
      column: row["column_name"] as string,
      type: row["type"] as string,
    })),
    others: [
      ...functions.map((row) => `function ${signature(row, "function_name")}`),
      ...aggregates.map((row) => `aggregate ${signature(row, "aggregate_name")}`),
      ...triggers.map(
        (row) => `trigger ${textIn(row, "trigger_name")} of ${textIn(row, "table_name")}`,
      ),
    ],
  };
}

/** Returns the names of the keyspaces of a database, without those of Cassandra itself. */
export async function keyspaceNames(session: Session): Promise<readonly string[]> {
  const rows = await readSystem(session, "SELECT keyspace_name FROM system_schema.keyspaces");
  return rows
    .map((row) => row["keyspace_name"] as string)
    .filter((name) => !/^(system|system_\w+|datastax_\w+|data_endpoint_auth)$/.test(name))
    .toSorted();
}

/** Returns whether the database can mask columns: Cassandra before 5.0 cannot. */
async function hasMasks(session: Session): Promise<boolean> {
  const rows = await readSystem(
    session,
    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'system_schema' AND table_name = 'column_masks'",
  );
  return rows.length > 0;
}

function liveMask(row: RawRow): LiveMask {
  const values = (row["function_argument_values"] ?? []) as readonly string[];
  const nulls = (row["function_argument_nulls"] ?? []) as readonly boolean[];
  const given = values.map((value, at) => (nulls[at] ? "null" : value));
  return {
    table: row["table_name"] as string,
    column: row["column_name"] as string,
    function: `${textIn(row, "function_name")}(${given.join(", ")})`,
  };
}

function signature(row: RawRow, name: string): string {
  return `${textIn(row, name)}(${(row["argument_types"] as readonly string[]).join(", ")})`;
}

function textIn(row: RawRow, column: string): string {
  return row[column] as string;
}
