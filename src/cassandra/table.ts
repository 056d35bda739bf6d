import type { Column, Role } from "./column.ts";
import { isCounter, isStatic } from "./column.ts";
import { checkTable } from "./check-table.ts";
import type { Element } from "./element.ts";
import { CassandraError } from "./error.ts";
import { identifier } from "./identifier.ts";
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
 * @throws CassandraError `BAD_TABLE`, naming table and column, if Cassandra has no such table: see {@link checkTable}
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
  const options = { partition, clustering, lwt, hidden, compaction, sweepAfter, description };
  const defined = { name, columns, ...options };
  checkTable(defined);
  return Object.freeze(defined) as Table<C, P, K, L, H>;
}

/** The names of a table's key columns: partition key, then clustering key. */
export const keyNames = oncePerTable((table): readonly string[] => [
  ...table.partition,
  ...clusteringNames(table),
]);

/** The names of a table's clustering columns, in order. */
export const clusteringNames = oncePerTable((table): readonly string[] =>
  table.clustering.map(({ name }) => name),
);

/** The names of a table's static columns, without the hidden ones. */
export const staticNames = oncePerTable((table): readonly string[] =>
  Object.keys(table.columns).filter((name) => isStatic(table.columns[name]!)),
);

/** Whether a table's columns outside its key are counters. */
export const hasCounters = oncePerTable((table): boolean =>
  Object.values(table.columns).some(isCounter),
);

/** Every column of a table by name, the hidden ones last. */
export const allColumns = oncePerTable(({ columns, hidden }): Columns =>
  Object.freeze({ ...columns, ...hidden }),
);

/** Computes once what follows from a table alone, and is asked for by each statement. */
export function oncePerTable<Found>(find: (table: Table) => Found): (table: Table) => Found {
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
  const partition = `(${table.partition.map(identifier).join(", ")})`;
  return `(${[partition, ...clusteringNames(table).map(identifier)].join(", ")})`;
}

// What the types of rows and keys are made of.

type Names<C extends Columns> = Extract<keyof C, string>;
/** The names of a table's columns. */
export type ColumnName<T extends Table> = Names<T["columns"]>;
/** The names of a table's clustering columns, in order. */
export type ClusteringNames<T extends Table> = NamesOf<T["clustering"]>;
type NamesOf<K extends readonly ClusteringColumn[]> = {
  readonly [I in keyof K]: K[I]["name"];
};
/** The names of a table's key columns. */
export type KeyName<T extends Table> = T["partition"][number] | ClusteringNames<T>[number];
/** The names of the columns that are not in the key. */
export type DataName<T extends Table> = Exclude<ColumnName<T>, KeyName<T>>;
/** The names of the columns of which a partition has one value. */
export type StaticName<T extends Table> = NameOfRole<T["columns"], "static" | "static counter">;
/** The names of the counters. */
export type CounterName<T extends Table> = NameOfRole<T["columns"], "counter" | "static counter">;
/** The names of the columns that are not in the key, and of which each row has its own value. */
export type RegularName<T extends Table> = Exclude<DataName<T>, StaticName<T>>;

type NameOfRole<C extends Columns, R extends Role> = {
  [Name in Names<C>]: C[Name]["role"] extends R ? Name : never;
}[Names<C>];

/** The names of the columns that no row has. */
export type HiddenName<T extends Table> = keyof T["hidden"] & string;
/** The names of the hidden columns of which a partition has one value. */
export type HiddenStaticName<T extends Table> = NameOfRole<T["hidden"], "static">;

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
export type HiddenValues<
  T extends Table,
  Null = never,
  Name extends HiddenName<T> = HiddenName<T>,
> = {
  readonly [N in Name]?: HiddenValue<T, N> extends ReadonlyMap<infer K, infer V>
    ? Element<K, V | Null>
    : HiddenValue<T, N>;
};

/** The JavaScript value of a table's column. */
export type ValueOf<T extends Table, Name extends string> =
  T["columns"][Name] extends Column<infer Value> ? Value : never;

type Nulls<T extends Table, Name extends string> =
  Name extends KeyName<T> ? never : T["columns"][Name]["nullable"] extends true ? null : never;

/** What an insert may leave out: what may be null or has a default; of the key, only what has a default. */
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
export type Row<T extends Table> = RowOf<T, ColumnName<T>>;

/** Some columns of a row. */
export type RowOf<T extends Table, Name extends string> = Shown<{
  readonly [N in Name]: ValueOf<T, N> | Nulls<T, N>;
}>;

/** What an insert or update of a table of counters would take. */
export type NoCounters<T extends Table> = [CounterName<T>] extends [never]
  ? unknown
  : Impossible<"its columns are counters, which take add(…)">;

/** What an insert takes: the key and the required columns; what has a default or may be null can be left out. */
export type Insert<T extends Table> = Shown<
  { readonly [Name in Exclude<ColumnName<T>, LeftOut<T>>]: ValueOf<T, Name> } & {
    readonly [Name in LeftOut<T>]?: ValueOf<T, Name> | Nulls<T, Name>;
  }
>;

/** What an update sets: columns of the row outside its key, hidden ones too, of a hidden map an element; at least one. */
export type Changes<T extends Table> = {
  readonly [Name in RegularName<T>]?: ValueOf<T, Name> | Nulls<T, Name>;
} & HiddenValues<T> &
  NoneOf<KeyName<T>, "it is in the key"> &
  NoneOf<StaticName<T>, "it is static: updatePartition(…) writes it">;

/** What an update of a partition sets: its static columns, hidden ones too, of a hidden map an element; at least one. */
export type PartitionChanges<T extends Table> = {
  readonly [Name in StaticName<T>]?: ValueOf<T, Name> | Nulls<T, Name>;
} & HiddenValues<T, never, HiddenStaticName<T>> &
  NoneOf<KeyName<T>, "it is in the key"> &
  NoneOf<RegularName<T>, "each row has its own: update(…) writes it">;

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

/**
 * A lower bound, an upper bound, or both. In a clustering column of a UDT that has fields of these names, an object of such
 * fields is a value.
 */
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
 * `((city), date, id)`; `{ id }`, `{ city, id }` and `{ city, date: { gte: now }, id }` do not compile: see {@link Prefix}.
 */
export type Key<T extends Table> = {
  readonly [Name in T["partition"][number]]: ValueOf<T, Name>;
} & {
  readonly [Name in ClusteringNames<T>[number]]?: ValueOf<T, Name> | Range<ValueOf<T, Name>>;
};

/** The members of a key that may not be where they are, each with the reason. */
export type Prefix<T extends Table, K> = Strays<T, K> & Misplaced<T, K, ClusteringNames<T>>;

type Strays<T extends Table, K> = {
  readonly [
    Name in Exclude<keyof K & string, KeyName<T>>
  ]?: Impossible<`'${Name}' is not in the key`>;
};

type Misplaced<T extends Table, K, Rest extends readonly string[]> = Rest extends readonly [
  infer First extends string,
  ...infer After extends readonly string[],
]
  ? First extends keyof K
    ? K[First] extends ValueOf<T, First>
      ? Misplaced<T, K, After>
      : undefined extends K[First]
        ? unknown
        : NoneOf<After[number] & keyof K, `after a range of '${First}' nothing can follow`>
    : NoneOf<After[number] & keyof K, `'${First}' comes before it in the key`>
  : unknown;

/**
 * A type that no value has. The compiler's error ends with its reason: "Type 'string' is not assignable to type
 * 'Impossible<"…">'".
 */
export interface Impossible<Reason extends string> {
  readonly [REASON]: Reason;
}

declare const REASON: unique symbol;

/** None of these names, for a reason. */
export type NoneOf<Name extends PropertyKey, Reason extends string> = {
  readonly [N in Name]?: Impossible<Reason>;
};

/** Whether a key names one row: all columns of the primary key, none by a range. */
export type NamesRow<T extends Table, K> = K extends PrimaryKey<T> ? true : false;

/** A {@link PrimaryKey} that names no other column beside. */
export type RowKey<T extends Table> = PrimaryKey<T> & NoneOf<DataName<T>, "it is not in the key">;

export type Shown<T> = { [K in keyof T]: T[K] } & {};
