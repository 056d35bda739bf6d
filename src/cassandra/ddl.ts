import { isStatic } from "./column.ts";
import { identifier } from "./identifier.ts";
import { targetCql } from "./index-shape.ts";
import { indexName, type SaiIndex } from "./indexes.ts";
import { allColumns, columnOf, primaryKeyText } from "./table-columns.ts";
import { storageProperties, type StorageProperty } from "./table-options.ts";
import type { Table } from "./table.ts";
import type { UserField, UserType } from "./user-types.ts";

/**
 * The replication of a keyspace: a number of copies (SimpleStrategy, one data centre), or a number per data centre
 * (NetworkTopologyStrategy).
 *
 * @example { datacenter1: 3 }
 */
export type Replication = number | Readonly<Record<string, number>>;

/** Returns the CQL that creates a keyspace if it does not exist. */
export function createKeyspace(keyspace: string, replication: Replication): string {
  const options =
    typeof replication === "number"
      ? { class: "SimpleStrategy", replication_factor: replication }
      : { class: "NetworkTopologyStrategy", ...replication };
  return `CREATE KEYSPACE IF NOT EXISTS ${identifier(keyspace)} WITH replication = ${mapLiteral(options)}`;
}

/** Returns the CQL that removes a keyspace and all its data. */
export function dropKeyspace(keyspace: string): string {
  return `DROP KEYSPACE IF EXISTS ${identifier(keyspace)}`;
}

/** Returns the CQL that creates a user-defined type if it does not exist. */
export function createType({ name, fields }: UserType): string {
  return `CREATE TYPE IF NOT EXISTS ${identifier(name)} (${fields.map(fieldText).join(", ")})`;
}

/** Returns the CQL that adds a field to an existing type, after its other fields. */
export function addField({ name }: UserType, field: UserField): string {
  return `ALTER TYPE ${identifier(name)} ADD ${fieldText(field)}`;
}

function fieldText({ name, type }: UserField): string {
  return `${identifier(name)} ${type}`;
}

/** Returns the CQL that creates a table if it does not exist. */
export function createTable(table: Table): string {
  const columns = Object.keys(allColumns(table)).map((name) => `  ${columnText(table, name)},\n`);
  return `CREATE TABLE IF NOT EXISTS ${identifier(table.name)} (
${columns.join("")}  PRIMARY KEY ${primaryKeyText(table)}
)${tableProperties(table)}`;
}

/** Returns the CQL that adds a column to an existing table. Cassandra has IF NOT EXISTS for this only since 4.1. */
export function addColumn(table: Table, name: string): string {
  return `ALTER TABLE ${identifier(table.name)} ADD ${columnText(table, name)}`;
}

function columnText(table: Table, name: string): string {
  const column = columnOf(table, name);
  return `${identifier(name)} ${column.type.cql}${isStatic(column) ? " static" : ""}`;
}

function tableProperties(table: Table): string {
  const columns = table.clustering.map(({ name, order }) => `${identifier(name)} ${order}`);
  const each = [
    ...(columns.length > 0 ? [`CLUSTERING ORDER BY (${columns.join(", ")})`] : []),
    ...storageProperties(table).map(propertyText),
  ];
  return each.length > 0 ? ` WITH ${each.join(" AND ")}` : "";
}

/** Returns the CQL that sets an option of an existing table. */
export function setProperty(table: Table, property: StorageProperty): string {
  return `ALTER TABLE ${identifier(table.name)} WITH ${propertyText(property)}`;
}

/** Returns the CQL that creates an index of a table if there is none of its name. */
export function createIndex(table: Table, index: SaiIndex): string {
  const target = `${identifier(table.name)} (${targetCql(table, index)})`;
  const options =
    Object.keys(index.options).length === 0 ? "" : ` WITH OPTIONS = ${mapLiteral(index.options)}`;

  return `CREATE CUSTOM INDEX IF NOT EXISTS ${identifier(indexName(table, index))} ON ${target} USING 'StorageAttachedIndex'${options}`;
}

function propertyText({ name, value }: StorageProperty): string {
  return `${name} = ${valueCql(value)}`;
}

/** Returns the value of an option in CQL. */
export function valueCql(value: StorageProperty["value"]): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? stringLiteral(value) : mapLiteral(value);
}

/** Returns a text in CQL. */
export function stringLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function mapLiteral(entries: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(entries).map(
    ([key, value]) => `${stringLiteral(key)}: ${stringLiteral(String(value))}`,
  );
  return `{${pairs.join(", ")}}`;
}
