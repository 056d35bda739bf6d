import type { Column, Element } from "./column.ts";
import { CassandraError } from "./error.ts";
import type { Unreadable } from "./unreadable.ts";

/** The columns of a table by name, in the order in which CQL and GraphQL list them. */
export type Columns = Readonly<Record<string, Column>>;

/** A clustering column and the direction in which its partition keeps the rows. */
export interface ClusteringColumn<Name extends string = string> {
  readonly name: Name;
  readonly order: "ASC" | "DESC";
}

/** A clustering column whose smallest value comes first. */
export function asc<const Name extends string>(name: Name): ClusteringColumn<Name> {
  return { name, order: "ASC" };
}

/** A clustering column whose largest value comes first. */
export function desc<const Name extends string>(name: Name): ClusteringColumn<Name> {
  return { name, order: "DESC" };
}

/**
 * How nodes put together what they have written to disk of a table. `leveled`: at once, so that a read finds a row in
 * one file, however often it was changed. Else some files gather first, and a read looks into each that has the row.
 */
export type Compaction = "leveled";

/** A table's one definition: CQL, rows, keys, GraphQL object and arguments are all read from it. */
export interface Table<
  C extends Columns = Columns,
  P extends readonly string[] = readonly string[],
  K extends readonly ClusteringColumn[] = readonly ClusteringColumn[],
  L extends boolean = boolean,
  H extends Columns = Columns,
> {
  readonly name: string;
  readonly columns: C;
  /** Columns for bookkeeping: no row, no insert and no GraphQL object has them. */
  readonly hidden: H;
  /** The partition key's columns: every statement names all of them. */
  readonly partition: P;
  /** The clustering key's columns, in order. */
  readonly clustering: K;
  /** Whether it takes lightweight transactions, and then nothing else: see {@link table}. */
  readonly lwt: L;
  /** Undefined: as the database does by itself. */
  readonly compaction: Compaction | undefined;
  /** After how many seconds ranges of deleted rows can be swept, of a table of plain writes: see {@link table}. */
  readonly sweepAfter: number | undefined;
  readonly description: string | undefined;
}

/**
 * Defines a table.
 *
 * `lwt: true` makes it a table of lightweight transactions: every insert, update and remove then needs a condition.
 * Without it none takes one. The two never meet on one table: a plain write carries the client's clock, a
 * lightweight transaction its Paxos ballot, and whichever number is larger silently wins.
 *
 * @example
 * const Message = table("message", {
 *   room: text(),
 *   at: timestamp(),
 *   body: text().required(),
 * }, { partition: ["room"], clustering: [desc("at")] });
 * @throws CassandraError `BAD_TABLE` if the key names no column, or one column twice, or a hidden column has the name
 * of another, or a column is of the partition where each partition is one row, or `sweepAfter` is not for such a table
 */
export function table<
  const C extends Columns,
  const P extends readonly [Names<C>, ...Names<C>[]],
  const K extends readonly ClusteringColumn<Names<C>>[] = readonly [],
  const L extends boolean = false,
  const H extends Columns = Record<never, never>,
>(
  name: string,
  columns: C,
  key: {
    readonly partition: P;
    readonly clustering?: K;
    readonly lwt?: L;
    /** Columns for bookkeeping: no row, no insert and no GraphQL object has them. Default: none. */
    readonly hidden?: H;
    /** For rows that are changed over and over: `leveled`. Default: as the database does by itself. */
    readonly compaction?: Compaction;
    /**
     * For a table of plain writes: ranges of deleted rows are swept when they are in the way of reads, as far as they
     * were written more than so many seconds ago. It says that whoever writes a row does so at the present time, by a
     * clock that differs from others by less than that: a row that is written with an older write time would be lost.
     * Default: it is not swept. Tables of lightweight transactions always are, since their ballots order all writes.
     */
    readonly sweepAfter?: L extends true ? never : number;
    /** Shown to the readers of the GraphQL schema. */
    readonly description?: string;
  },
): Table<C, P, K, L, H> {
  const { partition, clustering = [] as readonly never[], lwt = false } = key;
  const { hidden = {}, compaction, sweepAfter, description } = key;
  const defined = {
    name,
    columns,
    hidden,
    partition,
    clustering,
    lwt,
    compaction,
    sweepAfter,
    description,
  };
  checkKey(defined);
  checkHidden(defined);
  checkStatic(defined);
  checkSweep(defined);
  return Object.freeze(defined) as Table<C, P, K, L, H>;
}

/** The names of a table's key columns: partition key, then clustering key. */
export const keyNames = onceATable((table): readonly string[] => [
  ...table.partition,
  ...clusteringNames(table),
]);

/** The names of a table's clustering columns, in order. */
export const clusteringNames = onceATable((table): readonly string[] =>
  table.clustering.map(({ name }) => name),
);

/** Every column of a table by name, the hidden ones last. */
export const allColumns = onceATable(({ columns, hidden }): Columns =>
  Object.freeze({ ...columns, ...hidden }),
);

/** Each statement asks anew for what follows from its table alone. */
function onceATable<Found>(find: (table: Table) => Found): (table: Table) => Found {
  const found = new WeakMap<Table, Found>();
  return (table) => {
    if (!found.has(table)) found.set(table, find(table));
    return found.get(table)!;
  };
}

/** A column by its name, hidden or not. @throws CassandraError `BAD_STATEMENT` if the table has none of that name */
export function columnOf(table: Table, name: string): Column {
  const columns = allColumns(table);
  if (Object.hasOwn(columns, name)) return columns[name]!;
  throw new CassandraError("BAD_STATEMENT", `Table "${table.name}" has no column "${name}".`);
}

/** A table's primary key as CQL writes it, e.g. `((city), id)`. */
export function primaryKeyText(table: Table): string {
  return `(${[`(${table.partition.join(", ")})`, ...clusteringNames(table)].join(", ")})`;
}

function checkKey(table: Table): void {
  const names = keyNames(table);
  const unknown = names.find((name) => !Object.hasOwn(table.columns, name));
  if (unknown !== undefined) {
    throw badTable(table, `its key names "${unknown}", but its columns are ${listed(table)}`);
  }
  if (table.partition.length === 0) throw badTable(table, "its partition key is empty");
  if (new Set(names).size !== names.length) throw badTable(table, "its key names a column twice");
}

function checkStatic(table: Table): void {
  if (table.clustering.length > 0) return;
  const found = Object.entries(allColumns(table)).find(([, column]) => column.static);
  if (found)
    throw badTable(table, `"${found[0]}" is of the partition, and there is no clustering key`);
}

function checkHidden(table: Table): void {
  const twice = Object.keys(table.hidden).find((name) => Object.hasOwn(table.columns, name));
  if (twice !== undefined) throw badTable(table, `it has "${twice}" twice, once hidden`);
}

function checkSweep(table: Table): void {
  const { lwt, sweepAfter } = table;
  if (sweepAfter === undefined) return;
  if (lwt) throw badTable(table, "sweepAfter is for tables of plain writes, and it takes others");
  if (!(sweepAfter > 0 && Number.isFinite(sweepAfter))) {
    throw badTable(table, `sweepAfter must be a number of seconds above 0, but is ${sweepAfter}`);
  }
}

function badTable(table: Table, why: string): CassandraError {
  return new CassandraError("BAD_TABLE", `Table "${table.name}" cannot be: ${why}.`);
}

function listed(table: Table): string {
  return Object.keys(table.columns).join(", ");
}

// What the types of rows and keys are made of.

type Names<C extends Columns> = keyof C & string;
/** The names of a table's columns. */
export type ColumnName<T extends Table> = Names<T["columns"]>;
type ClusteringNames<T extends Table> = NamesOf<T["clustering"]>;
type NamesOf<K extends readonly ClusteringColumn[]> = {
  readonly [I in keyof K]: K[I]["name"];
};
/** The names of a table's key columns. */
export type KeyName<T extends Table> = T["partition"][number] | ClusteringNames<T>[number];
/** The names of the columns that are not in the key. */
export type DataName<T extends Table> = Exclude<ColumnName<T>, KeyName<T>>;

/** The names of the columns that no row has. */
export type HiddenName<T extends Table> = keyof T["hidden"] & string;

/**
 * Some columns of a row, hidden ones too, as the database holds them: nulls as nulls, and what cannot be represented as
 * an {@link Unreadable}.
 */
export type StoredRow<T extends Table> = {
  readonly [Name in ColumnName<T>]?: ValueOf<T, Name> | null | Unreadable;
} & { readonly [Name in HiddenName<T>]?: HiddenValue<T, Name> | null | Unreadable };

type HiddenValue<T extends Table, Name extends string> =
  T["hidden"][Name] extends Column<infer Value> ? Value : never;

/**
 * Values of hidden columns by their names, of a map one element; in a condition an element of null says that there is
 * none of its key.
 */
export type HiddenValues<T extends Table, Null = never> = {
  readonly [Name in HiddenName<T>]?: HiddenValue<T, Name> extends ReadonlyMap<infer K, infer V>
    ? Element<K, V | Null>
    : HiddenValue<T, Name>;
};

/** The JavaScript value of a table's column. */
export type ValueOf<T extends Table, Name extends string> =
  T["columns"][Name] extends Column<infer Value> ? Value : never;

type Nulls<T extends Table, Name extends string> =
  Name extends KeyName<T> ? never : T["columns"][Name]["nullable"] extends true ? null : never;

type LeftOut<T extends Table> = {
  [Name in ColumnName<T>]: T["columns"][Name]["optional"] extends true
    ? Name extends KeyName<T>
      ? T["columns"][Name]["nullable"] extends true
        ? never
        : Name
      : Name
    : never;
}[ColumnName<T>];

/** A row as it is read: `null` only where a column is neither key, nor required, nor has a default. */
export type Row<T extends Table> = Shown<{
  readonly [Name in ColumnName<T>]: ValueOf<T, Name> | Nulls<T, Name>;
}>;

/** What an insert takes: the key and the required columns; what has a default or may be null can be left out. */
export type Insert<T extends Table> = Shown<
  { readonly [Name in Exclude<ColumnName<T>, LeftOut<T>>]: ValueOf<T, Name> } & {
    readonly [Name in LeftOut<T>]?: ValueOf<T, Name> | Nulls<T, Name>;
  }
>;

/** What an update sets: any column outside the key, hidden ones too, of a hidden map an element; at least one. */
export type Changes<T extends Table> = {
  readonly [Name in DataName<T>]?: ValueOf<T, Name> | Nulls<T, Name>;
} & HiddenValues<T> &
  Without<KeyName<T>>;

/** The columns that name a partition. */
export type PartitionKey<T extends Table> = Shown<{
  readonly [Name in T["partition"][number]]: ValueOf<T, Name>;
}>;

/** The columns that name a row. */
export type PrimaryKey<T extends Table> = Shown<{
  readonly [Name in KeyName<T>]: ValueOf<T, Name>;
}>;

/** The columns that name a row within its partition. */
export type ClusteringKey<T extends Table> = Shown<{
  readonly [Name in ClusteringNames<T>[number]]: ValueOf<T, Name>;
}>;

/** The columns that name the place of a stored row in its partition. */
export type Place<T extends Table> = Shown<{
  readonly [Name in ClusteringNames<T>[number]]: ValueOf<T, Name> | Unreadable;
}>;

/** A lower bound, an upper bound, or both. */
export type Range<Value> =
  | (LowerBound<Value> & { readonly lt?: never; readonly lte?: never })
  | (UpperBound<Value> & { readonly gt?: never; readonly gte?: never })
  | (LowerBound<Value> & UpperBound<Value>);
type LowerBound<Value> =
  | { readonly gt: Value; readonly gte?: never }
  | { readonly gte: Value; readonly gt?: never };
type UpperBound<Value> =
  | { readonly lt: Value; readonly lte?: never }
  | { readonly lte: Value; readonly lt?: never };

/**
 * What a read may name: the whole partition key, then a prefix of the clustering key, then at most one range,
 * and no other column. So `{ city }`, `{ city, date: { gte: now } }` and `{ city, date, id }` are keys of
 * `((city), date, id)`; `{ id }`, `{ city, id }` and `{ city, date: { gte: now }, id }` do not compile.
 */
export type Key<T extends Table> = PartitionKey<T> &
  Without<DataName<T>> &
  ClusteringPrefix<T, ClusteringNames<T>>;

/** A {@link PrimaryKey} that names no other column beside. */
export type RowKey<T extends Table> = PrimaryKey<T> & Without<DataName<T>>;

type ClusteringPrefix<T extends Table, Rest extends readonly string[]> = Rest extends readonly [
  infer First extends string,
  ...infer After extends readonly string[],
]
  ?
      | Without<Rest[number]>
      | ({ readonly [Name in First]: Range<ValueOf<T, First>> } & Without<After[number]>)
      | ({ readonly [Name in First]: ValueOf<T, First> } & ClusteringPrefix<T, After>)
  : unknown;

/** None of these names. */
export type Without<Name extends string> = { readonly [N in Name]?: never };
type Shown<T> = { [K in keyof T]: T[K] } & {};
