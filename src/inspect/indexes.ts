import { driftOfIndexes } from "../cassandra/drift-indexes.ts";
import { type LiveIndex, liveShape, shapeText } from "../cassandra/index-shape.ts";
import {
  indexName,
  type IndexTarget,
  sai,
  type SaiIndex,
  type SaiOptions,
  type Table,
} from "../cassandra/index.ts";
import type { IndexDescription } from "./description.ts";

/** An index of a live table: its description, or why a definition cannot have it. */
export type DescribedIndex =
  | { readonly index: IndexDescription; readonly missing?: never }
  | { readonly index?: never; readonly missing: string };

/**
 * Describes an index.
 *
 * @param tableWith returns the table with an index; throws if it cannot have it
 */
export function describeIndex(
  live: LiveIndex,
  tableWith: (index: SaiIndex) => Table,
): DescribedIndex {
  const name = `Index ${live.name} is ${shapeText(liveShape(live))}`;
  const { class_name: className, target = "", ...others } = live.options;
  if (className === undefined || !/(^|\.)(sai|storageattachedindex)$/i.test(className)) {
    return { missing: `${name}, which reads here do not use.` };
  }
  const { column, of } = liveTarget(target);
  const unnamed = { ...(of !== undefined && { of }), ...optionsOf(others) };
  try {
    const table = tableWith(saiOf(column, unnamed));
    const isNamed = indexName(table, table.indexes[0]!) !== live.name;
    const options = isNamed ? { ...unnamed, name: live.name } : unnamed;
    const { missing, conflicts } = driftOfIndexes(
      [tableWith(saiOf(column, options))],
      [live],
      undefined,
    );
    if (missing.length + conflicts.length === 0) return { index: { column, options } };
    return { missing: `${name}, which no definition can have.` };
  } catch (error) {
    return { missing: `${name}, which no definition can have: ${whyInvalidTable(error)}` };
  }
}

/** Returns why a table cannot be defined, without its name. */
export function whyInvalidTable(error: unknown): string {
  return (error as Error).message.replace(/^Table ".*?" is invalid: /, "");
}

/** Returns the index that a description stands for. */
export function saiOf(column: string, options: IndexDescription["options"]): SaiIndex {
  // The options are those of a live index, so they suit each other.
  return sai(column, options as SaiOptions<IndexTarget>);
}

interface LiveTarget {
  readonly column: string;
  readonly of: "values" | "keys" | "entries" | undefined;
}

/** Reads the target of an index as the database spells it: `lang`, `"Lang"`, `values(labels)`, `full(hops)`. */
function liveTarget(target: string): LiveTarget {
  const [, kind, inner] = /^(\w+)\((.*)\)$/.exec(target) ?? [];
  const name = inner ?? target;
  const column = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  // An index of a collection has its values unless it says otherwise; one of a frozen collection has all of it.
  return { column, of: kind === "keys" || kind === "entries" ? kind : undefined };
}

/** Returns the options of `sai` for those in CQL. An option that it does not have is no part of them. */
function optionsOf(live: Readonly<Record<string, string>>): IndexDescription["options"] {
  const is = (name: string, value: string) => live[name]?.toLowerCase() === value;
  const similarity = live["similarity_function"]?.toLowerCase();
  return {
    ...(is("case_sensitive", "false") && { caseSensitive: false }),
    ...(is("normalize", "true") && { normalize: true }),
    ...(is("ascii", "true") && { ascii: true }),
    ...(similarity !== undefined && similarity !== "cosine" && { similarity }),
  };
}
