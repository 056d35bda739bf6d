import { stringLiteral } from "../ddl.ts";
import type { LiveColumn, LiveTables, LiveTypes } from "../drift.ts";
import type { LiveTableOptions } from "../drift-options.ts";
import type { LiveIndex } from "../index-shape.ts";
import type { Session } from "./session.ts";
import { type RawRow, cqlText } from "../statement.ts";
import type { UserType } from "../user-types.ts";

/** What a live keyspace contains. */
export interface LiveSchema {
  readonly tables: LiveTables;
  readonly types: LiveTypes;
  readonly options: ReadonlyMap<string, LiveTableOptions>;
  readonly indexes: readonly LiveIndex[];
}

/** Reads a live keyspace's tables with their options, user-defined types and indexes. */
export async function introspect(session: Session, keyspace: string): Promise<LiveSchema> {
  const where = `WHERE keyspace_name = ${stringLiteral(keyspace)}`;
  const [columns, types, options, indexes] = await Promise.all([
    readSystem(
      session,
      `SELECT table_name, column_name, type, kind, position, clustering_order FROM system_schema.columns ${where}`,
    ),
    readSystem(
      session,
      `SELECT type_name, field_names, field_types FROM system_schema.types ${where}`,
    ),
    // Cassandra before 4.0 does not have all columns of the options.
    readSystem(session, `SELECT * FROM system_schema.tables ${where}`),
    readSystem(
      session,
      `SELECT table_name, index_name, options FROM system_schema.indexes ${where}`,
    ),
  ]);
  const tables = Map.groupBy(columns, (row) => row["table_name"] as string);
  return {
    tables: new Map(
      [...tables].map(([name, rows]) => [
        name,
        new Map(rows.map((row) => [row["column_name"] as string, liveColumn(row)])),
      ]),
    ),
    types: new Map(types.map((row) => [row["type_name"] as string, liveType(row)])),
    options: new Map(options.map((row) => [row["table_name"] as string, row])),
    indexes: indexes.map((row) => ({
      name: row["index_name"] as string,
      table: row["table_name"] as string,
      options: (row["options"] ?? {}) as LiveIndex["options"],
    })),
  };
}

function liveType(row: RawRow): UserType {
  const types = row["field_types"] as readonly string[];
  const fields = (row["field_names"] as readonly string[]).map((name, at) => ({
    name,
    type: types[at]!,
  }));
  return { name: row["type_name"] as string, fields };
}

function liveColumn(row: Readonly<Record<string, unknown>>): LiveColumn {
  return {
    name: row["column_name"] as string,
    type: row["type"] as string,
    kind: row["kind"] as LiveColumn["kind"],
    position: row["position"] as number,
    order: row["clustering_order"] as LiveColumn["order"],
  };
}

/** Reads the ids of a keyspace's tables, by name. A table that is dropped and created again gets another id. */
export async function tableIds(
  session: Session,
  keyspace: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await readSystem(
    session,
    `SELECT table_name, id FROM system_schema.tables WHERE keyspace_name = ${stringLiteral(keyspace)}`,
  );
  return new Map(rows.map((row) => [row["table_name"] as string, String(row["id"])]));
}

/**
 * Reads the schema version that all nodes agree on, as the answering node sees it. Returns undefined if they do not
 * agree, for example right after a change or while a node is down.
 */
export async function agreedVersion(session: Pick<Session, "run">): Promise<string | undefined> {
  const [own, peers] = await Promise.all([
    readSystem(session, "SELECT schema_version FROM system.local"),
    readSystem(session, "SELECT schema_version FROM system.peers"),
  ]);
  const versions = [...own, ...peers].map((row) => row["schema_version"]);
  // A node that is joining has no version yet.
  const distinct = new Set(versions.filter((version) => version !== null).map(String));
  return distinct.size === 1 ? [...distinct][0] : undefined;
}

/**
 * Reads the `read_repair` option of a table or materialised view: `BLOCKING` or `NONE`. Returns undefined if there is
 * no such table, or if Cassandra is older than 4.0, where read repair always blocks.
 */
export async function readRepairIn(
  session: Pick<Session, "run">,
  { keyspace, table }: { readonly keyspace: string; readonly table: string },
): Promise<string | undefined> {
  const inKeyspace = `WHERE keyspace_name = ${stringLiteral(keyspace)}`;
  const [row] = [
    ...(await readSystem(
      session,
      `SELECT * FROM system_schema.tables ${inKeyspace} AND table_name = ${stringLiteral(table)}`,
    )),
    ...(await readSystem(
      session,
      `SELECT * FROM system_schema.views ${inKeyspace} AND view_name = ${stringLiteral(table)}`,
    )),
  ];
  return row?.["read_repair"] as string | undefined;
}

/** Reads rows of a system table. */
export function readSystem(session: Pick<Session, "run">, cql: string): Promise<readonly RawRow[]> {
  return session.run({ ...cqlText(cql), kind: "system", decode: (rows) => rows });
}
