/** The order of the values of a type in a clustering column. */
export interface ValueOrder<Value> {
  /** A value that hardly any row has in its key: the smallest one, if there is one. */
  readonly unlikely: Value;
  /** Returns a number below 0 if the first value comes before the other, above 0 if after it, 0 if they are equal. */
  compare(this: void, one: Value, other: Value): number;
  /**
   * Returns a value strictly between two others, or undefined if there is none.
   *
   * @param low undefined stands below all values
   * @param high undefined stands above all values
   * @throws InvalidValue if the value cannot be computed
   */
  middle(this: void, low: Value | undefined, high: Value | undefined): Value | undefined;
}

/** The conversion of values to values of a known order, and back. */
export interface Conversion<Value, Known> {
  known(this: void, value: Value): Known;
  back(this: void, value: Known): Value;
}

/** Returns the order of values that can be converted to values of a known order. */
export function convertedOrder<Value, Known>(
  { unlikely, compare, middle }: ValueOrder<Known>,
  { known, back }: Conversion<Value, Known>,
): ValueOrder<Value> {
  const optional = <From, To>(value: From | undefined, convert: (value: From) => To) =>
    value === undefined ? undefined : convert(value);
  return {
    unlikely: back(unlikely),
    compare: (one, other) => compare(known(one), known(other)),
    middle: (low, high) => optional(middle(optional(low, known), optional(high, known)), back),
  };
}

/** Returns the order of integers within bounds. */
export function numberOrder(min: number, max: number): ValueOrder<number> {
  return {
    unlikely: min,
    compare: (one, other) => one - other,
    middle(low = min - 1, high = max + 1) {
      const middle = Math.floor(low / 2 + high / 2);
      return low < middle && middle < high ? middle : undefined;
    },
  };
}

/**
 * Returns the order of integers of any size, within bounds.
 *
 * @param min undefined if there are no bounds; then `max` is undefined too
 */
export function bigintOrder(min: bigint | undefined, max: bigint | undefined): ValueOrder<bigint> {
  return {
    unlikely: min ?? -(2n ** 127n),
    compare: (one, other) => (one < other ? -1 : Number(one > other)),
    middle(above, below) {
      const low = above ?? (min === undefined ? beyond(below, -1n) : min - 1n);
      const high = below ?? (max === undefined ? beyond(above, 1n) : max + 1n);
      const middle = (low + high) >> 1n;
      return low < middle && middle < high ? middle : undefined;
    },
  };
}

/**
 * Returns a number beyond another one, in place of a missing bound. Each call doubles the distance, so few calls are
 * needed.
 */
function beyond(value: bigint | undefined, side: 1n | -1n): bigint {
  const from = value ?? 0n;
  const size = from < 0n ? -from : from;
  return from + side * 2n * (size + 2n);
}

/** The range of a `Date` in milliseconds (ECMAScript, "Time Values and Time Range"). */
const DATE_MAX = 8_640_000_000_000_000;

const milliseconds = numberOrder(-DATE_MAX, DATE_MAX);

/** Most dates are between these, so ranges are divided here first. */
const usualDates = [Date.UTC(1970), Date.UTC(2100)];

/** The order of dates. */
export const dateOrder: ValueOrder<Date> = {
  ...convertedOrder(milliseconds, {
    known: (date: Date) => date.getTime(),
    back: (time) => new Date(time),
  }),
  middle(low, high) {
    const [from, to] = [low?.getTime(), high?.getTime()];
    const isBetween = (date: number) => (from ?? -Infinity) < date && date < (to ?? Infinity);
    const middle = usualDates.find(isBetween) ?? milliseconds.middle(from, to);
    return middle === undefined ? undefined : new Date(middle);
  },
};
