import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type ColumnType, counter, InvalidValue } from "../../../src/cassandra/index.ts";
import { canonicalType } from "../../../src/cassandra/cql-type.ts";
import { type Samples, samples } from "../../fixtures/values.ts";

interface Each {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: readonly unknown[];
}

const all = Object.entries<Samples>({
  ...samples,
  counter: { column: counter(), values: [] },
}).map(([name, { column, values }]): Each => ({
  name,
  type: column.type,
  values: values.map(([value]) => value),
}));

/** Returns the result of a function, or "refused" if it throws an InvalidValue. Other errors fail the test. */
function valueOr<Result>(run: () => Result): { readonly value: Result } | "refused" {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof InvalidValue) return "refused";
    throw error;
  }
}

const any = (below: number) => Math.floor(Math.random() * below);

/** Returns the bytes of a value with some of them changed, cut off or added; or random bytes. */
function anyBytes(type: ColumnType, values: readonly unknown[]): Buffer {
  if (values.length === 0 || any(4) === 0) return randomBytes(any(24));
  const bytes = Buffer.from(type.encode(values[any(values.length)]));
  for (let changes = any(3); changes > 0 && bytes.length > 0; changes--) {
    bytes[any(bytes.length)] = [0, 1, 0x7f, 0x80, 0xff, any(256)][any(6)]!;
  }
  return [
    bytes,
    bytes.subarray(0, any(bytes.length + 1)),
    Buffer.concat([bytes, randomBytes(any(6))]),
  ][any(3)]!;
}

function anyText(type: ColumnType, values: readonly unknown[]): string {
  const text = values.length === 0 ? "" : type.toText(values[any(values.length)]);
  const at = any(text.length + 1);
  const odd = ["", "[", '"', "-", "9", " ", "null", "1e9", ",", "\0", "\u{1f388}"][any(11)];
  return text.slice(0, at) + odd + text.slice(at + any(3));
}

const wrong = [
  null,
  undefined,
  true,
  0,
  1.5,
  NaN,
  2 ** 53,
  1n,
  2n ** 64n,
  "x",
  "",
  "\ud800",
  [],
  [1, "x", null],
  {},
  { gt: 1 },
  new Date(NaN),
  new Date(0),
  new Set([1]),
  new Map([[{}, 1]]),
  new Uint8Array(3),
  Symbol("x"),
  () => 1,
  Object.create({ a: 1 }) as object,
];

describe.each(all)("$name", ({ type, values }) => {
  test("accepts its values unchanged", () => {
    for (const value of values) expect(type.check(value)).toStrictEqual(value);
    for (const value of values) expect(type.match(value)).toStrictEqual(value);
  });

  test("decodes the bytes of a value to the same value", () => {
    for (const value of values) expect(type.decode(type.encode(value))).toStrictEqual(value);
  });

  test("parses the text of a value to the same value, and has a different text for each value", () => {
    const texts = values.map((value) => type.toText(value));
    expect(texts.map((text) => type.fromText(text))).toStrictEqual(values);
    expect(new Set(texts).size).toBe(values.length);
  });

  test("keeps no reference to the bytes that it decodes", () => {
    for (const value of values) {
      const bytes = Buffer.from(type.encode(value));
      const read = type.decode(bytes);
      bytes.fill(0xaa);
      expect(read).toStrictEqual(value);
    }
  });

  test("rejects values of other types, or stores them exactly", () => {
    for (const value of wrong) {
      const found = valueOr(() => type.check(value));
      if (found !== "refused") {
        expect(type.decode(type.encode(found.value))).toStrictEqual(found.value);
      }
    }
  });

  test("decodes any bytes to a valid value, or rejects them", () => {
    for (let i = 0; i < 3000; i++) {
      const read = valueOr(() => type.decode(anyBytes(type, values)));
      if (read === "refused") continue;
      // A set or map within another value may be in any order and have duplicates.
      const value = type.match(read.value);
      expect(type.decode(type.encode(value))).toStrictEqual(value);
      if (!type.cql.includes("<")) expect(value).toStrictEqual(read.value);
    }
  });

  test("parses any text to a valid value, or rejects it", () => {
    for (let i = 0; i < 3000; i++) {
      const read = valueOr(() => type.fromText(anyText(type, values)));
      if (read === "refused") continue;
      expect(type.match(read.value)).toStrictEqual(read.value);
      expect(type.fromText(type.toText(read.value))).toStrictEqual(read.value);
    }
  });

  test("is spelled in CQL as the database spells it", () => {
    expect(canonicalType(type.cql)).toBe(type.cql);
  });
});

describe.each(all.filter(({ type, values }) => type.compare && values.length > 0))(
  "the order of $name",
  ({ type, values }) => {
    test("is the order of Cassandra", () => {
      for (const [i, one] of values.entries()) {
        for (const [k, other] of values.entries()) {
          expect([i, k, Math.sign(type.compare!(one, other))]).toEqual([i, k, Math.sign(i - k)]);
        }
      }
    });
  },
);

test("every type except duration has an order", () => {
  expect(all.filter(({ type }) => !type.compare).map(({ name }) => name)).toEqual(["duration"]);
});

describe.each(all.filter(({ type }) => type.order))(
  "dividing the values of $name",
  ({ type, values }) => {
    const { compare, middle, unlikely } = type.order!;

    test("finds a value strictly between two others, or none if they are neighbours", () => {
      const ends = [undefined, ...values, undefined];
      for (const [i, low] of ends.entries()) {
        for (const high of ends.slice(i + 1)) {
          const found = valueOr(() => middle(low, high));
          if (found === "refused" || found.value === undefined) continue;
          expect(type.match(found.value)).toStrictEqual(found.value);
          if (low !== undefined) expect(compare(low, found.value)).toBeLessThan(0);
          if (high !== undefined) expect(compare(found.value, high)).toBeLessThan(0);
        }
      }
    });

    test("finds no value between equal values", () => {
      for (const value of values) {
        const found = valueOr(() => middle(value, value));
        // Decimals refuse if the value would have too many digits.
        if (found !== "refused") expect(found.value).toBeUndefined();
        else expect(type.kind).toBe("decimal");
      }
    });

    test("separates all values in few steps", () => {
      const isFar = (value: unknown) => type.kind === "decimal" && /E[+-]\d{3}/.test(String(value));
      const sorted = values.filter((value) => !isFar(value)).toSorted(compare);
      let steps = 0;
      const halve = (few: readonly unknown[], low: unknown, high: unknown): void => {
        if (few.length < 2 || steps > 5000) return;
        const found = valueOr(() => middle(low, high));
        if (found === "refused" || found.value === undefined) return;
        steps += 1;
        halve(
          few.filter((each) => compare(each, found.value) <= 0),
          low,
          found.value,
        );
        halve(
          few.filter((each) => compare(each, found.value) > 0),
          found.value,
          high,
        );
      };
      halve(sorted, undefined, undefined);
      expect(steps).toBeLessThan(3000);
    });

    test("has an unlikely value that is valid", () => {
      expect(type.match(unlikely)).toStrictEqual(unlikely);
    });
  },
);
