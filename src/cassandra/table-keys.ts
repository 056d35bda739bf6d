import type { ClusteringNames, DataName, KeyName, PrimaryKey, ValueOf } from "./table-rows.ts";
import type { Table } from "./table.ts";

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
