import type { ClusteringNames, DataName, KeyName, PrimaryKey, ValueOf } from "./table-rows.ts";
import type { Table } from "./table.ts";

/**
 * A range of values: a lower bound, an upper bound, or both. If a clustering column is a UDT with fields of these
 * names, an object with such fields is a value, not a range.
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
 * The key of a read: the whole partition key, then a prefix of the clustering key, then at most one range, and no other
 * column. For `((theatre), date, id)`, these are keys: `{ theatre }`, `{ theatre, date: { gte: now } }` and `{ theatre,
 * date, id }`. These do not compile: `{ id }`, `{ theatre, id }` and `{ theatre, date: { gte: now }, id }`. See
 * {@link Prefix}.
 */
export type Key<T extends Table> = {
  readonly [Name in T["partition"][number]]: ValueOf<T, Name>;
} & {
  readonly [Name in ClusteringNames<T>[number]]?: ValueOf<T, Name> | Range<ValueOf<T, Name>>;
};

/** The properties of a key that are not allowed, each with the reason. */
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
 * A type without values. The compiler's error contains the reason: "Type 'string' is not assignable to type
 * 'Impossible<"…">'".
 */
export interface Impossible<Reason extends string> {
  readonly [REASON]: Reason;
}

declare const REASON: unique symbol;

/** Forbids properties of these names, for a reason. */
export type NoneOf<Name extends PropertyKey, Reason extends string> = {
  readonly [N in Name]?: Impossible<Reason>;
};

/** Whether a key identifies one row: it has all columns of the primary key, and no range. */
export type NamesRow<T extends Table, K> = K extends PrimaryKey<T> ? true : false;

/** A {@link PrimaryKey} without other columns. */
export type RowKey<T extends Table> = PrimaryKey<T> & NoneOf<DataName<T>, "it is not in the key">;
