import { columnLookup, columnMatch } from "./key.ts";
import { own } from "./own.ts";
import type { RawRow } from "./statement.ts";
import { clusteringNames, columnOf } from "./table-columns.ts";
import type { Table } from "./table.ts";
import { identityOf } from "./type.ts";

/** Which columns a text of a key has, and how their values are checked. */
export interface KeyTextOptions {
  readonly columns: readonly string[];
  /**
   * `lookup` for values that a caller names: rejects what no row of the model can have. `match` for values of a stored
   * row, which another program may have written. Default: `lookup`.
   */
  readonly rule?: "lookup" | "match";
}

/** Returns an exact text of key columns of a row. Different values have different texts. */
export function keyText(
  table: Table,
  row: RawRow,
  { columns, rule = "lookup" }: KeyTextOptions,
): string {
  const toStored = rule === "lookup" ? columnLookup : columnMatch;
  const texts = columns.map((name) =>
    columnOf(table, name).type.toText(toStored(table, name)(row[name])),
  );
  return JSON.stringify(texts);
}

/**
 * Returns a text of a row's primary key that is equal if and only if Cassandra takes two keys for the same row: if the
 * bytes of the partition keys are equal, and the clustering keys compare as equal.
 */
export function rowIdentity(table: Table, row: RawRow): string {
  const partition = keyText(table, row, { columns: table.partition });
  return `${partition}${clusteringIdentity(table, row)}`;
}

/** Returns a text of a row's clustering key: see {@link rowIdentity}. */
export function clusteringIdentity(table: Table, row: RawRow): string {
  const texts = clusteringNames(table).map((name) =>
    identityOf(columnOf(table, name).type, columnLookup(table, name)(own(row, name))),
  );
  return JSON.stringify(texts);
}

/** Parses a {@link keyText} with the same options. Returns undefined for any other text. */
export function keyOfText(table: Table, text: string, options: KeyTextOptions): RawRow | undefined {
  const { columns } = options;
  try {
    const texts: unknown = JSON.parse(text);
    const values = columns.map((name, at) =>
      columnOf(table, name).type.fromText((texts as readonly string[])[at] ?? ""),
    );
    const key = Object.fromEntries(columns.map((name, at) => [name, values[at]]));
    // Comparing the texts checks all values at once.
    return keyText(table, key, options) === text ? key : undefined;
  } catch {
    return undefined;
  }
}
