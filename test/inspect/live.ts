import type { LiveColumn } from "../../src/cassandra/drift.ts";
import type { LiveKeyspace } from "../../src/cassandra/index.ts";

/** A table: its columns as `name type`, and after the type, if it applies, `pk`, `asc`, `desc` or `static`. */
export type LiveTableText = readonly string[];

const kinds = {
  pk: "partition_key",
  asc: "clustering",
  desc: "clustering",
  static: "static",
} as const;

/** Returns a live keyspace of tables, as system tables would describe it. Names may contain blanks: `"a b" int pk`. */
export function liveKeyspace(
  tables: Readonly<Record<string, LiveTableText>>,
  more: Partial<LiveKeyspace> = {},
): LiveKeyspace {
  return {
    name: "shop",
    tables: new Map(Object.entries(tables).map(([name, columns]) => [name, liveTable(columns)])),
    types: new Map(),
    options: new Map(),
    indexes: [],
    views: new Map(),
    masks: [],
    dropped: [],
    others: [],
    ...more,
  };
}

function liveTable(texts: readonly string[]): ReadonlyMap<string, LiveColumn> {
  const positions = { partition_key: 0, clustering: 0 };
  return new Map(
    texts.map((text) => {
      const [, quoted, bare, type = "", word] =
        /^(?:"(.*)"|(\S+)) (.*?)(?: (pk|asc|desc|static))?$/s.exec(text)!;
      const name = quoted ?? bare ?? "";
      const kind = word === undefined ? "regular" : kinds[word as keyof typeof kinds];
      const position = kind === "regular" || kind === "static" ? -1 : positions[kind]++;
      const order = word === "asc" || word === "desc" ? word : "none";
      return [name, { name, type, kind, position, order }];
    }),
  );
}
