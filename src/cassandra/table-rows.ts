import type { Column, Role } from "./column.ts";
import type { PartChange } from "./collection-change.ts";
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

/** The names of the columns outside the key. */
export type DataName<T extends Table> = Exclude<ColumnName<T>, KeyName<T>>;

/** The names of the static columns, without hidden ones. */
export type StaticName<T extends Table> = NameOfRole<T["columns"], "static" | "static counter">;

/** The names of the counters. */
export type CounterName<T extends Table> = NameOfRole<T["columns"], "counter" | "static counter">;

/** The names of the columns outside the key that are not static. */
export type RegularName<T extends Table> = Exclude<DataName<T>, StaticName<T>>;

type NameOfRole<C extends Columns, R extends Role> = {
  [Name in Names<C>]: C[Name]["role"] extends R ? Name : never;
}[Names<C>];

/** The names of the hidden columns. */
export type HiddenName<T extends Table> = keyof T["hidden"] & string;

/** The names of the hidden static columns. */
export type HiddenStaticName<T extends Table> = NameOfRole<T["hidden"], "static">;

/**
 * Some columns of a row in stored form, hidden ones included. Nulls stay null, and values that cannot be represented
 * are {@link Unreadable}.
 */
export type StoredRow<T extends Table> = {
  readonly [Name in ColumnName<T>]?: ValueOf<T, Name> | null | Unreadable;
} & { readonly [Name in HiddenName<T>]?: HiddenValue<T, Name> | null | Unreadable };

type HiddenValue<T extends Table, Name extends string> =
  T["hidden"][Name] extends Column<infer Value> ? Value : never;

/**
 * Values of hidden columns by name. For a map, one element of it; in a condition, an element with the value null says
 * that the map has no such key.
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

/** The JavaScript type of a column's values. */
export type ValueOf<T extends Table, Name extends string> =
  T["columns"][Name] extends Column<infer Value> ? Value : never;

type Nulls<T extends Table, Name extends string> =
  Name extends KeyName<T> ? never : T["columns"][Name]["nullable"] extends true ? null : never;

/**
 * The names of the columns that an insert may omit: nullable ones and those with a default; in the key, only the
 * latter.
 */
type OmittableName<T extends Table> = {
  [Name in ColumnName<T>]: T["columns"][Name]["optional"] extends true
    ? Name extends KeyName<T>
      ? T["columns"][Name]["nullable"] extends true
        ? never
        : Name
      : Name
    : never;
}[ColumnName<T>];

/** A row as it is read. Only columns that are outside the key, not required and without a default may be null. */
export type Row<T extends Table> = RowOf<T, ColumnName<T>>;

/** Some columns of a row. */
export type RowOf<T extends Table, Name extends string> = Shown<{
  readonly [N in Name]: ValueOf<T, N> | Nulls<T, N>;
}>;

/** Rejects a table of counters. */
export type NoCounters<T extends Table> = [CounterName<T>] extends [never]
  ? unknown
  : Impossible<"its columns are counters, which take add(…)">;

/** Rejects a table that does not take lightweight transactions. */
export type OnlyLwt<T extends Table, Reason extends string> = T["lwt"] extends true
  ? unknown
  : Impossible<Reason>;

/**
 * Rejects a table with lanes and partitions of one row. There the row also holds the cells of its lanes, which must
 * outlive the row.
 */
export type NoOneRow<T extends Table, Reason extends string> = T["lanes"] extends undefined
  ? unknown
  : T["clustering"] extends readonly []
    ? Impossible<Reason>
    : unknown;

/** The values of an insert. Columns that are nullable or have a default can be omitted. */
export type Insert<T extends Table> = Shown<
  { readonly [Name in Exclude<ColumnName<T>, OmittableName<T>>]: ValueOf<T, Name> } & {
    readonly [Name in OmittableName<T>]?: ValueOf<T, Name> | Nulls<T, Name>;
  }
>;

/** The values of an insert without the static columns of the partition. */
export type InsertAlone<T extends Table> = Omit<Insert<T>, StaticName<T>>;

/** A row without the static columns of its partition. */
export type RowAlone<T extends Table> = RowOf<T, Exclude<ColumnName<T>, StaticName<T>>>;

/** The changes of a part of a column's value, if it is a collection or UDT that is not frozen. */
type PartChangeOf<
  T extends Table,
  Name extends string,
> = T["columns"][Name]["isMulticell"] extends true ? PartChange<ValueOf<T, Name>> : never;

/**
 * The changes of an update: one or more regular columns, hidden ones included. In a hidden map, one element is changed.
 */
export type Changes<T extends Table> = {
  readonly [Name in RegularName<T>]?: ValueOf<T, Name> | Nulls<T, Name> | PartChangeOf<T, Name>;
} & HiddenValues<T> &
  NoneOf<KeyName<T>, "it is in the key"> &
  NoneOf<StaticName<T>, "it is static: updatePartition(…) writes it">;

/**
 * The changes of a partition: one or more static columns, hidden ones included. In a hidden map, one element is
 * changed.
 */
export type PartitionChanges<T extends Table> = {
  readonly [Name in StaticName<T>]?: ValueOf<T, Name> | Nulls<T, Name> | PartChangeOf<T, Name>;
} & HiddenValues<T, never, HiddenStaticName<T>> &
  NoneOf<KeyName<T>, "it is in the key"> &
  NoneOf<RegularName<T>, "each row has its own: update(…) writes it">;

/** The values that identify a partition. */
export type PartitionKey<T extends Table> = Shown<{
  readonly [Name in T["partition"][number]]: ValueOf<T, Name>;
}>;

/** The values that identify a row. */
export type PrimaryKey<T extends Table> = Shown<{
  readonly [Name in KeyName<T>]: ValueOf<T, Name>;
}>;

/** The values that identify a row within its partition. */
export type ClusteringKey<T extends Table> = Shown<{
  readonly [Name in ClusteringNames<T>[number]]: ValueOf<T, Name>;
}>;

/** The place of a stored row in its partition: its clustering key, whose values may be unreadable. */
export type Place<T extends Table> = Shown<{
  readonly [Name in ClusteringNames<T>[number]]: ValueOf<T, Name> | Unreadable;
}>;

/** Shows an intersection as one object type in editors and errors. */
export type Shown<T> = { [K in keyof T]: T[K] } & {};
