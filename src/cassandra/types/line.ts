/**
 * Characters that a reader cannot see, or that move others: controls (tabs and line breaks included), line and paragraph
 * separators, Unicode's default-ignorable characters (zero-width ones, bidirectional formatting, the soft hyphen, fillers,
 * variation selectors, tags), and the marks of annotations.
 */
const HIDDEN = String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]`;

/** The viramas of the scripts of India and Sri Lanka, Devanagari to Sinhala. */
const VIRAMA = String.raw`[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA]`;

/** The letters of the Arabic block that join on both sides (Joining_Type=D in ArabicShaping.txt). */
const DUAL_JOINING = String.raw`[\u0620\u0626\u0628\u062A-\u062E\u0633-\u063F\u0641-\u0647\u0649\u064A\u066E\u066F\u0678-\u0687\u069A-\u06BF\u06C1\u06C2\u06CC\u06CE\u06D0\u06D1\u06FA-\u06FC\u06FF]`;

/**
 * Where a hidden character is allowed, because it changes what a reader sees. The rules for the two joiners are those of
 * domain names (RFC 5892, appendix A: CONTEXTJ), and Bengali's র‍্য; the others follow UTS #51, which defines emoji.
 */
const IN_PLACE = [
  // A non-joiner between letters that would join, as in Persian.
  String.raw`(?<=${DUAL_JOINING}\p{M}*)\u200C(?=\p{L})(?=\p{Script=Arabic})(?!\u0621)`,
  // A joiner or non-joiner after a virama, as in the name of Sri Lanka.
  String.raw`(?<=${VIRAMA})\u200C(?=\p{L})`,
  String.raw`(?<=${VIRAMA})\u200D`,
  String.raw`(?<=\u09B0)\u200D(?=\u09CD\u09AF)`,
  // A joiner of two emoji, and the choice between the text and the emoji form of a symbol.
  String.raw`(?<=\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`,
  // Keycaps.
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  // The flags of England, Scotland and Wales.
  String.raw`(?<=\u{1F3F4})\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}`,
].join("|");

const hiddenOrInPlace = new RegExp(`${IN_PLACE}|(?<stray>${HIDDEN})`, "gu");

/** A character of a text. */
interface CharacterAt {
  /** In Unicode's notation, e.g. `U+200B`. */
  readonly name: string;
  /** 1 for the first character. In Unicode code points. */
  readonly position: number;
}

/** Returns the first hidden character of a text that is not in a place where it can be seen, or undefined. */
export function strayCharacter(text: string): CharacterAt | undefined {
  for (const { index, groups } of text.matchAll(hiddenOrInPlace)) {
    const stray = groups?.["stray"];
    if (stray === undefined) continue;
    const hex = stray.codePointAt(0)!.toString(16).toUpperCase();
    return { name: `U+${hex.padStart(4, "0")}`, position: countUpTo(text, index) + 1 };
  }
  return undefined;
}

/** Counts the code points before an index. */
function countUpTo(text: string, end: number): number {
  let count = 0;
  for (let at = 0; at < end; at += text.codePointAt(at)! > 0xffff ? 2 : 1) count++;
  return count;
}
