/** Where the values of a type stand among each other as a clustering column. */
export interface ValueOrder<Value> {
  /** A value that a row hardly ever has in its key: the smallest one, if there is one. */
  readonly unlikely: Value;
  /** Returns a number below 0 if the first value comes before the other, above 0 if after it, 0 if they are equal. */
  compare(this: void, one: Value, other: Value): number;
  /**
   * Returns a value between two others, without these; undefined if there is none.
   *
   * @param low undefined: below all values
   * @param high undefined: above all values
   * @throws InvalidValue if it cannot be told
   */
  middle(this: void, low: Value | undefined, high: Value | undefined): Value | undefined;
}

/** The order of values that are another form of values whose order is known. */
export function convertedOrder<Value, Known>(
  { unlikely, compare, middle }: ValueOrder<Known>,
  known: (value: Value) => Known,
  back: (value: Known) => Value,
): ValueOrder<Value> {
  const optional = <From, To>(value: From | undefined, convert: (value: From) => To) =>
    value === undefined ? undefined : convert(value);
  return {
    unlikely: back(unlikely),
    compare: (one, other) => compare(known(one), known(other)),
    middle: (low, high) => optional(middle(optional(low, known), optional(high, known)), back),
  };
}

/** The order of whole numbers within bounds. */
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
 * The order of whole numbers of any size.
 *
 * @param min undefined: no bound, and then there is none above either
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

/** A number on one side of another: of a bound that is not there. Twice as far each time, so that it is soon beyond all. */
function beyond(value: bigint | undefined, side: 1n | -1n): bigint {
  const from = value ?? 0n;
  const size = from < 0n ? -from : from;
  return from + side * 2n * (size + 2n);
}

/** The range of a `Date` in milliseconds (ECMAScript, "Time Values and Time Range"). */
const DATE_MAX = 8_640_000_000_000_000;

const milliseconds = numberOrder(-DATE_MAX, DATE_MAX);

/** Most dates are between these: so what is beyond them is cut off first. */
const usualDates = [Date.UTC(1970), Date.UTC(2100)];

/** The order of dates. */
export const dateOrder: ValueOrder<Date> = {
  ...convertedOrder(
    milliseconds,
    (date: Date) => date.getTime(),
    (time) => new Date(time),
  ),
  middle(low, high) {
    const [from, to] = [low?.getTime(), high?.getTime()];
    const isBetween = (date: number) => (from ?? -Infinity) < date && date < (to ?? Infinity);
    const middle = usualDates.find(isBetween) ?? milliseconds.middle(from, to);
    return middle === undefined ? undefined : new Date(middle);
  },
};
