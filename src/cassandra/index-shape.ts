import { identifier } from "./identifier.ts";
import { indexTarget, type SaiIndex } from "./indexes.ts";
import type { Table } from "./table.ts";

/** An index of the database. */
export interface LiveIndex {
  readonly name: string;
  readonly table: string;
  /** Its options as `system_schema.indexes` has them, among them `class_name` and `target`. */
  readonly options: Readonly<Record<string, string>>;
}

/** What an index is, without its name. Equal indexes have equal texts, however their CQL was spelled. */
export interface IndexShape {
  readonly table: string;
  /** What it contains in CQL: `quality`, `VALUES(tags)`, `FULL(tags)`. */
  readonly target: string;
  /** `StorageAttachedIndex`, another class, or `secondary index` without a class. */
  readonly class: string;
  /** Its other options that differ from their defaults, as `name: value`, sorted. */
  readonly options: string;
}

const SAI_CLASS = "StorageAttachedIndex";

/** Returns the shape of a table's index. */
export function modelShape(table: Table, index: SaiIndex): IndexShape {
  return {
    table: table.name,
    target: targetCql(table, index),
    class: SAI_CLASS,
    options: optionsText(index.options),
  };
}

/**
 * Returns the shape of an index of the database. The database keeps the class and the options as they were typed, and
 * the target in quotes if its column needs them, e.g. `values("Größe")`.
 */
export function liveShape({ table, options }: LiveIndex): IndexShape {
  const { class_name: name, target = "", ...others } = options;
  return {
    table,
    target: target.replace(/^\w+(?=\()/, (word) => word.toUpperCase()),
    class: name === undefined ? "secondary index" : className(name),
    options: optionsText(others),
  };
}

/** Returns whether two indexes are the same, apart from their names. */
export function isSameIndex(one: IndexShape, other: IndexShape): boolean {
  return isSameTarget(one, other) && one.options === other.options;
}

/** Returns whether two indexes cannot both exist: Cassandra allows one index per class and target. */
export function isSameTarget(one: IndexShape, other: IndexShape): boolean {
  return one.table === other.table && one.target === other.target && one.class === other.class;
}

/** Describes an index for messages. */
export function shapeText({ table, target, class: name, options }: IndexShape): string {
  return `a ${name} on ${table} (${target})${options && ` with ${options}`}`;
}

/** Returns what an index contains, in CQL. */
export function targetCql(table: Table, index: SaiIndex): string {
  const name = identifier(index.column);
  const target = indexTarget(table, index);
  if (target !== undefined) return `${target.toUpperCase()}(${name})`;
  const { kind } = table.columns[index.column]!.type;
  return ["list", "set", "map"].includes(kind) ? `FULL(${name})` : name;
}

function className(name: string): string {
  const simple = name.split(".").at(-1)!;
  return simple.toLowerCase() === "sai" ? SAI_CLASS : simple;
}

const defaultIndexOptions: Readonly<Record<string, string>> = {
  case_sensitive: "true",
  normalize: "false",
  ascii: "false",
  similarity_function: "cosine",
};

function optionsText(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([name, value]) => [name, value.toLowerCase()] as const)
    .filter(([name, value]) => value !== defaultIndexOptions[name])
    .map(([name, value]) => `${name}: ${value}`)
    .toSorted()
    .join(", ");
}
