import { InvalidValue } from "./error.ts";

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

/** The order of texts: that of their UTF-8, and so of their code points. */
export const textOrder: ValueOrder<string> = {
  unlikely: "",
  compare: (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)),
  middle(low, high) {
    const [from, to] = [low, high].map((text) => (text === undefined ? text : symbolsOf(text)));
    const middle = middleOf(from, to, { end: 0x11_0000 - SURROGATES, usual: 0x80 });
    return middle && fromSymbols(middle);
  },
};

/** The order of texts of ASCII. */
export const asciiOrder: ValueOrder<string> = convertedOrder(
  wordOrder(0x80),
  (text) => Buffer.from(text, "latin1"),
  (bytes) => Buffer.from(bytes).toString("latin1"),
);

/** The order of bytes. */
export const bytesOrder: ValueOrder<Uint8Array> = wordOrder(0x100);

/** The order of bytes below an end. */
function wordOrder(end: number): ValueOrder<Uint8Array> {
  return {
    unlikely: new Uint8Array(0),
    compare: (one, other) => Buffer.compare(one, other),
    middle(low, high) {
      const middle = middleOf(low && [...low], high && [...high], { end, usual: end });
      return middle && Uint8Array.from(middle);
    },
  };
}

/** The order of UUIDs. */
export const uuidOrder: ValueOrder<string> = convertedOrder(
  bigintOrder(0n, 2n ** 128n - 1n),
  uuidRank,
  uuidOfRank,
);

/** The upper half of the rank of the smallest and the largest UUID of version 1, whose version is its first digit. */
const [TIME_MIN, TIME_MAX] = [0x1000_0000_0000_0000n << 64n, (0x2000_0000_0000_0000n << 64n) - 1n];
/** Turns the order of signed bytes into that of unsigned ones, in the lower half. */
const SIGNS = 0x8080_8080_8080_8080n;

/** The order of time-based UUIDs: by their time, then by the rest as signed bytes (TimeUUIDType.java). */
export const timeUuidOrder: ValueOrder<string> = convertedOrder(
  bigintOrder(TIME_MIN, TIME_MAX),
  (uuid) => uuidRank(uuid) ^ SIGNS,
  (rank) => uuidOfRank(rank ^ SIGNS),
);

/** Compares two UUIDs as Cassandra orders them. */
export const compareUuids = uuidOrder.compare;

const bits = new DataView(new ArrayBuffer(8));

/** The order of numbers of 64 bits, as `Double.compare` of Java has it: -0 before 0, NaN after all. */
export const doubleOrder = floatOrder(
  64,
  (value) => bits.setFloat64(0, value),
  () => bits.getFloat64(0),
);

/** The order of numbers of 32 bits: see {@link doubleOrder}. */
export const singleOrder = floatOrder(
  32,
  (value) => bits.setFloat32(0, value),
  () => bits.getFloat32(0),
);

/** The numbers of a size in the order of their bits, of which those of negative ones count backwards. */
function floatOrder(
  size: 32 | 64,
  write: (value: number) => void,
  read: () => number,
): ValueOrder<number> {
  const get = () => (size === 64 ? bits.getBigInt64(0) : BigInt(bits.getInt32(0)));
  const set = (value: bigint) =>
    size === 64 ? bits.setBigInt64(0, value) : bits.setInt32(0, Number(value));
  const least = -(2n ** BigInt(size - 1));
  // Of a number's bits, the highest is its sign; -0 is one below 0.
  const flip = (value: bigint) => (value < 0n ? least - value - 1n : value);
  const rankOf = (value: number) => {
    write(value);
    return flip(get());
  };
  // Many bits are NaN, which is one value.
  const last = rankOf(Infinity) + 1n;
  const rank = (value: number) => (Number.isNaN(value) ? last : rankOf(value));
  const valueOf = (value: bigint) => {
    if (value === last) return NaN;
    set(flip(value));
    return read();
  };
  return convertedOrder(bigintOrder(rank(-Infinity), last), rank, valueOf);
}

/** A decimal number as `unscaled` × 10^-`scale`. */
export interface DecimalParts {
  readonly unscaled: bigint;
  readonly scale: number;
}

const wholes = bigintOrder(undefined, undefined);

/** Most digits that two numbers may have between them to have a third one computed. */
const FAR = 20_000;

/** The order of decimal numbers, whatever their scale. */
export function decimalOrder<Value>(
  partsOf: (value: Value) => DecimalParts,
  back: (parts: DecimalParts) => Value,
): ValueOrder<Value> {
  const compare = (one: Value, other: Value) => compareDecimals(partsOf(one), partsOf(other));
  return {
    unlikely: back({ unscaled: -1n, scale: -999 }),
    compare,
    middle(low, high) {
      const ends = [low, high].map((end) => (end === undefined ? undefined : partsOf(end)));
      const scales = ends.flatMap((end) => (end ? [end.scale] : []));
      const scale = Math.max(0, ...scales);
      if (scales.some((each) => scale - each > FAR)) {
        throw new InvalidValue("OUT_OF_RANGE", `must have at most ${FAR} digits`);
      }
      const [from, to] = ends.map((end) => end && end.unscaled * 10n ** BigInt(scale - end.scale));
      const whole = wholes.middle(from, to);
      if (whole !== undefined) return back({ unscaled: whole, scale });
      if (from === undefined || to === undefined || from >= to) return undefined;
      return back({ unscaled: from * 10n + 5n, scale: scale + 1 });
    },
  };
}

/** The number of digits before the decimal point; below 0: of zeros after it. */
function magnitude({ unscaled, scale }: DecimalParts): number {
  return String(unscaled < 0n ? -unscaled : unscaled).length - scale;
}

function compareDecimals(one: DecimalParts, other: DecimalParts): number {
  const [first, second] = [one, other].map(({ unscaled }) =>
    unscaled < 0n ? -1 : Number(unscaled > 0n),
  );
  if (first !== second || first === 0) return first! - second!;
  const [size, otherSize] = [magnitude(one), magnitude(other)];
  if (size !== otherSize) return (size - otherSize) * first!;
  const scale = Math.max(one.scale, other.scale);
  const [a, b] = [one, other].map((each) => each.unscaled * 10n ** BigInt(scale - each.scale));
  return wholes.compare(a!, b!);
}

/**
 * The place of a UUID among all others as Cassandra orders them: by version, those of version 1 by their time, then by
 * their bytes (UUIDType.java).
 */
function uuidRank(uuid: string): bigint {
  const [low = "", middle = "", high = "", ...rest] = uuid.split("-");
  const version = high[0]!;
  const time = version === "1" ? [high.slice(1), middle, low] : [low, middle, high.slice(1)];
  return BigInt(`0x${[version, ...time, ...rest].join("")}`);
}

function uuidOfRank(rank: bigint): string {
  const hex = rank.toString(16).padStart(32, "0");
  const version = hex[0]!;
  const [low, middle, high] =
    version === "1"
      ? [hex.slice(8, 16), hex.slice(4, 8), hex.slice(1, 4)]
      : [hex.slice(1, 9), hex.slice(9, 13), hex.slice(13, 16)];
  return `${low}-${middle}-${version}${high}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

type Word = readonly number[];

interface Alphabet {
  /** Symbols are numbers from 0 up to here, exclusive. */
  readonly end: number;
  /** Most symbols are below this one: so these are halved first. */
  readonly usual: number;
}

/** A word between two others in the order of a dictionary; undefined: below and above all words. */
function middleOf(
  low: Word | undefined,
  high: Word | undefined,
  alphabet: Alphabet,
): Word | undefined {
  if (low !== undefined) return wordBetween(low, high, alphabet);
  if (high?.length === 0) return undefined;
  return wordBetween([], high, alphabet) ?? [];
}

function wordBetween(low: Word, high: Word | undefined, alphabet: Alphabet): Word | undefined {
  const at = high === undefined ? 0 : differenceOf(low, high);
  const [from, to] = [low[at] ?? -1, high === undefined ? alphabet.end : (high[at] ?? -1)];
  const shared = low.slice(0, at);
  const end = from + 1 < alphabet.usual && alphabet.usual < to ? alphabet.usual : to;
  const symbol = Math.floor((from + end) / 2);
  if (from < symbol) return [...shared, symbol];
  // The two symbols are neighbours, or the words are equal.
  if (from >= 0) return [...shared, from, ...wordBetween(low.slice(at + 1), undefined, alphabet)!];
  return high!.length > at + 1 ? [...shared, to] : undefined;
}

/** Where a word begins to differ from a larger one. */
function differenceOf(low: Word, high: Word): number {
  const at = high.findIndex((symbol, index) => symbol !== low[index]);
  return at === -1 ? high.length : at;
}

/** How many code points are halves of surrogate pairs, from U+D800: they are no characters. */
const SURROGATES = 0x800;

/** A text's code points, numbered without gap. */
function symbolsOf(text: string): Word {
  return Array.from(text, (character) => {
    const codePoint = character.codePointAt(0)!;
    return codePoint < 0xd800 ? codePoint : codePoint - SURROGATES;
  });
}

function fromSymbols(symbols: Word): string {
  return String.fromCodePoint(
    ...symbols.map((symbol) => (symbol < 0xd800 ? symbol : symbol + SURROGATES)),
  );
}
