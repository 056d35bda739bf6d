import { capital } from "../pothos/names.ts";

/** Returns the words of a name: `order_lines`, `OrderLines` and `"Order Lines"` have the words `order` and `lines`. */
export function wordsOf(name: string): readonly string[] {
  const spelled = asciiText(name);
  // ORDERS is one word, not six.
  const even = spelled === spelled.toUpperCase() ? spelled.toLowerCase() : spelled;
  return even
    .replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

/** Returns words as one name in PascalCase. A name that would begin with a digit begins with `_`. */
export function pascal(words: readonly string[]): string {
  return withoutDigit(words.map(capital).join(""));
}

/** Returns words as one name in camelCase. A name that would begin with a digit begins with `_`. */
export function camel([first = "", ...others]: readonly string[]): string {
  return withoutDigit(`${first}${others.map(capital).join("")}`);
}

function withoutDigit(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}

/**
 * Returns the words of a table's rows: the last word, or the one before `by`, in the singular. A number is no word here.
 *
 * @example wordsOfRow(["readings", "by", "device"]) // ["reading", "by", "device"]
 */
export function wordsOfRow(words: readonly string[]): readonly string[] {
  const by = words.indexOf("by", 1);
  const things = words.slice(0, by === -1 ? words.length : by);
  const at = things.findLastIndex((word) => /[a-z]/.test(word));
  return words.map((word, each) => (each === at ? singular(word) : word));
}

/** Nouns whose singular follows no rule below. */
const irregular: Readonly<Record<string, string>> = {
  __proto__: null as never,
  analyses: "analysis",
  children: "child",
  feet: "foot",
  geese: "goose",
  indices: "index",
  knives: "knife",
  leaves: "leaf",
  lives: "life",
  matrices: "matrix",
  men: "man",
  mice: "mouse",
  quizzes: "quiz",
  shelves: "shelf",
  shoes: "shoe",
  teeth: "tooth",
  vertices: "vertex",
  wives: "wife",
  wolves: "wolf",
  women: "woman",
  ...Object.fromEntries(
    ["caches", "cookies", "houses", "movies", "ties", "warehouses"].map((each) => [
      each,
      each.slice(0, -1),
    ]),
  ),
};

/** Nouns that end like a plural and are none, or have no other singular. */
const singularNouns = new Set(
  `alias analysis atlas axis basis bias bus canvas gas lens news series species`.split(" "),
);

/** The ends of plurals and those of their singulars; the first that fits is used. */
const endings: readonly (readonly [end: RegExp, singular: string])[] = [
  [/(?<=ss|us|is)$/, ""],
  [/(?<=[a-z]{2})ies$/, "y"],
  [/(?<=ss|sh|ch|x|[^aeo]us|atus)es$/, ""],
  [/(?<=[a-z]{2})oes$/, "o"],
  [/(?<=[a-z]{2})(?<!s)s$/, ""],
];

function singular(word: string): string {
  if (singularNouns.has(word)) return word;
  const found = irregular[word];
  if (found !== undefined) return found;
  const rule = endings.find(([end]) => end.test(word));
  return rule === undefined ? word : word.replace(...rule);
}

/** Letters that do not consist of a plain letter and an accent. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  Æ: "Ae",
  ø: "o",
  Ø: "O",
  œ: "oe",
  Œ: "Oe",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
};

function asciiText(name: string): string {
  return name
    .replace(/[^\0-\x7f]/g, (letter) => plainLetters[letter] ?? letter)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "");
}
