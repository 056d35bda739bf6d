import { describe, expect, test } from "vitest";
import {
  ascii,
  asc,
  frozen,
  insert,
  InvalidValue,
  list,
  map,
  put,
  remove,
  select,
  set,
  table,
  text,
  tuple,
  udt,
  update,
  vector,
} from "../../../src/cassandra/index.ts";
import { keyText } from "../../../src/cassandra/key-text.ts";
import { insertEntry } from "../../../src/cassandra/write.ts";
import { orderOf } from "../../../src/order/index.ts";

const NFD = "Zu\u0308rich";
const NFC = "Z\u00fcrich";
const HIDDEN = "Ro\u200bme";
const name = text({ trim: true, normalize: "NFC", line: true, min: 1, max: 6 });

const refusal = (run: () => unknown) => {
  try {
    return run();
  } catch (error) {
    return error instanceof InvalidValue ? `${error.code}: ${error.message}` : error;
  }
};
const stray = (character: string, position: number) =>
  `NOT_A_LINE: must be one line without control, zero-width or bidirectional characters, but has ${character} at position ${position}`;

describe("a text in NFC", () => {
  test.each([
    ["a letter and its mark", NFD, NFC],
    ["a text in NFC", NFC, NFC],
    ["the sign of ångström", "\u212b", "\u00c5"],
    ["a Hangul syllable in parts", "\u1112\u1161\u11ab", "\ud55c"],
    ["marks in another order", "q\u0307\u0323", "q\u0323\u0307"],
    ["compatibility characters, which look different", "ﬁ①", "ﬁ①"],
    ["letters of other scripts, which only look alike", "Аa", "Аa"],
    ["white space around marks", "\u2003e\u0301\n", "\u00e9"],
  ])("has %s in one spelling", (_, given, stored) => {
    expect(name.type.check(given)).toBe(stored);
  });

  test("is counted as it is stored", () => {
    expect(name.type.check("u\u0308".repeat(6))).toBe("\u00fc".repeat(6));
    expect(refusal(() => name.type.check("u\u0308".repeat(7)))).toBe(
      "TOO_LONG: must be one line of 1 to 6 characters, but got more",
    );
    // U+0958 is two characters in NFC.
    expect(refusal(() => name.type.check("\u0958".repeat(4)))).toBe(
      "TOO_LONG: must be one line of 1 to 6 characters, but got more",
    );
    expect(text({ normalize: "NFC", min: 2 }).type.check("\u0958")).toBe("\u0915\u093c");
  });

  test("cannot be made slow by combining characters", () => {
    const marks = "\u0301\u0323".repeat(50_000);
    const many = "TOO_LONG: must have at most 30 combining characters in a row";
    const unbounded = text({ normalize: "NFC" }).type;
    expect(refusal(() => unbounded.check(`a${marks}`))).toBe(many);
    expect(refusal(() => unbounded.check(`a${"\u0301".repeat(31)}`))).toBe(many);
    expect(unbounded.check(`x${"\u0301".repeat(30)}`)).toBe(`x${"\u0301".repeat(30)}`);
    expect(refusal(() => name.type.check(`a${marks}`))).toContain("TOO_LONG");
    expect(unbounded.lookup!(`a${marks}`)).toBe(`a${marks}`);
  });

  test("is not what a text is by default", () => {
    expect(text().type.check(NFD)).toBe(NFD);
    expect(text({ line: true }).type.check(NFD)).toBe(NFD);
    expect(ascii({ normalize: "NFC", max: 3 }).type.check("abc")).toBe("abc");
  });
});

describe("a line", () => {
  const line = text({ line: true }).type;

  test.each([
    ["a line break", "a\nb", "U+000A", 2],
    ["a tab", "a\tb", "U+0009", 2],
    ["an escape", "\u001b[31m", "U+001B", 1],
    ["a control of the second block", "ab\u0085", "U+0085", 3],
    ["a delete", "a\u007f", "U+007F", 2],
    ["a line separator", "a\u2028b", "U+2028", 2],
    ["a paragraph separator", "a\u2029b", "U+2029", 2],
    ["a zero-width space", HIDDEN, "U+200B", 3],
    ["a byte order mark", "a\ufeffb", "U+FEFF", 2],
    ["a word joiner", "a\u2060b", "U+2060", 2],
    ["a soft hyphen", "a\u00adb", "U+00AD", 2],
    ["a grapheme joiner", "a\u034fb", "U+034F", 2],
    ["a Hangul filler", "\u3164", "U+3164", 1],
    ["an override", "a\u202egnp.exe", "U+202E", 2],
    ["an embedding", "a\u202ab", "U+202A", 2],
    ["an isolate", "a\u2066b", "U+2066", 2],
    ["the end of an isolate", "a\u2069b", "U+2069", 2],
    ["a left-to-right mark", "a\u200eb", "U+200E", 2],
    ["a right-to-left mark", "a\u200fb", "U+200F", 2],
    ["an Arabic letter mark", "a\u061cb", "U+061C", 2],
    ["a joiner between letters", "a\u200db", "U+200D", 2],
    ["a joiner that joins nothing", "🎉\u200d", "U+200D", 2],
    ["a joiner without a first emoji", "a\u200d🎉", "U+200D", 2],
    ["two joiners", "🎉\u200d\u200d🎉", "U+200D", 2],
    ["a non-joiner between letters that do not join", "\u062f\u200c\u0627", "U+200C", 2],
    ["a non-joiner between Latin letters", "a\u200cb", "U+200C", 2],
    ["a non-joiner at the end", "\u0645\u06cc\u200c", "U+200C", 3],
    ["a variation selector after a letter", "a\ufe0f", "U+FE0F", 2],
    ["a variation selector after a digit", "1\ufe0f", "U+FE0F", 2],
    ["two variation selectors", "❤\ufe0f\ufe0f", "U+FE0F", 3],
    ["an ideographic variation", "\u845b\u{e0100}", "U+E0100", 2],
    ["hidden tags", "a\u{e0041}\u{e0042}", "U+E0041", 2],
    ["hidden tags after a flag", "🏴\u{e0041}\u{e007f}", "U+E0041", 2],
    ["an annotation", "a\ufff9b", "U+FFF9", 2],
    ["a control after characters of two units", "🎈🎈\u0001", "U+0001", 3],
  ])("does not have %s", (_, value, character, position) => {
    expect(refusal(() => line.check(value))).toBe(stray(character, position));
  });

  test.each([
    ["spaces", "New  York\u00a0City\u3000"],
    ["a family", "👨‍👩‍👧‍👦"],
    ["skin tones and a direction", "👩🏽‍🦽‍➡️"],
    ["flags", "🇩🇪🏳️‍🌈🏴‍☠️🏳️‍⚧️🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿🏴󠁧󠁢󠁷󠁬󠁳󠁿"],
    ["emoji as phones write them", "⭐️⚡️❤️‍🔥☺︎"],
    ["keycaps", "1️⃣#️⃣"],
    ["an emoji of later versions", "🐦‍🔥⛓️‍💥🧑‍🧑‍🧒"],
    ["Persian", "می‌خواهم"],
    ["Persian with vowels", "مَیْ‌خواهم"],
    ["Sinhala", "ශ්‍රී ලංකාව"],
    ["Bengali", "র‍্যাপ"],
    ["Hindi", "क्‍ष क्‌ष"],
    ["Malayalam at the end of a word", "ന്‍"],
    ["Arabic, Hebrew and Thai", "القاهرة תל אביב ไทย"],
    ["combining characters", "e\u0301"],
  ])("may have %s", (_, value) => {
    expect(line.check(value)).toBe(value);
    expect(text({ line: true, normalize: "NFC" }).type.check(value)).toBe(value.normalize("NFC"));
  });

  test("is checked without the white space that is removed", () => {
    expect(name.type.check("\n\tRome\u2028")).toBe("Rome");
    expect(text({ line: true, trim: true }).type.check("\ufeffRome")).toBe("Rome");
  });

  test("counts positions in the text as it was given", () => {
    expect(refusal(() => name.type.check(" \nu\u0308\u200b"))).toBe(stray("U+200B", 5));
  });

  test("can be ASCII", () => {
    expect(refusal(() => ascii({ line: true }).type.check("a\tb"))).toBe(stray("U+0009", 2));
    expect(refusal(() => ascii({ line: true, min: 1 }).type.check(""))).toBe(
      "TOO_SHORT: must be one line of at least 1 character, but got 0",
    );
  });

  test("with U+0000 or half a surrogate pair has the errors of any text", () => {
    expect(refusal(() => line.check("a\0"))).toBe("NUL: must not contain U+0000");
    expect(refusal(() => line.check("\ud83c\u200d"))).toContain("NOT_UNICODE");
  });
});

test.each([
  ["a list", list(name), [NFD], [NFC], [HIDDEN], "item 0"],
  ["a set", set(name), new Set([NFD, NFC]), new Set([NFC]), new Set([HIDDEN]), "item 0"],
  [
    "the keys of a map",
    map(name, text()),
    new Map([[NFD, NFD]]),
    new Map([[NFC, NFD]]),
    new Map([[HIDDEN, ""]]),
    "key 0",
  ],
  ["a tuple", tuple(name, text()), [NFD, NFD], [NFC, NFD], [HIDDEN, null], "item0"],
  [
    "a UDT",
    udt("place", { name, note: text() }),
    { name: NFD, note: NFD },
    { name: NFC, note: NFD },
    { name: HIDDEN },
    "name",
  ],
  ["a vector", vector(name, 1), [NFD], [NFC], [HIDDEN], "item 0"],
])("%s has the rules of its parts", (_, { type }, given, stored, refused, part) => {
  expect(type.check(given)).toEqual(stored);
  expect(refusal(() => type.check(refused))).toContain(
    `NOT_A_LINE: has an invalid ${part}: it must be one line`,
  );
  expect(type.match(type.decode(type.encode(type.match(refused) as never)))).toEqual(
    type.match(refused),
  );
});

test("a default is stored in its form, and one that the rules refuse is no default", () => {
  const City = table("city", { id: name, mayor: name.default(NFD) }, { partition: ["id"] });
  expect(insert(City, { id: NFD }).params).toEqual([NFC, NFC]);
  expect(() =>
    table("city", { id: name, mayor: name.default(HIDDEN) }, { partition: ["id"] }),
  ).toThrow("U+200B at position 3");
});

describe("the key of a statement", () => {
  const Street = table(
    "street",
    { city: name, street: frozen(list(name)), note: name },
    { partition: ["city"], clustering: [asc("street")], lwt: true, lanes: true },
  );
  const Plain = table("plain", { city: name, note: name }, { partition: ["city"] });
  const asWritten = [
    { city: NFD, street: [NFD] },
    { city: HIDDEN, street: [HIDDEN] },
  ];

  test.each(asWritten)("names a stored row as it is written: %j", (key) => {
    const values = [key.city, key.street];
    expect(select(Street, key).params).toEqual(values);
    expect(select(Street, { city: key.city, street: { gte: key.street } }).params).toEqual(values);
    expect(remove(Street, key, { if: "exists" }).params).toEqual(values);
    expect(update(Street, key, { note: NFD }, { if: "exists" }).params).toEqual([NFC, ...values]);
    expect(remove(Plain, { city: key.city }).params).toEqual([key.city]);
    expect(JSON.parse(keyText(Street, key, { columns: ["city"] }))).toEqual([key.city]);
  });

  test("of a write that may create a row is in the form of the model", () => {
    expect(insert(Street, { city: NFD, street: [NFD] }, { if: "not exists" }).params).toEqual([
      NFC,
      [NFC],
    ]);
    expect(put(Plain, { city: NFD }).params).toEqual([NFC]);
    expect(update(Plain, { city: NFD }, { note: "a" }).params).toEqual(["a", NFC]);
    expect(() => update(Plain, { city: HIDDEN }, { note: "a" })).toThrow("U+200B at position 3");
  });

  test("has the other rules of its column", () => {
    expect(select(Street, { city: ` ${NFD} ` }).params).toEqual([NFD]);
    expect(() => select(Street, { city: "" })).toThrow("must be one line of 1 to 6 characters");
    expect(() => select(Street, { city: "u\u0308".repeat(7) })).toThrow("but got more");
    expect(() => select(Street, { city: "a\0" })).toThrow("must not contain U+0000");
  });

  test("of an order's entry is that of the stored row", () => {
    const Task = table(
      "task",
      { board: name, id: name, title: name.required() },
      {
        partition: ["board"],
        clustering: [asc("id")],
        lwt: true,
        lanes: true,
        orders: { task_by_title: [asc("title")] },
      },
    );
    const entry = { board: NFD, title: HIDDEN, id: NFD };
    const ByTitle = orderOf(Task, "task_by_title");
    expect(insertEntry(ByTitle as never, entry).params.slice(0, 3)).toEqual([NFD, HIDDEN, NFD]);
  });
});
