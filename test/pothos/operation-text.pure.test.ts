import { expect, test } from "vitest";
import { operationText } from "../../src/pothos/operation-text.ts";

const day = "2040-01-01T00:00:00.000Z";

/** Pairs of equal values that were created separately. */
const equal: readonly (readonly [what: string, one: object, other: object])[] = [
  ["in another order", { a: 1, b: "x" }, { b: "x", a: 1 }],
  ["in another order within", { in: { a: 1, b: 2 } }, { in: { b: 2, a: 1 } }],
  ["with what is undefined", { a: 1 }, { a: 1, b: undefined }],
  ["of equal dates", { at: new Date(day) }, { at: new Date(day) }],
  ["of equal bytes", { raw: Buffer.from("a") }, { raw: new Uint8Array([97]) }],
  ["of equal maps", { map: new Map([["a", 1n]]) }, { map: new Map([["a", 1n]]) }],
];

test.each(equal)("equal values have the same text %s", (_, one, other) => {
  expect(operationText("Mutation.add", one)).toBe(operationText("Mutation.add", other));
});

/** Values that JSON or a comparison could confuse. */
const different: readonly unknown[] = [
  1,
  "1",
  1n,
  "1n",
  null,
  "null",
  true,
  "true",
  "",
  [],
  {},
  [1, "a"],
  ["1", "a"],
  ['1,"a"'],
  [[1], "a"],
  { a: 1 },
  { a: "1" },
  { a: 1n },
  { a: { b: 1 } },
  { "a:1": 1 },
  new Date(day),
  day,
  `Date ${day}`,
  new Date("2040-01-01T00:00:00.001Z"),
  new Map([["a", 1]]),
  new Map([["a", "1"]]),
  [["a", 1]],
  new Set(["a"]),
  ["a"],
  Buffer.from("a"),
  "bytes YQ==",
];

test("different values have different texts", () => {
  const texts = different.map((value) => operationText("Mutation.add", { value }));
  expect(new Set(texts).size).toBe(texts.length);
});

test("the same values of another operation have another text", () => {
  expect(operationText("Mutation.add", {})).not.toBe(operationText("Show.add", {}));
});
