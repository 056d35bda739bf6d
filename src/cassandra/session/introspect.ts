import type { DefaultTtls, LiveColumn, LiveTables, LiveTypes } from "../drift.ts";
import type { Session } from "./session.ts";
import { type RawRow, text } from "../statement.ts";
import type { UserType } from "../user-types.ts";

/** What a keyspace has. */
export interface LiveSchema {
  readonly tables: LiveTables;
  readonly types: LiveTypes;
  readonly ttls: DefaultTtls;
}

/** Reads from the database itself which tables and user-defined types a keyspace has, and when rows expire. */
export async function introspect(session: Session, keyspace: string): Promise<LiveSchema> {
  const where = `WHERE keyspace_name = ${literal(keyspace)}`;
  const [columns, types, options] = await Promise.all([
    read(
      session,
      `SELECT table_name, column_name, type, kind, position, clustering_order FROM system_schema.columns ${where}`,
    ),
    read(session, `SELECT type_name, field_names, field_types FROM system_schema.types ${where}`),
    read(session, `SELECT table_name, default_time_to_live FROM system_schema.tables ${where}`),
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
    ttls: new Map(
      options.map((row) => [row["table_name"] as string, Number(row["default_time_to_live"])]),
    ),
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

/**
 * Reads the ids of a keyspace's tables by name. A table that is dropped and created again has another id.
 */
export async function tableIds(
  session: Session,
  keyspace: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await read(
    session,
    `SELECT table_name, id FROM system_schema.tables WHERE keyspace_name = ${literal(keyspace)}`,
  );
  return new Map(rows.map((row) => [row["table_name"] as string, String(row["id"])]));
}

/**
 * Reads the version of the schema on which all nodes agree, as the node that answers sees it; undefined: they do not,
 * as right after a change, or while a node is down.
 */
export async function agreedVersion(session: Pick<Session, "run">): Promise<string | undefined> {
  const [own, peers] = await Promise.all([
    read(session, "SELECT schema_version FROM system.local"),
    read(session, "SELECT schema_version FROM system.peers"),
  ]);
  const versions = [...own, ...peers].map((row) => row["schema_version"]);
  // A node that joins has none yet.
  const distinct = new Set(versions.filter((version) => version !== null).map(String));
  return distinct.size === 1 ? [...distinct][0] : undefined;
}

/**
 * Reads how Cassandra repairs replicas of which a read of a table, or of a materialised view, finds that they differ:
 * `BLOCKING` or `NONE`. Undefined: there is no such table, or a Cassandra before 4.0, where it was always blocking.
 */
export async function readRepairIn(
  session: Pick<Session, "run">,
  keyspace: string,
  table: string,
): Promise<string | undefined> {
  const inKeyspace = `WHERE keyspace_name = ${literal(keyspace)}`;
  const [row] = [
    ...(await read(
      session,
      `SELECT * FROM system_schema.tables ${inKeyspace} AND table_name = ${literal(table)}`,
    )),
    ...(await read(
      session,
      `SELECT * FROM system_schema.views ${inKeyspace} AND view_name = ${literal(table)}`,
    )),
  ];
  return row?.["read_repair"] as string | undefined;
}

function read(session: Pick<Session, "run">, cql: string): Promise<readonly RawRow[]> {
  return session.run({ ...text(cql), kind: "system", decode: (rows) => rows });
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
