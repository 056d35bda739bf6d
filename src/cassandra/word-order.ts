import { convertedOrder, type ValueOrder } from "./value-order.ts";

/** The order of texts: by their UTF-8 bytes, which is the order of their code points. */
export const textOrder: ValueOrder<string> = {
  unlikely: "",
  compare: (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)),
  middle(low, high) {
    const [from, to] = [low, high].map((text) => (text === undefined ? text : symbolsOf(text)));
    const middle = middleWord({ end: 0x11_0000 - SURROGATES, usual: 0x80 }, [from, to]);
    return middle && fromSymbols(middle);
  },
};

/** The order of ASCII texts. */
export const asciiOrder: ValueOrder<string> = convertedOrder(wordOrder(0x80), {
  known: (text: string) => Buffer.from(text, "latin1"),
  back: (bytes) => Buffer.from(bytes).toString("latin1"),
});

/** The order of bytes. */
export const bytesOrder: ValueOrder<Uint8Array> = wordOrder(0x100);

/** Returns the order of byte strings whose bytes are below a limit. */
function wordOrder(end: number): ValueOrder<Uint8Array> {
  return {
    unlikely: new Uint8Array(0),
    compare: (one, other) => Buffer.compare(one, other),
    middle(low, high) {
      const middle = middleWord({ end, usual: end }, [low && [...low], high && [...high]]);
      return middle && Uint8Array.from(middle);
    },
  };
}

type Word = readonly number[];

interface Alphabet {
  /** Symbols are the numbers from 0 to here, exclusive. */
  readonly end: number;
  /** Most symbols are below this one, so this range is halved first. */
  readonly usual: number;
}

/**
 * Returns a word strictly between two others in lexicographic order, or undefined if there is none. An undefined bound
 * stands below or above all words.
 */
function middleWord(alphabet: Alphabet, [low, high]: WordBounds): Word | undefined {
  if (low !== undefined) return wordBetween(alphabet, [low, high]);
  if (high?.length === 0) return undefined;
  return wordBetween(alphabet, [[], high]) ?? [];
}

type WordBounds = readonly [low: Word | undefined, high: Word | undefined];

function wordBetween(
  alphabet: Alphabet,
  [low, high]: readonly [low: Word, high: Word | undefined],
): Word | undefined {
  if (high === undefined) return wordAfter(alphabet, { low, least: 0 });
  const at = firstDifferingSymbol(low, high);
  const [from, to] = [low[at] ?? -1, high[at] ?? -1];
  const shared = low.slice(0, at);
  const symbol = symbolBetween(alphabet, [from, to]);
  if (from < symbol) return [...shared, symbol];
  // The symbols are neighbours, or the words are equal.
  if (from >= 0) return wordAfter(alphabet, { low, least: at + 1 });
  return high.length > at + 1 ? [...shared, to] : undefined;
}

/** Returns a word after another one that starts with at least `least` of its symbols. */
function wordAfter(
  alphabet: Alphabet,
  { low, least }: { readonly low: Word; readonly least: number },
): Word {
  const next = (at: number) => symbolBetween(alphabet, [low[at] ?? -1, alphabet.end]);
  let at = least;
  while (at < low.length && next(at) === low[at]) at++;
  return [...low.slice(0, at), next(at)];
}

/** Returns a symbol between two others, or the first one if they are neighbours. */
function symbolBetween({ usual }: Alphabet, [from, to]: readonly [number, number]): number {
  const end = from + 1 < usual && usual < to ? usual : to;
  return Math.floor((from + end) / 2);
}

/** Returns the index of the first symbol in which a word differs from a larger one. */
function firstDifferingSymbol(low: Word, high: Word): number {
  const at = high.findIndex((symbol, index) => symbol !== low[index]);
  return at === -1 ? high.length : at;
}

/** How many code points are surrogates, from U+D800 on. They are no characters. */
const SURROGATES = 0x800;

/** Returns the code points of a text, numbered without the gap of the surrogates. */
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
