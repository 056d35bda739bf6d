import { type ColumnType, identityOf } from "./type.ts";
import { InvalidValue } from "./error.ts";
import { identifier } from "./identifier.ts";
import { checked, isRangeOf, whereKey } from "./key.ts";
import { own } from "./own.ts";
import { type Fragment, join, marked, type RawRow } from "./statement.ts";
import { clusteringNames, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";

import { Unreadable } from "./unreadable.ts";

/**
 * A part of a partition, as one WHERE can name it: the rows that have these values in their first clustering columns, and
 * in the next one a value within bounds. Values are as they are stored, an {@link Unreadable} too: nothing here changes one.
 */
export interface Slice {
  /** The values of the first clustering columns. */
  readonly prefix: Values;
  /** The least value of the next one; undefined: no bound. */
  readonly from?: Bound | undefined;
  /** Its largest value; undefined: no bound. */
  readonly to?: Bound | undefined;
}

export interface Bound {
  readonly value: unknown;
  readonly inclusive: boolean;
}

/** Values of the clustering columns, in order. */
export type Values = readonly unknown[];

/** The whole of a partition. */
export const whole: Slice = { prefix: [] };

/** The slice that a read by key looks at. */
export function sliceOf(table: Table, key: RawRow): Slice {
  const given = clusteringNames(table).filter((name) => own(key, name) !== undefined);
  const ranged = given.find((name) => isRangeOf(table, name, own(key, name)));
  const prefix = given
    .filter((name) => name !== ranged)
    .map((name) => checked(table, name, key[name]));
  if (ranged === undefined) return { prefix };
  const range = key[ranged] as Readonly<Record<string, unknown>>;
  const bound = (exclusive: unknown, inclusive: unknown): Bound | undefined => {
    const value = exclusive ?? inclusive;
    if (value === undefined) return undefined;
    return { value: checked(table, ranged, value), inclusive: exclusive === undefined };
  };
  return { prefix, from: bound(range["gt"], range["gte"]), to: bound(range["lt"], range["lte"]) };
}

/** The restriction to a slice of a partition. */
export function whereSlice(table: Table, partition: RawRow, { prefix, from, to }: Slice): Fragment {
  const names = clusteringNames(table).map(identifier);
  const typeAt = (at: number) => columnOf(table, clusteringNames(table)[at]!).type;
  const bound = (operator: string, { value, inclusive }: Bound) => {
    const next = prefix.length;
    return marked(`${names[next]} ${operator}${inclusive ? "=" : ""} ?`, typeAt(next), value);
  };
  return join(
    [
      whereKey(table, partition),
      ...prefix.map((value, at) => marked(`${names[at]} = ?`, typeAt(at), value)),
      ...(from ? [bound(">", from)] : []),
      ...(to ? [bound("<", to)] : []),
    ],
    " AND ",
  );
}

/**
 * The slices that together are a part of one: what comes behind a row and before another, both exclusive, in the order in
 * which the partition keeps its rows. None if it cannot be told where the two rows begin to differ.
 *
 * Rows are ordered column by column, each in its own direction. So what lies between two of them is what has the same
 * first columns as the one and comes behind it in the next, what lies between the two in the first column in which they
 * differ, and what has the same first columns as the other and comes before it in the next.
 *
 * @param after undefined: from the beginning of the slice
 * @param before undefined: to the end of the slice
 */
export function slicesBetween(
  table: Table,
  slice: Slice,
  after: Values | undefined,
  before: Values | undefined,
): readonly Slice[] {
  const last = table.clustering.length - 1;
  const top = after && before ? differenceOf(table, after, before) : slice.prefix.length;
  if (top === undefined) return [];
  const ends = directed(table, top, slice.from, slice.to);
  const start = after ? exclusive(after[top]) : ends.from;
  const end = before ? exclusive(before[top]) : ends.to;
  const behind = after
    ? columns(top + 1, last).map((at) => sliceAt(table, after, at, exclusive(after[at]), undefined))
    : [];
  const ahead = before
    ? columns(top + 1, last).map((at) =>
        sliceAt(table, before, at, undefined, exclusive(before[at])),
      )
    : [];
  return [
    ...behind.toReversed(),
    sliceAt(table, after ?? before ?? slice.prefix, top, start, end),
    ...ahead,
  ];
}

/**
 * Two or more slices that have the rows of one, each a smaller part of all possible values; none: it has no place for a
 * row. Undefined: it cannot be divided.
 */
export function halves(table: Table, slice: Slice): readonly Slice[] | undefined {
  const { prefix, from, to } = slice;
  const name = clusteringNames(table)[prefix.length];
  if (name === undefined) return undefined;
  const { type } = columnOf(table, name);
  const middle = middleOf(type, from, to);
  if (middle !== undefined && middle !== null) {
    return [
      { ...slice, to: { value: middle, inclusive: true } },
      { ...slice, from: { value: middle, inclusive: false } },
    ];
  }
  if (middle === null || prefix.length === table.clustering.length - 1) return undefined;
  // No value lies between the bounds: what is left are the bounds themselves.
  const ends = [from, to].filter((bound) => bound?.inclusive).map((bound) => bound!.value);
  const distinct = ends.length === 2 && isSame(type, ends[0], ends[1]) ? ends.slice(1) : ends;
  return distinct.map((value) => ({ prefix: [...prefix, value] }));
}

/**
 * The slices by which the rows of one can be deleted. Only a partition as a whole has several: a DELETE that names nothing
 * but the partition key also deletes the static columns.
 */
export function deletableParts(table: Table, slice: Slice): readonly Slice[] {
  const isWhole = slice.prefix.length === 0 && !slice.from && !slice.to;
  return isWhole ? (halves(table, slice) ?? []) : [slice];
}

/** A value between two bounds; undefined: there is none. Null: that cannot be told, as a bound cannot be represented. */
function middleOf({ order }: ColumnType, from: Bound | undefined, to: Bound | undefined) {
  if (!order || [from, to].some((bound) => bound?.value instanceof Unreadable)) return null;
  try {
    return order.middle(from?.value, to?.value);
  } catch (error) {
    if (error instanceof InvalidValue) return null;
    throw error;
  }
}

/** Whether a table has clustering columns, and it is known how the values of all of them are ordered. */
export function isOrdered(table: Table): boolean {
  const names = clusteringNames(table);
  return names.length > 0 && names.every((name) => columnOf(table, name).type.order);
}

/** The slice of the rows that begin as another, up to a column, in which they are between two bounds in its direction. */
function sliceAt(
  table: Table,
  values: Values,
  at: number,
  start: Bound | undefined,
  end: Bound | undefined,
): Slice {
  return { prefix: values.slice(0, at), ...directed(table, at, start, end) };
}

/** By value what is given by direction, and the other way round. */
function directed(table: Table, at: number, start: Bound | undefined, end: Bound | undefined) {
  return table.clustering[at]?.order === "DESC"
    ? { from: end, to: start }
    : { from: start, to: end };
}

function exclusive(value: unknown): Bound {
  return { value, inclusive: false };
}

function columns(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** The first column in which two rows differ; undefined: that cannot be told. */
function differenceOf(table: Table, one: Values, other: Values): number | undefined {
  for (const [at, name] of clusteringNames(table).entries()) {
    const isEqual = isSame(columnOf(table, name).type, one[at], other[at]);
    // Two rows that are equal in all columns before the last one differ in that.
    if (isEqual === false || at === table.clustering.length - 1) return at;
    if (isEqual === undefined) return undefined;
  }
  return undefined;
}

/** Whether Cassandra takes two values for the same; undefined: that cannot be told, as one cannot be represented. */
function isSame(type: ColumnType, one: unknown, other: unknown): boolean | undefined {
  if (!(one instanceof Unreadable) && !(other instanceof Unreadable)) {
    return identityOf(type, one) === identityOf(type, other);
  }
  if (one instanceof Unreadable && other instanceof Unreadable && one.bytes.equals(other.bytes)) {
    return true;
  }
  // Where other bytes can be the same value, as of decimals, nobody can tell.
  return type.identity ? undefined : false;
}
