import { createIndex } from "./ddl.ts";
import type { Drift } from "./drift.ts";
import {
  type IndexShape,
  isSameIndex,
  isSameTarget,
  type LiveIndex,
  liveShape,
  modelShape,
  shapeText,
} from "./index-shape.ts";
import { indexName } from "./indexes.ts";
import type { Table } from "./table.ts";

/** The names of the indexes that can be queried, by the address of each node. */
export type QueryableIndexes = ReadonlyMap<string, ReadonlySet<string>>;

/** An index that is still being built. */
export interface BuildingIndex {
  readonly index: string;
  /** The table of the index. */
  readonly on: string;
  /** The addresses of the nodes that cannot use it yet. */
  readonly nodes: readonly string[];
}

interface KnownIndex {
  readonly name: string;
  readonly shape: IndexShape;
}

/**
 * Compares the indexes of tables with those of a keyspace. An equal index under another name is the same index.
 *
 * @param queryable undefined if it is not known: then no index counts as being built
 */
export function driftOfIndexes(
  tables: readonly Table[],
  live: readonly LiveIndex[],
  queryable: QueryableIndexes | undefined,
): Pick<Drift, "missing" | "conflicts" | "building"> {
  const found = live.map((each) => ({ name: each.name, shape: liveShape(each) }));
  const known: KnownIndex[] = [...found];
  const each = tables.flatMap((table) =>
    table.indexes.map((index) => {
      const needed = { name: indexName(table, index), shape: modelShape(table, index) };
      const same = known.find(({ shape }) => isSameIndex(shape, needed.shape));
      if (same) return { building: found.includes(same) ? buildingOf(same, queryable) : [] };
      const other = obstacle(known, needed);
      if (other) return { conflict: conflictText(other, needed) };
      // For another model of the same table.
      known.push(needed);
      return {
        missing: { index: needed.name, on: table.name, cql: createIndex(table, index) },
      };
    }),
  );
  return {
    missing: each.flatMap(({ missing }) => missing ?? []),
    conflicts: each.flatMap(({ conflict }) => conflict ?? []),
    building: each.flatMap(({ building }) => building ?? []),
  };
}

/** Returns an index that keeps another one from being created: one with its name, or with its target. */
function obstacle(known: readonly KnownIndex[], needed: KnownIndex): KnownIndex | undefined {
  return (
    known.find(({ name }) => name === needed.name) ??
    known.find(({ shape }) => isSameTarget(shape, needed.shape))
  );
}

function conflictText({ name, shape }: KnownIndex, needed: KnownIndex): string {
  return `index ${name} is ${shapeText(shape)}, the model has ${shapeText(needed.shape)}`;
}

function buildingOf(
  { name, shape }: KnownIndex,
  queryable: QueryableIndexes = new Map(),
): readonly BuildingIndex[] {
  const nodes = [...queryable].flatMap(([node, names]) => (names.has(name) ? [] : node));
  return nodes.length === 0 ? [] : [{ index: name, on: shape.table, nodes }];
}
