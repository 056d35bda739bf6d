import { isStatic } from "./column.ts";
import { canonicalType } from "./cql-type.ts";
import { addColumn, addField, createTable, createType } from "./ddl.ts";
import { allColumns, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";
import { fieldsText, fieldType, hasSameFields, type UserType, userTypesOf } from "./user-types.ts";

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

/** After how many seconds the rows of tables expire by themselves, by table; 0: never. */
export type DefaultTtls = ReadonlyMap<string, number>;
/** The user-defined types of a keyspace by name, their fields' types as the database spells them. */
export type LiveTypes = ReadonlyMap<string, UserType>;

/** How a database differs from the models. */
export interface Drift {
  /** What the database lacks, and the CQL that adds it: types before the tables that use them. */
  readonly missing: readonly Addition[];
  /** What it has otherwise, a sentence each: nothing adds to that, somebody has to decide. */
  readonly conflicts: readonly string[];
  /** The tables that no model has, by name. They belong to somebody else. */
  readonly others: readonly string[];
}

/** A table or a column, or a user-defined type or a field of one, that is added to a database. */
export type Addition = TableAddition | TypeAddition;

export interface TableAddition {
  readonly table: string;
  /** Absent where the whole table is missing. */
  readonly column?: string;
  readonly type?: never;
  readonly field?: never;
  readonly cql: string;
}

export interface TypeAddition {
  readonly type: string;
  /** Absent where the whole type is missing. */
  readonly field?: string;
  readonly table?: never;
  readonly column?: never;
  readonly cql: string;
}

/** What a keyspace has beside tables and columns. */
export interface LiveMore {
  /** Default: none. */
  readonly types?: LiveTypes;
  /** Default: none. */
  readonly ttls?: DefaultTtls;
}

/**
 * Compares models with the tables and types of a keyspace. What the database has beside the models is no conflict.
 *
 * @throws CassandraError `BAD_TABLE` if two models have different types of one name
 */
export function drift(
  tables: readonly Table[],
  live: LiveTables,
  { types = new Map(), ttls = new Map() }: LiveMore = {},
): Drift {
  const each = [
    ...userTypesOf(tables).map((type) => driftOfType(type, types)),
    ...driftOfTables(tables, live),
  ];
  return {
    missing: each.flatMap(({ missing }) => missing),
    conflicts: [
      ...each.flatMap(({ conflicts }) => conflicts),
      ...tables.flatMap((table) => expiry(table, ttls.get(table.name) ?? 0)),
    ],
    others: [...live.keys()].filter((name) => !tables.some((table) => table.name === name)),
  };
}

/** A value has its fields in their order, without their names: so either type may only go on where the other ends. */
function driftOfType(type: UserType, live: LiveTypes): Omit<Drift, "others"> {
  const { name, fields } = type;
  const known = live.get(name);
  if (!known) return { missing: [{ type: name, cql: createType(type) }], conflicts: [] };
  const found = {
    name,
    fields: known.fields.map((field) => ({ name: field.name, type: fieldType(field.type) })),
  };
  const shared = Math.min(fields.length, found.fields.length);
  const begins = (of: UserType) => ({ name, fields: of.fields.slice(0, shared) });
  if (!hasSameFields(begins(type), begins(found))) {
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

/** A table can have several models: to each, the table is as those before it will have left it. */
function driftOfTables(
  tables: readonly Table[],
  live: LiveTables,
): readonly Omit<Drift, "others">[] {
  const known = new Map(live);
  return tables.map((table) => {
    const found = driftOf(table, known);
    const names = Object.keys(allColumns(table));
    const added = names.map((name) => [name, model(table, name)] as const);
    known.set(table.name, new Map([...added, ...(known.get(table.name) ?? [])]));
    return found;
  });
}

function driftOf(table: Table, live: LiveTables): Omit<Drift, "others"> {
  const found = live.get(table.name);
  if (!found) return { missing: [{ table: table.name, cql: createTable(table) }], conflicts: [] };
  const names = Object.keys(allColumns(table));
  const absent = names.filter((name) => !found.has(name));
  const addable = absent.filter((name) => model(table, name).position === -1);
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
        .map((name) => `${table.name}.${name} is missing, and a key cannot be changed`),
      ...stray.map(
        ({ name, kind }) => `${table.name}.${name} is a ${kind} column, the model has none`,
      ),
      ...names.flatMap((name) => conflict(table.name, model(table, name), found.get(name))),
    ],
  };
}

/** Cassandra applies a table's default TTL to lightweight transactions too, whose rows are to stay until removed. */
function expiry({ name, lwt }: Table, ttl: number): readonly string[] {
  if (!lwt || ttl === 0) return [];
  return [
    `${name} has a default_time_to_live of ${ttl} s, by which its rows would expire: set it to 0`,
  ];
}

function conflict(
  table: string,
  needed: LiveColumn,
  found: LiveColumn | undefined,
): readonly string[] {
  if (!found || describe(found) === describe(needed)) return [];
  return [`${table}.${needed.name} is ${describe(found)}, the model has ${describe(needed)}`];
}

function describe({ type: spelled, kind, position, order }: LiveColumn): string {
  const type = canonicalType(spelled);
  if (kind === "regular" || kind === "static") return kind === "static" ? `static ${type}` : type;
  const direction = order === "none" ? "" : ` ${order}`;
  return `${type} (${kind} ${position}${direction})`;
}

/** A model's column in the words of the database. */
function model(table: Table, name: string): LiveColumn {
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
