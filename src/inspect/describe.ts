import type { LiveKeyspace } from "../cassandra/session/live-keyspace.ts";
import type { KeyspaceDescription, TableDescription, TypeDescription } from "./description.ts";
import { namesOfTables } from "./names.ts";
import { describeTable } from "./tables.ts";
import { describeTypes } from "./types.ts";

/**
 * Describes a live keyspace as table definitions.
 *
 * @param only the names of the tables and views to describe; default: all. Names do not depend on it.
 */
export function describeKeyspace(
  live: LiveKeyspace,
  only: readonly string[] = [...live.tables.keys()],
): KeyspaceDescription {
  const types = describeTypes(live.types);
  const named = [...live.tables].map(([name, columns]) => ({
    name,
    hasRows: [...columns.values()].some(({ kind }) => kind === "clustering"),
  }));
  const names = namesOfTables(named, types.constants);
  const tables: TableDescription[] = [];
  const notes: string[] = [];
  for (const name of only.toSorted()) {
    const found = describeTable(name, { live, types, names: names.get(name)! });
    if (typeof found === "string") notes.push(`Table ${name} is left out: ${found}`);
    else tables.push(found);
  }
  const used = usedTypes(tables, types.types);
  const isWhole = only.length === live.tables.size;
  return {
    keyspace: live.name,
    types: used,
    tables,
    notes: [
      ...notes,
      ...(isWhole ? unusedTypes(live, used) : []),
      ...(isWhole ? live.others.toSorted().map((each) => `No definition has the ${each}.`) : []),
    ],
  };
}

/** Returns the types that tables have, also as parts of others. */
function usedTypes(
  tables: readonly TableDescription[],
  types: readonly TypeDescription[],
): readonly TypeDescription[] {
  const used = new Set(tables.flatMap(({ columns }) => columns.flatMap(({ type }) => type.types)));
  // Each type comes after its parts.
  for (const type of types.toReversed()) {
    if (!used.has(type.name)) continue;
    for (const part of type.fields.flatMap((field) => field.type.types)) used.add(part);
  }
  return types.filter(({ name }) => used.has(name));
}

function unusedTypes(live: LiveKeyspace, used: readonly TypeDescription[]): readonly string[] {
  return [...live.types.keys()]
    .filter((name) => !used.some((type) => type.name === name))
    .toSorted()
    .map((name) => `No definition here has the type "${name}".`);
}
