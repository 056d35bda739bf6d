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

/** What a function returns, or that it refused by an InvalidValue; another error fails the test. */
function valueOr<Result>(run: () => Result): { readonly value: Result } | "refused" {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof InvalidValue) return "refused";
    throw error;
  }
}

const any = (below: number) => Math.floor(Math.random() * below);

/** Bytes of a value with some of them changed, cut off or added; or others. */
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
  test("takes its values as they are", () => {
    for (const value of values) expect(type.check(value)).toStrictEqual(value);
    for (const value of values) expect(type.match(value)).toStrictEqual(value);
  });

  test("gives the same value again from its bytes", () => {
    for (const value of values) expect(type.decode(type.encode(value))).toStrictEqual(value);
  });

  test("gives the same value again from its text, which no other value has", () => {
    const texts = values.map((value) => type.toText(value));
    expect(texts.map((text) => type.fromText(text))).toStrictEqual(values);
    expect(new Set(texts).size).toBe(values.length);
  });

  test("keeps no reference to the bytes that it reads", () => {
    for (const value of values) {
      const bytes = Buffer.from(type.encode(value));
      const read = type.decode(bytes);
      bytes.fill(0xaa);
      expect(read).toStrictEqual(value);
    }
  });

  test("refuses every value that is none", () => {
    for (const value of wrong) {
      const found = valueOr(() => type.check(value));
      if (found !== "refused") {
        expect(type.decode(type.encode(found.value))).toStrictEqual(found.value);
      }
    }
  });

  test("reads a value from any bytes, or refuses them", () => {
    for (let i = 0; i < 3000; i++) {
      const read = valueOr(() => type.decode(anyBytes(type, values)));
      if (read === "refused") continue;
      // A set or map that is within another value may be in any order, and have a value twice.
      const value = type.match(read.value);
      expect(type.decode(type.encode(value))).toStrictEqual(value);
      if (!type.cql.includes("<")) expect(value).toStrictEqual(read.value);
    }
  });

  test("reads a value from any text, or refuses it", () => {
    for (let i = 0; i < 3000; i++) {
      const read = valueOr(() => type.fromText(anyText(type, values)));
      if (read === "refused") continue;
      expect(type.match(read.value)).toStrictEqual(read.value);
      expect(type.fromText(type.toText(read.value))).toStrictEqual(read.value);
    }
  });

  test("has a name as the database spells it", () => {
    expect(canonicalType(type.cql)).toBe(type.cql);
  });
});

describe.each(all.filter(({ type, values }) => type.compare && values.length > 0))(
  "the order of $name",
  ({ type, values }) => {
    test("is Cassandra's", () => {
      for (const [i, one] of values.entries()) {
        for (const [k, other] of values.entries()) {
          expect([i, k, Math.sign(type.compare!(one, other))]).toEqual([i, k, Math.sign(i - k)]);
        }
      }
    });
  },
);

test("every type but durations, and what has them, has an order", () => {
  expect(all.filter(({ type }) => !type.compare).map(({ name }) => name)).toEqual(["duration"]);
});

describe.each(all.filter(({ type }) => type.order))(
  "between values of $name",
  ({ type, values }) => {
    const { compare, middle, unlikely } = type.order!;

    test("there is another one, or none where they are neighbours", () => {
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

    test("there is none where there is no room", () => {
      for (const value of values) {
        const found = valueOr(() => middle(value, value));
        // That of decimals is not told where it would have too many digits.
        if (found !== "refused") expect(found.value).toBeUndefined();
        else expect(type.kind).toBe("decimal");
      }
    });

    test("few halves are needed until none is left, or they get too small", () => {
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

    test("an unlikely one is a value, too", () => {
      expect(type.match(unlikely)).toStrictEqual(unlikely);
    });
  },
);
