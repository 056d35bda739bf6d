import { convertedOrder, type ValueOrder } from "./value-order.ts";

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
  if (high === undefined) return wordAfter(low, 0, alphabet);
  const at = differenceOf(low, high);
  const [from, to] = [low[at] ?? -1, high[at] ?? -1];
  const shared = low.slice(0, at);
  const symbol = symbolBetween(from, to, alphabet);
  if (from < symbol) return [...shared, symbol];
  // The two symbols are neighbours, or the words are equal.
  if (from >= 0) return wordAfter(low, at + 1, alphabet);
  return high.length > at + 1 ? [...shared, to] : undefined;
}

/** A word that comes after another one, and begins with at least as many of its symbols. */
function wordAfter(low: Word, least: number, alphabet: Alphabet): Word {
  const next = (at: number) => symbolBetween(low[at] ?? -1, alphabet.end, alphabet);
  let at = least;
  while (at < low.length && next(at) === low[at]) at++;
  return [...low.slice(0, at), next(at)];
}

/** A symbol between two others; the first one if they are neighbours. */
function symbolBetween(from: number, to: number, { usual }: Alphabet): number {
  const end = from + 1 < usual && usual < to ? usual : to;
  return Math.floor((from + end) / 2);
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
