import type { Table } from "./table.ts";

/**
 * What an index of a map contains: its values, its keys, or its entries. An index of a list or set has the `values`,
 * which are its elements.
 */
export type IndexTarget = "values" | "keys" | "entries";

/** A storage-attached index (SAI) of one column. */
export interface SaiIndex<
  Name extends string = string,
  Of extends IndexTarget | undefined = IndexTarget | undefined,
> {
  readonly column: Name;
  /** Undefined means the whole value; for a collection that is not frozen, its values. */
  readonly of: Of;
  /** Its name in the keyspace. Undefined means the default name: see {@link sai}. */
  readonly name: string | undefined;
  /** Its options in CQL, without those that have their default. */
  readonly options: Readonly<Record<string, string>>;
}

/** Options of {@link sai}. */
export interface SaiOptions<Of extends IndexTarget | undefined = IndexTarget | undefined> {
  /** What of a collection that is not frozen is indexed. Default: `values`. */
  readonly of?: Of;
  /**
   * Its name, which no other index of the keyspace has: 1 to 200 letters, digits and underscores. Default:
   * `<table>_<column>_idx`, with `_keys` or `_entries` before `_idx`.
   */
  readonly name?: string;
  /** For texts: whether upper and lower case differ. Default: true. */
  readonly caseSensitive?: boolean;
  /** For texts: whether different Unicode spellings of a text are equal (NFC). Default: false. */
  readonly normalize?: boolean;
  /** For texts: whether accents are ignored: `é` equals `e`. Default: false. */
  readonly ascii?: boolean;
  /** For vectors: how two of them are compared. Default: that of Cassandra, `cosine`. */
  readonly similarity?: Similarity;
}

/** How vectors are compared. */
export type Similarity = "cosine" | "dot_product" | "euclidean";

/**
 * Returns a storage-attached index of a column, for the option `indexes` of `table`. Reads of a partition can then
 * restrict the column: see `where` of `select`.
 *
 * @example
 * table("reading", columns, { ...key, indexes: [sai("quality"), sai("tags", { of: "keys" })] });
 * // CREATE CUSTOM INDEX IF NOT EXISTS reading_quality_idx ON reading (quality) USING 'StorageAttachedIndex'
 * // CREATE CUSTOM INDEX IF NOT EXISTS reading_tags_keys_idx ON reading (KEYS(tags)) USING 'StorageAttachedIndex'
 */
export function sai<const Name extends string>(
  column: Name,
  options?: SaiOptions<undefined>,
): SaiIndex<Name, undefined>;
export function sai<const Name extends string, const Of extends IndexTarget>(
  column: Name,
  options: SaiOptions<Of>,
): SaiIndex<Name, Of>;
export function sai(column: string, options: SaiOptions = {}): SaiIndex {
  const { of, name, caseSensitive, normalize, ascii, similarity } = options;
  const given = {
    ...(caseSensitive === false && { case_sensitive: "false" }),
    ...(normalize && { normalize: "true" }),
    ...(ascii && { ascii: "true" }),
    ...(similarity !== undefined && { similarity_function: similarity }),
  };
  return Object.freeze({ column, of, name, options: given });
}

/** Returns the name of a table's index. */
export function indexName(table: Table, { column, of, name }: SaiIndex): string {
  if (name !== undefined) return name;
  const target = of === undefined || of === "values" ? "" : `_${of}`;
  return `${table.name}_${column}${target}_idx`;
}

/** Returns what an index contains: undefined means the whole value of its column. */
export function indexTarget(table: Table, { column, of }: SaiIndex): IndexTarget | undefined {
  return of ?? (table.columns[column]!.type.isMulticell ? "values" : undefined);
}
