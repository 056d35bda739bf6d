import type { Random } from "../chaos/random.ts";

/** Texts that programs treat wrongly now and then. */
const oddTexts = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "\udc00\ud800",
  "\ufeff",
  "\u2028\u2029",
  "\u202eRome",
  "Ro\u200bme",
  "e\u0301",
  "é",
  "🎉".repeat(100),
  "👨‍👩‍👧‍👦",
  "İstanbul",
  "ﷺ".repeat(67),
  "a".repeat(200),
  "a".repeat(201),
  "\u{10ffff}",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "NaN",
  "' OR '1'='1",
  "%00",
  "%ud800",
  "../../etc/passwd",
  "${7*7}",
  "\r\n\r\nHTTP/1.1 200 OK",
];

/** Returns an odd text, sometimes a long one. */
export function oddText(random: Random): string {
  const text = random.of(oddTexts);
  return random.chance(0.05) ? (text || "x").repeat(1 + random.whole(3000)).slice(0, 60_000) : text;
}

export function randomBytes(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: random.whole(most) }, () => random.whole(256)));
}

/** Pieces that mean something in one of the languages: GraphQL, JSON, URLs. */
const pieces = [
  ..."{}[]()\"'\\:,!$@&|=#.%?+-0 \t\n\r\0é\ufeff".split(""),
  "...",
  '"""',
  "\\u",
  "\\ud800",
  "\\u{110000}",
  "1e999",
  "null",
  "__typename",
  "on",
  "@skip(if: true)",
  "&variables={}",
  "%",
  "\ud83d",
];

/** Changes a text in one to four places: something is lost, doubled, moved or inserted. */
export function mutateText(text: string, random: Random): string {
  let mutated = text;
  for (let times = 1 + random.whole(4); times > 0; times--) {
    const at = random.whole(mutated.length + 1);
    const end = Math.min(mutated.length, at + 1 + random.whole(20));
    const piece = mutated.slice(at, end);
    const put = random.of(["", piece + piece, random.of(pieces), random.of(pieces) + piece]);
    mutated = mutated.slice(0, at) + put + mutated.slice(end);
  }
  return mutated;
}

/** Changes bytes in one to four places. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes;
  for (let times = 1 + random.whole(4); times > 0; times--) {
    const at = random.whole(mutated.length + 1);
    const end = Math.min(mutated.length, at + random.whole(8));
    const put = random.of([randomBytes(random, 8), mutated.subarray(at, end), Buffer.alloc(0)]);
    mutated = Buffer.concat([mutated.subarray(0, at), put, mutated.subarray(end)]);
  }
  return mutated;
}
