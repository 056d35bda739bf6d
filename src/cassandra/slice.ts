import { type ColumnType, identityOf } from "./type.ts";
import { InvalidValue } from "./error.ts";
import { identifier } from "./identifier.ts";
import { columnLookup, isRange, whereKey } from "./key.ts";
import { own } from "./own.ts";
import { type Fragment, join, withParam, type RawRow } from "./statement.ts";
import { clusteringNames, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";

import { Unreadable } from "./unreadable.ts";

/**
 * A part of a partition that one WHERE clause can select: the rows that have these values in their first clustering
 * columns, and a value within bounds in the next one. Values are in stored form and may be {@link Unreadable}.
 */
export interface Slice {
  /** The values of the first clustering columns. */
  readonly prefix: ClusteringValues;
  /** The lower bound of the next clustering column. Undefined means no bound. */
  readonly from?: Bound | undefined;
  /** The upper bound of the next clustering column. Undefined means no bound. */
  readonly to?: Bound | undefined;
}

export interface Bound {
  readonly value: unknown;
  readonly inclusive: boolean;
}

/** Values of the clustering columns, in order. */
export type ClusteringValues = readonly unknown[];

/** The whole of a partition. */
export const wholePartition: Slice = { prefix: [] };

/** Returns the slice that a key selects. */
export function sliceOf(table: Table, key: RawRow): Slice {
  const given = clusteringNames(table).filter((name) => own(key, name) !== undefined);
  const ranged = given.find((name) => isRange(columnOf(table, name).type, own(key, name)));
  const prefix = given
    .filter((name) => name !== ranged)
    .map((name) => columnLookup(table, name)(key[name]));
  if (ranged === undefined) return { prefix };
  const range = key[ranged] as Readonly<Record<string, unknown>>;
  const bound = (exclusive: unknown, inclusive: unknown): Bound | undefined => {
    const value = exclusive ?? inclusive;
    if (value === undefined) return undefined;
    return { value: columnLookup(table, ranged)(value), inclusive: exclusive === undefined };
  };
  return { prefix, from: bound(range["gt"], range["gte"]), to: bound(range["lt"], range["lte"]) };
}

/** Returns the restriction of a statement to a slice of a partition. */
export function whereSlice(table: Table, partition: RawRow, { prefix, from, to }: Slice): Fragment {
  const names = clusteringNames(table).map(identifier);
  const typeAt = (at: number) => columnOf(table, clusteringNames(table)[at]!).type;
  const bound = (operator: string, { value, inclusive }: Bound) => {
    const next = prefix.length;
    return withParam(`${names[next]} ${operator}${inclusive ? "=" : ""} ?`, {
      type: typeAt(next),
      param: value,
    });
  };
  return join(
    [
      whereKey(table, partition),
      ...prefix.map((value, at) =>
        withParam(`${names[at]} = ?`, { type: typeAt(at), param: value }),
      ),
      ...(from ? [bound(">", from)] : []),
      ...(to ? [bound("<", to)] : []),
    ],
    " AND ",
  );
}

/**
 * Returns the slices that together contain the rows of a slice between two rows, in the order of the partition. Returns
 * none if it is unknown in which column the two rows differ.
 *
 * Rows are ordered column by column, each column in its own direction. So the rows between two others are: those that
 * share the first columns with the first row and come after it in the next column; those between the two in the first
 * column in which they differ; and those that share the first columns with the second row and come before it in the
 * next column.
 */
export function slicesBetween(
  table: Table,
  slice: Slice,
  { after, before }: RowBounds,
): readonly Slice[] {
  const last = table.clustering.length - 1;
  const top = after && before ? firstDifference(table, [after, before]) : slice.prefix.length;
  if (top === undefined) return [];
  const at = directionAt(table, top);
  const start = after ? exclusive(after[top]) : slice[at.start];
  const end = before ? exclusive(before[top]) : slice[at.end];
  const sliceAt = (values: ClusteringValues, index: number, bounds: DirectedBounds): Slice => {
    const { start: lower, end: upper } = directionAt(table, index);
    return { prefix: values.slice(0, index), [lower]: bounds.start, [upper]: bounds.end };
  };
  const rest = columnIndexes(top + 1, last);
  const behind = after
    ? rest.map((index) => sliceAt(after, index, { start: exclusive(after[index]) }))
    : [];
  const ahead = before
    ? rest.map((index) => sliceAt(before, index, { end: exclusive(before[index]) }))
    : [];
  return [
    ...behind.toReversed(),
    sliceAt(after ?? before ?? slice.prefix, top, { start, end }),
    ...ahead,
  ];
}

/** The rows between which slices lie, exclusive. Undefined means the beginning or the end of the slice. */
export interface RowBounds {
  readonly after?: ClusteringValues | undefined;
  readonly before?: ClusteringValues | undefined;
}

/** Bounds in the order of the partition. */
interface DirectedBounds {
  readonly start?: Bound | undefined;
  readonly end?: Bound | undefined;
}

/** Returns which bound of a slice comes first in the order of a clustering column. */
function directionAt({ clustering }: Table, at: number) {
  return clustering[at]?.order === "DESC"
    ? ({ start: "to", end: "from" } as const)
    : ({ start: "from", end: "to" } as const);
}

/**
 * Divides a slice into two or more, each with fewer possible values. Returns an empty list if the slice cannot contain
 * a row, and undefined if it cannot be divided.
 */
export function halves(table: Table, slice: Slice): readonly Slice[] | undefined {
  const { prefix, from, to } = slice;
  const name = clusteringNames(table)[prefix.length];
  if (name === undefined) return undefined;
  const { type } = columnOf(table, name);
  const middle = middleValue(type, slice);
  if (middle !== undefined && middle !== null) {
    return [
      { ...slice, to: { value: middle, inclusive: true } },
      { ...slice, from: { value: middle, inclusive: false } },
    ];
  }
  if (middle === null || prefix.length === table.clustering.length - 1) return undefined;
  // No value lies between the bounds, so only the bounds themselves are left.
  const ends = [from, to].filter((bound) => bound?.inclusive).map((bound) => bound!.value);
  const distinct = ends.length === 2 && equalValues(type, ends) ? ends.slice(1) : ends;
  return distinct.map((value) => ({ prefix: [...prefix, value] }));
}

/**
 * Returns the slices by which the rows of a slice can be deleted. A whole partition is divided, since a DELETE by the
 * partition key alone would also delete the static columns.
 */
export function deletableParts(table: Table, slice: Slice): readonly Slice[] {
  const isWhole = slice.prefix.length === 0 && !slice.from && !slice.to;
  return isWhole ? (halves(table, slice) ?? []) : [slice];
}

/**
 * Returns a value between two bounds, undefined if there is none, or null if it is unknown because a bound is
 * unreadable.
 */
function middleValue({ order }: ColumnType, { from, to }: Pick<Slice, "from" | "to">) {
  if (!order || [from, to].some((bound) => bound?.value instanceof Unreadable)) return null;
  try {
    return order.middle(from?.value, to?.value);
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

/** Returns whether a table has clustering columns, and the order of all of them is implemented. */
export function isOrdered(table: Table): boolean {
  const names = clusteringNames(table);
  return names.length > 0 && names.every((name) => columnOf(table, name).type.order);
}

function exclusive(value: unknown): Bound {
  return { value, inclusive: false };
}

function columnIndexes(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** Returns the index of the first column in which two rows differ, or undefined if it is unknown. */
function firstDifference(
  table: Table,
  [one, other]: readonly [ClusteringValues, ClusteringValues],
): number | undefined {
  for (const [at, name] of clusteringNames(table).entries()) {
    const isEqual = equalValues(columnOf(table, name).type, [one[at], other[at]]);
    // Two different rows that are equal in all other columns differ in the last one.
    if (isEqual === false || at === table.clustering.length - 1) return at;
    if (isEqual === undefined) return undefined;
  }
  return undefined;
}

/** Returns whether Cassandra takes two values for equal, or undefined if it is unknown because one is unreadable. */
function equalValues(type: ColumnType, [one, other]: readonly unknown[]): boolean | undefined {
  if (!(one instanceof Unreadable) && !(other instanceof Unreadable)) {
    return identityOf(type, one) === identityOf(type, other);
  }
  if (one instanceof Unreadable && other instanceof Unreadable && one.bytes.equals(other.bytes)) {
    return true;
  }
  // In types such as decimals, different bytes can be equal values.
  return type.identity ? undefined : false;
}
