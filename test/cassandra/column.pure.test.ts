import { describe, expect, test } from "vitest";
import { int, InvalidValue, text, timestamp, uuid } from "../../src/cassandra/index.ts";

const refusal = (check: () => unknown) => {
  try {
    return check();
  } catch (error) {
    return error instanceof InvalidValue ? `${error.code}: ${error.message}` : error;
  }
};

describe("text", () => {
  const title = text({ trim: true, min: 1, max: 5 }).type;

  test("is stored trimmed where the column says so, else as it is", () => {
    expect(title.check("  a b\n")).toBe("a b");
    expect(text().type.check("  a ")).toBe("  a ");
  });

  test("counts Unicode characters, not UTF-16 units", () => {
    expect(title.check("🎈🎈🎈🎈🎈")).toBe("🎈🎈🎈🎈🎈");
  });

  test.each([
    ["", "TOO_SHORT: must be 1 to 5 characters, but got 0"],
    ["   ", "TOO_SHORT: must be 1 to 5 characters, but got 0"],
    ["abcdef", "TOO_LONG: must be 1 to 5 characters, but got more"],
    ["a\0", "NUL: must not contain U+0000"],
    ["\ud83c", "NOT_UNICODE: must be Unicode text, but got half a surrogate pair"],
    [5, "WRONG_TYPE: must be a string, but got a number"],
    [null, "WRONG_TYPE: must be a string, but got null"],
  ])("%j is refused", (value, message) => {
    expect(refusal(() => title.check(value))).toBe(message);
  });
});

describe("uuid", () => {
  test("is stored in lower case", () => {
    expect(uuid().type.check("6F1F7A52-4D0E-4D53-9C8E-0D9F6A6C3A51")).toBe(
      "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51",
    );
  });

  test.each([["x"], ["6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51}"], [7]])("%j is refused", (value) => {
    expect(refusal(() => uuid().type.check(value))).toMatch(/^WRONG_TYPE: must be a UUID such as/);
  });
});

describe("int", () => {
  test.each([-2147483648, 0, 2147483647])("holds %d", (value) => {
    expect(int().type.check(value)).toBe(value);
  });

  test.each([
    [2147483648, "OUT_OF_RANGE"],
    [-2147483649, "OUT_OF_RANGE"],
    [1.5, "WRONG_TYPE"],
    [NaN, "WRONG_TYPE"],
    ["1", "WRONG_TYPE"],
  ])("%j is refused", (value, code) => {
    expect(refusal(() => int().type.check(value))).toMatch(new RegExp(`^${code}:`));
  });
});

describe("timestamp", () => {
  test.each([[new Date(NaN)], ["2027-01-01"], [0]])("%j is refused", (value) => {
    expect(refusal(() => timestamp().type.check(value))).toMatch(/^WRONG_TYPE: must be a date/);
  });

  test("is of the years that RFC 3339 can write, to be written and to be read", () => {
    const { type } = timestamp();
    for (const text of ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]) {
      expect(type.check(new Date(text)).toISOString()).toBe(text);
      expect(type.decode(new Date(text)).toISOString()).toBe(text);
    }
    for (const text of ["-000001-12-31T23:59:59.999Z", "+010000-01-01T00:00:00.000Z"]) {
      const message = "OUT_OF_RANGE: must be a date and time of the years 0 to 9999";
      expect(refusal(() => type.check(new Date(text)))).toBe(message);
      expect(refusal(() => type.decode(new Date(text)))).toBe(message);
    }
  });
});

test.each([
  [text().type, "Rome\n🎉"],
  [uuid().type, "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51"],
  [int().type, -7],
  [timestamp().type, new Date("2027-08-15T18:30:00.123Z")],
] as const)("the text of a value gives the value again: $0.cql", (type, value) => {
  expect(type.fromText(type.toText(value as never))).toEqual(value);
});

test.each([
  [uuid().type, "x"],
  [int().type, "1e3"],
  [int().type, "99999999999"],
  [timestamp().type, "soon"],
] as const)("a text that is no value is refused: $0.cql $1", (type, wrong) => {
  expect(() => type.fromText(wrong)).toThrow(InvalidValue);
});
