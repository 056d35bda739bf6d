import { identifier } from "./identifier.ts";
import { indexTarget, type IndexTarget } from "./indexes.ts";
import { columnLookup, lookupNamed } from "./key.ts";
import { own } from "./own.ts";
import { type Fragment, join, type RawRow, withParam } from "./statement.ts";
import { badStatement, columnOf, keyNames } from "./table-columns.ts";
import type { NoneOf } from "./table-keys.ts";
import type { DataName, ValueOf } from "./table-rows.ts";
import type { Table } from "./table.ts";

/** The names of the columns outside the key that have an index. */
export type IndexedName<T extends Table> = Extract<T["indexes"][number]["column"], DataName<T>>;

/**
 * Restrictions by indexes, within a partition: a value that a column has, or what a collection contains. A collection
 * that is not frozen takes what its index is of: `{ contains }` for its values, `{ containsKey }` for the keys of a map,
 * `{ entry: [key, value] }` for its entries. All of them must hold.
 *
 * A text column whose index ignores case, accents or spelling is found in the same way. Vectors have no equality.
 */
export type Where<T extends Table> = {
  readonly [Name in IndexedName<T>]?: Indexed<
    ValueOf<T, Name>,
    Extract<T["indexes"][number], { readonly column: Name }>["of"],
    T["columns"][Name]["isMulticell"]
  >;
} & NoneOf<Exclude<DataName<T>, IndexedName<T>>, "it has no index">;

type Indexed<Value, Of extends IndexTarget | undefined, M extends boolean> =
  | (undefined extends Of ? (M extends true ? Containing<Value> : Value) : never)
  | ("values" extends Of ? Containing<Value> : never)
  | ("keys" extends Of ? ContainingKey<Value> : never)
  | ("entries" extends Of ? ContainingEntry<Value> : never);

type Containing<Value> =
  Value extends ReadonlyMap<unknown, infer Each>
    ? { readonly contains: Each }
    : Value extends ReadonlySet<infer Each> | readonly (infer Each)[]
      ? { readonly contains: Each }
      : never;

type ContainingKey<Value> =
  Value extends ReadonlyMap<infer Key, unknown> ? { readonly containsKey: Key } : never;

type ContainingEntry<Value> =
  Value extends ReadonlyMap<infer Key, infer Each>
    ? { readonly entry: readonly [key: Key, value: Each] }
    : never;

/**
 * Returns the restrictions of a read by indexes, in the order of the table, so that each set of columns has one CQL text.
 *
 * @throws CassandraError `BAD_STATEMENT` if there is none, or one without a fitting index; InvalidValue if a value is
 * invalid for its column
 */
export function whereIndexed(table: Table, where: RawRow): Fragment {
  const given = Object.keys(where).filter((name) => where[name] !== undefined);
  for (const name of given) columnOf(table, name);
  if (given.length === 0)
    throw badStatement(table, "is read by an index, but where names no column");
  const names = Object.keys(table.columns).filter((name) => own(where, name) !== undefined);
  return join(
    names.flatMap((name) => restrictionsOf(table, name, where[name])),
    " AND ",
  );
}

function restrictionsOf(table: Table, name: string, value: unknown): readonly Fragment[] {
  if (keyNames(table).includes(name)) {
    throw badStatement(table, `has "${name}" in its key: give it there instead of in where`);
  }
  const indexes = table.indexes.filter(({ column }) => column === name);
  if (indexes.length === 0) {
    throw badStatement(table, `has no index of "${name}", which where names`);
  }
  if (value === null) {
    throw badStatement(table, `cannot be read by a null of "${name}": indexes have no nulls`);
  }
  const { type } = columnOf(table, name);
  if (type.kind === "vector") {
    throw badStatement(table, `has the vector "${name}", which where cannot compare`);
  }
  const targets = indexes.map((index) => indexTarget(table, index));
  if (!targets.includes(undefined)) return contents(table, { name, targets, value });
  const param = columnLookup(table, name)(value);
  return [withParam(`${identifier(name)} = ?`, { type, param })];
}

interface Contents {
  readonly name: string;
  /** What the indexes of the column are of. */
  readonly targets: readonly (IndexTarget | undefined)[];
  readonly value: unknown;
}

/** A comparison with what a collection contains: the index that it needs, its CQL, and the parts of its type. */
interface ContentForm {
  readonly target: IndexTarget;
  readonly cql: (column: string) => string;
  readonly parts: readonly string[];
}

const contentForms: Readonly<Record<string, ContentForm>> = {
  contains: {
    target: "values",
    cql: (column) => `${column} CONTAINS ?`,
    parts: ["element", "value"],
  },
  containsKey: { target: "keys", cql: (column) => `${column} CONTAINS KEY ?`, parts: ["key"] },
  entry: { target: "entries", cql: (column) => `${column}[?] = ?`, parts: ["key", "value"] },
};

/** Returns the restrictions of a collection that is not frozen. */
function contents(table: Table, { name, targets, value }: Contents): readonly Fragment[] {
  const fitting = Object.entries(contentForms).filter(([, { target }]) => targets.includes(target));
  const given =
    value instanceof Object
      ? Object.entries(value).flatMap(([form, content]) => (content === undefined ? [] : form))
      : [];
  const stray = given.find((form) => !fitting.some(([fit]) => fit === form));
  if (given.length === 0 || stray !== undefined) {
    const needed = fitting.map(([form]) => `{ ${form}: … }`).join(" or ");
    const came = stray === undefined ? "a value" : `{ ${stray}: … }`;
    throw badStatement(table, `takes ${needed} of "${name}" by its index, but got ${came}`);
  }
  return fitting.flatMap(([form, { cql, parts: names }]) => {
    const content = own(value as RawRow, form);
    if (content === undefined) return [];
    const { parts = [] } = columnOf(table, name).type;
    const types = parts.filter((part) => names.includes(part.name)).map(({ type }) => type);
    const values = form === "entry" ? pairOf(table, name, content) : [content];
    const params = types.map((type, at) => lookupNamed(`${table.name}.${name}`, type)(values[at]));
    return { cql: cql(identifier(name)), params, types };
  });
}

function pairOf(table: Table, name: string, entry: unknown): readonly unknown[] {
  if (Array.isArray(entry) && entry.length === 2) return entry;
  throw badStatement(table, `takes an entry of "${name}" as [key, value], but got something else`);
}
