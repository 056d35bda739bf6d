import type { Column, Role } from "./column.ts";
import type { Element } from "./element.ts";
import type { Impossible, NoneOf } from "./table-keys.ts";
import type { ClusteringColumn, Columns, Names, Table } from "./table.ts";
import type { Unreadable } from "./unreadable.ts";

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

/** What only a table of lightweight transactions takes. */
export type OnlyLwt<T extends Table, Reason extends string> = T["lwt"] extends true
  ? unknown
  : Impossible<Reason>;

/**
 * What is refused of a table with lanes where a row is a partition: there the row also holds the cells of its lanes, which
 * must outlive it.
 */
export type NoOneRow<T extends Table, Reason extends string> = T["lanes"] extends undefined
  ? unknown
  : T["clustering"] extends readonly []
    ? Impossible<Reason>
    : unknown;

/** What an insert takes: the key and the required columns; what has a default or may be null can be left out. */
export type Insert<T extends Table> = Shown<
  { readonly [Name in Exclude<ColumnName<T>, LeftOut<T>>]: ValueOf<T, Name> } & {
    readonly [Name in LeftOut<T>]?: ValueOf<T, Name> | Nulls<T, Name>;
  }
>;

/** What the creation of a row takes, without the static columns of its partition. */
export type InsertAlone<T extends Table> = Omit<Insert<T>, StaticName<T>>;

/** A row without the static columns of its partition. */
export type RowAlone<T extends Table> = RowOf<T, Exclude<ColumnName<T>, StaticName<T>>>;

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

export type Shown<T> = { [K in keyof T]: T[K] } & {};
