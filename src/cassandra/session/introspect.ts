import type { DefaultTtls, LiveColumn, LiveTables } from "../drift.ts";
import type { Session } from "./session.ts";
import { type RawRow, text } from "../statement.ts";

/** Reads from the database itself which tables a keyspace has. */
export async function introspect(session: Session, keyspace: string): Promise<LiveTables> {
  const rows = await read(
    session,
    `SELECT table_name, column_name, type, kind, position, clustering_order FROM system_schema.columns WHERE keyspace_name = ${literal(keyspace)}`,
  );
  const tables = Map.groupBy(rows, (row) => row["table_name"] as string);
  return new Map(
    [...tables].map(([name, columns]) => [
      name,
      new Map(columns.map((row) => [row["column_name"] as string, liveColumn(row)])),
    ]),
  );
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

/** Reads after how many seconds the rows of a keyspace's tables expire by themselves, by table; 0: never. */
export async function defaultTtls(session: Session, keyspace: string): Promise<DefaultTtls> {
  const rows = await read(
    session,
    `SELECT table_name, default_time_to_live FROM system_schema.tables WHERE keyspace_name = ${literal(keyspace)}`,
  );
  return new Map(
    rows.map((row) => [row["table_name"] as string, Number(row["default_time_to_live"])]),
  );
}

/**
 * Reads the version of the schema on which all nodes agree, as the node that answers sees it; undefined: they do not,
 * as right after a change, or while a node is down.
 */
export async function agreedVersion(session: Session): Promise<string | undefined> {
  const [own, peers] = await Promise.all([
    read(session, "SELECT schema_version FROM system.local"),
    read(session, "SELECT schema_version FROM system.peers"),
  ]);
  const versions = [...own, ...peers].map((row) => row["schema_version"]);
  // A node that joins has none yet.
  const distinct = new Set(versions.filter((version) => version !== null).map(String));
  return distinct.size === 1 ? [...distinct][0] : undefined;
}

function read(session: Session, cql: string): Promise<readonly RawRow[]> {
  return session.run({ ...text(cql), kind: "system", decode: (rows) => rows });
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
