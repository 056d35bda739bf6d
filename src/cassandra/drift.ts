import { isStatic } from "./column.ts";
import { canonicalType } from "./cql-type.ts";
import { addColumn, addField, createTable, createType } from "./ddl.ts";
import { type BuildingIndex, driftOfIndexes, type QueryableIndexes } from "./drift-indexes.ts";
import {
  type LiveTableOptions,
  type OptionDifference,
  optionDifferences,
} from "./drift-options.ts";
import type { LiveIndex } from "./index-shape.ts";
import { allColumns, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";
import { fieldsText, fieldType, hasSameFields, type UserType, userTypesOf } from "./user-types.ts";

/** A column of the database. */
export interface LiveColumn {
  readonly name: string;
  /** Its CQL type, e.g. `frozen<list<text>>`. */
  readonly type: string;
  readonly kind: "partition_key" | "clustering" | "static" | "regular";
  /** Its position in the partition key or the clustering key, or -1 outside the key. */
  readonly position: number;
  readonly order: "asc" | "desc" | "none";
}

/** The tables of a keyspace by name, as columns by name. */
export type LiveTables = ReadonlyMap<string, ReadonlyMap<string, LiveColumn>>;

/** The user-defined types of a keyspace by name, with their fields' types as the database spells them. */
export type LiveTypes = ReadonlyMap<string, UserType>;

/** The differences between a database and the models. */
export interface Drift {
  /**
   * What is missing in the database, with the CQL that adds it. Types come before the tables that use them, and indexes
   * last.
   */
  readonly missing: readonly Addition[];
  /** What differs in the database, one sentence each. No statement resolves these; an operator must decide. */
  readonly conflicts: readonly string[];
  /** The options that the database has differently. Statements work all the same. */
  readonly differences: readonly OptionDifference[];
  /** The indexes that exist but are still being built on some nodes. Until then, reads by them fail. */
  readonly building: readonly BuildingIndex[];
  /** The names of tables without a model. */
  readonly others: readonly string[];
}

/** A table, a column, a user-defined type, a field of a type, or an index, to be added to a database. */
export type Addition = TableAddition | TypeAddition | IndexAddition;

export interface TableAddition {
  readonly table: string;
  /** Absent if the whole table is missing. */
  readonly column?: string;
  readonly type?: never;
  readonly field?: never;
  readonly index?: never;
  readonly on?: never;
  readonly cql: string;
}

export interface TypeAddition {
  readonly type: string;
  /** Absent if the whole type is missing. */
  readonly field?: string;
  readonly table?: never;
  readonly column?: never;
  readonly index?: never;
  readonly on?: never;
  readonly cql: string;
}

export interface IndexAddition {
  readonly index: string;
  /** The table of the index. */
  readonly on: string;
  readonly table?: never;
  readonly column?: never;
  readonly type?: never;
  readonly field?: never;
  readonly cql: string;
}

/** What a keyspace has besides tables. */
export interface LiveMore {
  /** Default: none. */
  readonly types?: LiveTypes;
  /** The options of tables, by table name. Default: none. */
  readonly options?: ReadonlyMap<string, LiveTableOptions>;
  /** Default: none. */
  readonly indexes?: readonly LiveIndex[];
  /** Undefined if it is not known. */
  readonly queryable?: QueryableIndexes | undefined;
}

/**
 * Compares models with the tables, types and indexes of a keyspace. Additional tables, columns and indexes of the
 * database are no conflict, nor are options that the models do not set.
 *
 * @throws CassandraError `BAD_TABLE` if two models have different types of the same name
 */
export function drift(
  tables: readonly Table[],
  live: LiveTables,
  { types = new Map(), options = new Map(), indexes = [], queryable }: LiveMore = {},
): Drift {
  const found = driftOfIndexes(tables, indexes, queryable);
  const each = [
    ...userTypesOf(tables).map((type) => driftOfType(type, types)),
    ...driftOfTables(tables, live),
    found,
  ];
  return {
    missing: each.flatMap(({ missing }) => missing),
    conflicts: [
      ...each.flatMap(({ conflicts }) => conflicts),
      ...tables.flatMap((table) => ttlConflict(table, options.get(table.name))),
    ],
    differences: tables.flatMap((table) => optionDifferences(table, options.get(table.name))),
    building: found.building,
    others: [...live.keys()].filter((name) => !tables.some((table) => table.name === name)),
  };
}

/** What is missing or differs. */
type Mismatch = Pick<Drift, "missing" | "conflicts">;

/**
 * Compares a type. Values contain their fields in order, without names, so two types may differ only by fields at the
 * end.
 */
function driftOfType(type: UserType, live: LiveTypes): Mismatch {
  const { name, fields } = type;
  const known = live.get(name);
  if (!known) return { missing: [{ type: name, cql: createType(type) }], conflicts: [] };
  const found = {
    name,
    fields: known.fields.map((field) => ({ name: field.name, type: fieldType(field.type) })),
  };
  const shared = Math.min(fields.length, found.fields.length);
  const beginning = (of: UserType) => ({ name, fields: of.fields.slice(0, shared) });
  if (!hasSameFields(beginning(type), beginning(found))) {
    const difference = `type ${name} has the fields ${fieldsText(found)}, the model has ${fieldsText(type)}`;
    return { missing: [], conflicts: [difference] };
  }
  const absent = fields.slice(shared);
  return {
    missing: absent.map((field) => ({
      type: name,
      field: field.name,
      cql: addField(type, field),
    })),
    conflicts: [],
  };
}

/**
 * Compares tables. If a table has several models, each is compared with the table after the additions of the previous
 * ones.
 */
function driftOfTables(tables: readonly Table[], live: LiveTables): readonly Mismatch[] {
  const known = new Map(live);
  return tables.map((table) => {
    const found = driftOfTable(table, known);
    const names = Object.keys(allColumns(table));
    const added = names.map((name) => [name, modelColumn(table, name)] as const);
    known.set(table.name, new Map([...added, ...(known.get(table.name) ?? [])]));
    return found;
  });
}

function driftOfTable(table: Table, live: LiveTables): Mismatch {
  const found = live.get(table.name);
  if (!found) return { missing: [{ table: table.name, cql: createTable(table) }], conflicts: [] };
  const names = Object.keys(allColumns(table));
  const absent = names.filter((name) => !found.has(name));
  const addable = absent.filter((name) => modelColumn(table, name).position === -1);
  const stray = [...found.values()].filter(
    ({ name, kind }) => !names.includes(name) && kind !== "regular" && kind !== "static",
  );
  return {
    missing: addable.map((column) => ({
      table: table.name,
      column,
      cql: addColumn(table, column),
    })),
    conflicts: [
      ...absent
        .filter((name) => !addable.includes(name))
        .map((name) => `${table.name}.${name} is missing, but a key cannot be changed`),
      ...stray.map(
        ({ name, kind }) => `${table.name}.${name} is a ${kind} column, the model has none`,
      ),
      ...names.flatMap((name) =>
        columnConflict(table.name, { needed: modelColumn(table, name), found: found.get(name) }),
      ),
    ],
  };
}

/** Cassandra applies a default TTL to lightweight transactions too, but their rows must not expire. */
function ttlConflict(
  { name, lwt }: Table,
  options: LiveTableOptions | undefined,
): readonly string[] {
  const ttl = Number(options?.["default_time_to_live"] ?? 0);
  if (!lwt || ttl === 0) return [];
  return [
    `${name} has a default_time_to_live of ${ttl} s, by which its rows would expire: set it to 0`,
  ];
}

function columnConflict(
  table: string,
  { needed, found }: { readonly needed: LiveColumn; readonly found: LiveColumn | undefined },
): readonly string[] {
  if (!found || liveColumnText(found) === liveColumnText(needed)) return [];
  return [
    `${table}.${needed.name} is ${liveColumnText(found)}, the model has ${liveColumnText(needed)}`,
  ];
}

function liveColumnText({ type: spelled, kind, position, order }: LiveColumn): string {
  const type = canonicalType(spelled);
  if (kind === "regular" || kind === "static") return kind === "static" ? `static ${type}` : type;
  const direction = order === "none" ? "" : ` ${order}`;
  return `${type} (${kind} ${position}${direction})`;
}

/** Returns a model's column as the database would describe it. */
function modelColumn(table: Table, name: string): LiveColumn {
  const column = columnOf(table, name);
  const type = column.type.cql;
  const partition = table.partition.indexOf(name);
  const clustering = table.clustering.findIndex((column) => column.name === name);
  if (partition !== -1) {
    return { name, type, kind: "partition_key", position: partition, order: "none" };
  }
  if (clustering === -1) {
    const kind = isStatic(column) ? "static" : "regular";
    return { name, type, kind, position: -1, order: "none" };
  }
  const order = table.clustering[clustering]?.order === "DESC" ? "desc" : "asc";
  return { name, type, kind: "clustering", position: clustering, order };
}
