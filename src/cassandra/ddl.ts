import { isStatic } from "./column.ts";
import { identifier } from "./identifier.ts";
import { allColumns, columnOf } from "./table-columns.ts";
import { type Compaction, type Table } from "./table.ts";
import type { UserField, UserType } from "./user-types.ts";

/**
 * How a keyspace's rows are replicated: a number of copies (SimpleStrategy, one data centre),
 * or a number a data centre (NetworkTopologyStrategy).
 *
 * @example { datacenter1: 3 }
 */
export type Replication = number | Readonly<Record<string, number>>;

/** The CQL that creates a keyspace unless it is there. */
export function createKeyspace(keyspace: string, replication: Replication): string {
  const options =
    typeof replication === "number"
      ? { class: "SimpleStrategy", replication_factor: replication }
      : { class: "NetworkTopologyStrategy", ...replication };
  return `CREATE KEYSPACE IF NOT EXISTS ${identifier(keyspace)} WITH replication = ${map(options)}`;
}

/** The CQL that removes a keyspace with all that is in it. */
export function dropKeyspace(keyspace: string): string {
  return `DROP KEYSPACE IF EXISTS ${identifier(keyspace)}`;
}

/** The CQL that creates a user-defined type unless it is there. */
export function createType({ name, fields }: UserType): string {
  return `CREATE TYPE IF NOT EXISTS ${identifier(name)} (${fields.map(fieldText).join(", ")})`;
}

/** The CQL that adds a field to an existing type, after those that it has. */
export function addField({ name }: UserType, field: UserField): string {
  return `ALTER TYPE ${identifier(name)} ADD ${fieldText(field)}`;
}

function fieldText({ name, type }: UserField): string {
  return `${identifier(name)} ${type}`;
}

/** The CQL that creates a table unless it is there. */
export function createTable(table: Table): string {
  const columns = Object.keys(allColumns(table)).map((name) => `  ${columnText(table, name)},\n`);
  return `CREATE TABLE IF NOT EXISTS ${identifier(table.name)} (
${columns.join("")}  PRIMARY KEY ${primaryKey(table)}
)${properties(table)}`;
}

/** The CQL that adds one of a table's columns to an existing table. IF NOT EXISTS it has from Cassandra 4.1 on only. */
export function addColumn(table: Table, name: string): string {
  return `ALTER TABLE ${identifier(table.name)} ADD ${columnText(table, name)}`;
}

function columnText(table: Table, name: string): string {
  const column = columnOf(table, name);
  return `${identifier(name)} ${column.type.cql}${isStatic(column) ? " static" : ""}`;
}

function primaryKey({ partition, clustering }: Table): string {
  const partitionKey = `(${partition.map(identifier).join(", ")})`;
  return `(${[partitionKey, ...clustering.map(({ name }) => identifier(name))].join(", ")})`;
}

function properties({ clustering, compaction }: Table): string {
  const columns = clustering.map(({ name, order }) => `${identifier(name)} ${order}`);
  const each = [
    ...(columns.length > 0 ? [`CLUSTERING ORDER BY (${columns.join(", ")})`] : []),
    ...(compaction ? [`compaction = ${map({ class: strategies[compaction] })}`] : []),
  ];
  return each.length > 0 ? ` WITH ${each.join(" AND ")}` : "";
}

const strategies: Readonly<Record<Compaction, string>> = { leveled: "LeveledCompactionStrategy" };

function map(entries: Readonly<Record<string, string | number>>): string {
  const text = (value: string | number) => `'${String(value).replaceAll("'", "''")}'`;
  const pairs = Object.entries(entries).map(([key, value]) => `${text(key)}: ${text(value)}`);
  return `{${pairs.join(", ")}}`;
}
