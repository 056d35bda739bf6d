import { targetCql } from "./index-shape.ts";
import { type IndexTarget, indexName, type SaiIndex } from "./indexes.ts";
import { allColumns, badTable, hasCounters } from "./table-columns.ts";
import type { Table } from "./table.ts";
import type { ColumnType, Part } from "./type.ts";
import { withParts } from "./user-types.ts";

/** The names of indexes: Cassandra allows these characters (IndexMetadata.java), and uses the name in names of files. */
const INDEX_NAME = /^\w{1,200}$/;

/** @throws CassandraError `BAD_TABLE` if Cassandra cannot have one of a table's indexes */
export function checkIndexes(table: Table): void {
  const names: string[] = [];
  const targets: string[] = [];
  for (const index of table.indexes) {
    const why = whyNoIndex(table, index);
    if (why !== undefined) throw badTable(table, `its index of "${index.column}" ${why}`);
    names.push(indexName(table, index));
    targets.push(targetCql(table, index));
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw badTable(table, `it has two indexes "${twice}"`);
  const again = targets.find((target, at) => targets.indexOf(target) !== at);
  if (again !== undefined) {
    throw badTable(table, `it has two indexes of ${again}, but Cassandra can have one`);
  }
}

/** Returns why an index is impossible, or undefined if it is not. The text continues a sentence about the index. */
function whyNoIndex(table: Table, index: SaiIndex): string | undefined {
  if (hasCounters(table)) return "is impossible: Cassandra does not index tables of counters";
  const { column: name } = index;
  if (!Object.hasOwn(table.columns, name)) {
    const listed = Object.keys(table.columns).join(", ");
    return `names no column: the columns are ${listed}`;
  }
  if (!/^\w+$/.test(name)) {
    return "is impossible: Cassandra indexes only columns named by letters, digits and underscores";
  }
  const [only, ...others] = table.partition;
  if (name === only && others.length === 0)
    return "is needless: it is the only column of the partition key";
  const column = allColumns(table)[name]!;
  const why = whyNotIndexed(column.type, index);
  if (why !== undefined) return why;
  const found = indexName(table, index);
  if (INDEX_NAME.test(found)) return undefined;
  return `has the name "${found}", but a name has 1 to 200 letters, digits and underscores: give it one by sai("${name}", { name: … })`;
}

function whyNotIndexed(type: ColumnType, { of, options }: SaiIndex): string | undefined {
  const { kind, cql, isMulticell, parts = [] } = type;
  if (of !== undefined && !isMulticell) return `is of its ${of}, but ${cql} is indexed as a whole`;
  if ((of === "keys" || of === "entries") && kind !== "map") {
    return `is of its ${of}, but ${cql} has only values`;
  }
  if (kind === "udt" && isMulticell) return `is impossible: ${cql} must be frozen`;
  // A collection that is not frozen is indexed by its parts; everything else as one value.
  const indexed = isMulticell ? parts.filter(({ name }) => isIndexed(name, of)) : [{ type }];
  const stray = Object.keys(options).find((option) => !hasOption(indexed, option));
  if (stray !== undefined) return `has the option ${stray}, which ${cql} does not have`;
  if (kind === "vector") {
    if (parts[0]?.type.cql !== "float") return `is impossible: ${cql} is no vector of float`;
    const isOne = cql.endsWith(", 1>") && (options["similarity_function"] ?? "cosine") === "cosine";
    return isOne ? "is impossible: a vector of one value has no cosine" : undefined;
  }
  const no = indexed.find((part) => part.type.cql === "blob");
  if (no) return "is impossible: Cassandra does not index blobs";
  const hasDuration = withParts(type).some((part) => part.cql === "duration");
  return hasDuration ? "is impossible: Cassandra does not index durations" : undefined;
}

/** Whether Cassandra has an option for an index of these values: one for vectors, the others for single texts. */
function hasOption(indexed: readonly Pick<Part, "type">[], option: string): boolean {
  const [only, ...others] = indexed;
  if (!only || others.length > 0) return false;
  const { kind, cql } = only.type;
  return option === "similarity_function" ? kind === "vector" : cql === "text" || cql === "ascii";
}

/** Whether a part of a collection is in an index of it. */
function isIndexed(part: string, of: IndexTarget | undefined): boolean {
  if (of === "entries") return true;
  return of === "keys" ? part === "key" : part !== "key";
}
