import type { Session } from "./session.ts";

/** A column as the database has it. */
export interface LiveColumn {
  readonly name: string;
  /** Its CQL type, e.g. `frozen<list<text>>`. */
  readonly type: string;
  readonly kind: "partition_key" | "clustering" | "static" | "regular";
  /** Its place in the partition key or the clustering key; -1 outside the key. */
  readonly position: number;
  readonly order: "asc" | "desc" | "none";
}

/** The tables of a keyspace by name, each with its columns by name. */
export type LiveTables = ReadonlyMap<string, ReadonlyMap<string, LiveColumn>>;

/** Reads from the database itself which tables a keyspace has. */
export async function introspect(session: Session, keyspace: string): Promise<LiveTables> {
  const rows = await session.cql(
    "SELECT table_name, column_name, type, kind, position, clustering_order FROM system_schema.columns WHERE keyspace_name = ?",
    [keyspace],
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
