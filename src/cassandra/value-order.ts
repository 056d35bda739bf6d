/** Where the values of a type stand among each other as a clustering column. */
export interface ValueOrder<Value> {
  /** The smallest value. A row hardly ever has it in its key. */
  readonly least: Value;
  /**
   * A value between two others, without these; undefined if there is none.
   *
   * @param low undefined: below all values
   * @param high undefined: above all values
   */
  middle(low: Value | undefined, high: Value | undefined): Value | undefined;
}

/** The order of whole numbers within bounds. */
export function numberOrder(min: number, max: number): ValueOrder<number> {
  return {
    least: min,
    middle(low = min - 1, high = max + 1) {
      const middle = Math.floor(low / 2 + high / 2);
      return low < middle && middle < high ? middle : undefined;
    },
  };
}

/** The range of a `Date` in milliseconds (ECMAScript, "Time Values and Time Range"). */
const DATE_MAX = 8_640_000_000_000_000;
const milliseconds = numberOrder(-DATE_MAX, DATE_MAX);
/** Most dates are between these: so what is beyond them is cut off first. */
const usualDates = [Date.UTC(1970), Date.UTC(2100)];

/** The order of dates. */
export const dateOrder: ValueOrder<Date> = {
  least: new Date(-DATE_MAX),
  middle(low, high) {
    const [from, to] = [low?.getTime(), high?.getTime()];
    const isBetween = (date: number) => (from ?? -Infinity) < date && date < (to ?? Infinity);
    const middle = usualDates.find(isBetween) ?? milliseconds.middle(from, to);
    return middle === undefined ? undefined : new Date(middle);
  },
};

/** The order of texts: that of their UTF-8, and so of their code points. */
export const textOrder: ValueOrder<string> = {
  least: "",
  middle(low, high) {
    const [from, to] = [low, high].map((text) => (text === undefined ? text : symbolsOf(text)));
    const middle = middleOf(from, to, { end: 0x11_0000 - SURROGATES, usual: 0x80 });
    return middle && fromSymbols(middle);
  },
};

/** The order of bytes. */
export const bytesOrder: ValueOrder<Buffer> = {
  least: Buffer.alloc(0),
  middle(low, high) {
    const middle = middleOf(low && [...low], high && [...high], { end: 0x100, usual: 0x100 });
    return middle && Buffer.from(middle);
  },
};

/** The order of UUIDs. */
export const uuidOrder: ValueOrder<string> = {
  least: "00000000-0000-0000-0000-000000000000",
  middle(low, high) {
    const from = low === undefined ? -1n : uuidRank(low);
    const to = high === undefined ? 2n ** 128n : uuidRank(high);
    const middle = (from + to) / 2n;
    return from < middle && middle < to ? uuidOfRank(middle) : undefined;
  },
};

/** Compares two UUIDs as Cassandra orders them. */
export function compareUuids(one: string, other: string): number {
  const [first, second] = [uuidRank(one), uuidRank(other)];
  return first < second ? -1 : Number(first > second);
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
