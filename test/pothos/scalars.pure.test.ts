import { GraphQLError, parseValue } from "graphql";
import { describe, expect, test } from "vitest";
import { scalars } from "../../src/pothos/scalars.ts";

const { DateTime, UUID } = scalars;

/** Parses a value as a variable and as a literal. */
const read = (text: string) => [
  DateTime.parseValue(text),
  DateTime.parseLiteral(parseValue(JSON.stringify(text)), {}),
];

describe("a DateTime as input", () => {
  test.each([
    ["2027-08-15T18:30:00Z", "2027-08-15T18:30:00.000Z"],
    ["2027-08-15T18:30:00.5+02:00", "2027-08-15T16:30:00.500Z"],
    ["2027-08-15t18:30:00z", "2027-08-15T18:30:00.000Z"],
    ["2027-08-15T18:30:00-00:00", "2027-08-15T18:30:00.000Z"],
    ["2028-02-29T00:00:00+23:59", "2028-02-28T00:01:00.000Z"],
    ["0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"],
    ["0000-01-01T00:00:00-00:01", "0000-01-01T00:01:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    ["9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"],
    ["9999-12-31T23:59:59+01:00", "9999-12-31T22:59:59.000Z"],
  ])("is parsed exactly to the millisecond: %s", (text, date) => {
    expect(read(text)).toEqual([new Date(date), new Date(date)]);
  });

  const wrong = [
    // Valid in RFC 3339, but not expressible in UTC.
    "9999-12-31T23:59:59-01:00",
    "9999-12-31T23:59:59.999-23:59",
    "0000-01-01T00:00:00+00:01",
    "0000-01-01T00:00:00+23:59",
    // Not valid in RFC 3339.
    "+010000-01-01T00:59:59.000Z",
    "-000001-12-31T23:59:00.000Z",
    "10000-01-01T00:00:00Z",
    "2027-08-15T18:30:00",
    "2027-08-15T18:30Z",
    "2027-08-15",
    "2027-08-15 18:30:00Z",
    "2027-08-15T24:00:00Z",
    "2027-08-15T18:60:00Z",
    "2027-02-29T00:00:00Z",
    "2027-02-30T00:00:00Z",
    "2027-04-31T00:00:00Z",
    "2027-13-01T00:00:00Z",
    "2027-08-15T18:30:00+24:00",
    "2027-08-15T18:30:00+23:60",
    "2027-08-15T18:30:00+0200",
    "2027-08-15T18:30:00+02",
    "2027-08-15T18:30:00|02:00",
    "2027-08-15T18:30:00.Z",
    "2027-08-15T18:30:00,5Z",
    " 2027-08-15T18:30:00Z",
    "2027-08-15T18:30:00Z\n",
    "٢٠٢٧-08-15T18:30:00Z",
    "tomorrow",
    "",
    // A leap second, which JavaScript and CQL do not support.
    "2016-12-31T23:59:60Z",
  ];
  test.each(wrong)("is rejected, and the error does not repeat it: %j", (text) => {
    const message =
      "DateTime must be a date and time of RFC 3339, e.g. 2027-08-15T18:30:00Z, in the years 0000 to 9999 in UTC";
    expect(() => DateTime.parseValue(text)).toThrow(new GraphQLError(message));
    const nodes = parseValue(JSON.stringify(text));
    const parse = () => DateTime.parseLiteral(nodes, {});
    expect(parse).toThrow(new GraphQLError(message, { nodes }));
  });

  test.each([1_800_000_000_000, 0, true, null, [], {}, 5n, new Date(NaN), new Date(8.64e15)])(
    "is refused if it is no text, or a Date outside of these years: %s",
    (value) => expect(() => DateTime.parseValue(value)).toThrow("DateTime must be"),
  );

  test.each(["1800000000000", "5.5", "true", "NOW", "[]", "{}"])(
    "is refused if it stands in a document as %s",
    (literal) => {
      expect(() => DateTime.parseLiteral(parseValue(literal), {})).toThrow("DateTime must be");
    },
  );

  test("can be a Date within a process", () => {
    const date = new Date("2027-08-15T18:30:00Z");
    expect(DateTime.parseValue(date)).toBe(date);
  });
});

describe("a DateTime as output", () => {
  test.each(["0000-01-01T00:00:00.000Z", "1969-07-20T20:17:40.000Z", "9999-12-31T23:59:59.999Z"])(
    "is written so that it can be given back: %s",
    (text) => {
      const written = JSON.stringify(DateTime.serialize(new Date(text)));
      expect(written).toBe(JSON.stringify(text));
      expect(read(JSON.parse(written))).toEqual([new Date(text), new Date(text)]);
    },
  );

  test.each([
    new Date("+010000-01-01T00:00:00.000Z"),
    new Date("-000001-12-31T23:59:59.999Z"),
    new Date(8.64e15),
    new Date(NaN),
    1_800_000_000_000,
    "2027-08-15T18:30:00Z",
    null,
  ])("is an error if RFC 3339 cannot express it, or it is not a Date: %s", (value) => {
    expect(() => DateTime.serialize(value)).toThrow("DateTime must be");
  });
});

test.each(["31415", "{6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51", 31415, null])(
  "an invalid UUID is rejected, and the error does not repeat it: %j",
  (value) => {
    const message = "UUID must be a UUID, e.g. 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
    expect(() => UUID.parseValue(value)).toThrow(new GraphQLError(message));
    const nodes = parseValue(JSON.stringify(value));
    expect(() => UUID.parseLiteral(nodes, {})).toThrow(new GraphQLError(message, { nodes }));
  },
);

const { BigInt: BigIntScalar, Decimal, Date: Day, Time, Duration, Inet, Base64, Vector } = scalars;

describe.each([
  {
    scalar: BigIntScalar,
    values: [
      ["0", 0n],
      ["9223372036854775807", 2n ** 63n - 1n],
      ["-170141183460469231731687303715884105729", -(2n ** 127n) - 1n],
    ],
    wrong: ["007", "+1", "-0", "1.0", "1e3", "0x10", " 1", "1n", "", 1, 1.5, 2 ** 53, true, null],
    literals: ["1.5", "true", "ONE", "[1]", "-0"],
    message: "BigInt must be a whole number as a decimal string, e.g. 9007199254740993",
  },
  {
    scalar: Decimal,
    values: [
      ["12.50", "12.50"],
      ["-0.001", "-0.001"],
      ["1E+3", "1E+3"],
    ],
    wrong: ["", "1,5", "NaN", "0x1", " 1", 1.5, 1, null],
    literals: ["1.5", "1", "E1"],
    message: "Decimal must be a decimal number as text, e.g. 12.50",
  },
  {
    scalar: Day,
    values: [
      ["1969-07-20", "1969-07-20"],
      ["+5881580-07-11", "+5881580-07-11"],
      ["-5877641-06-23", "-5877641-06-23"],
    ],
    wrong: ["2027-02-29", "2027-8-15", "+5881580-07-12", "today", 5, null, new Date(0)],
    literals: ["5", "TODAY"],
    message: "Date must be a date, e.g. 2027-08-15",
  },
  {
    scalar: Time,
    values: [["23:59:59.999999999", "23:59:59.999999999"]],
    wrong: ["24:00:00", "18:60", "18:30:00.0000000001", "18", 5, null],
    literals: ["18", "NOON"],
    message: "Time must be a time of day, e.g. 18:30:00.000000000",
  },
  {
    scalar: Duration,
    values: [
      ["1y2mo3d4h5m6s7ms8us9ns", "1y2mo3d4h5m6s7ms8us9ns"],
      ["-15m", "-15m"],
    ],
    wrong: ["", "1", "m", "PT1H", "1h1d", 15, null],
    literals: ["15", "PT1H"],
    message: "Duration must be a duration, e.g. 1mo2d, 15m or -1h30m",
  },
  {
    scalar: Inet,
    values: [
      ["127.0.0.1", "127.0.0.1"],
      ["2001:db8::1", "2001:db8::1"],
    ],
    wrong: ["localhost", "127.1", "::1%eth0", "", 1, null],
    literals: ["127", "HOST"],
    message: "Inet must be an IP address, e.g. 127.0.0.1 or 2001:db8::1",
  },
  {
    scalar: Base64,
    values: [
      ["", new Uint8Array()],
      ["AQID", new Uint8Array([1, 2, 3])],
      ["/+8=", new Uint8Array([255, 239])],
    ],
    wrong: ["AQI", "_-8=", "AQID\n", "ä", "A===", 5, null, []],
    literals: ["5", "AQID"],
    message: "Base64 must be bytes in Base64, e.g. AQID",
  },
  {
    scalar: Vector,
    values: [
      [
        [0.5, -1, 1e-45],
        [0.5, -1, 1e-45],
      ],
    ],
    wrong: ["[1]", [1, null], ["1"], [NaN], [Infinity], 1, null, {}],
    literals: ['["1"]', "1", "[1e999]", "[null]"],
    message: "Vector must be an array of finite numbers, e.g. [0.5, 1]",
  },
])("$scalar.name", ({ scalar, values, wrong, literals, message }) => {
  test.each(values as unknown[][])("parses and serializes %j", (given, value) => {
    expect(scalar.parseValue(given)).toEqual(value);
    expect(scalar.parseLiteral(parseValue(JSON.stringify(given)), {})).toEqual(value);
    expect(scalar.serialize(value)).toEqual(given);
  });

  test.each(wrong as unknown[])("rejects %j, and the error does not repeat it", (value) => {
    expect(() => scalar.parseValue(value)).toThrow(new GraphQLError(message));
  });

  test.each(literals)("rejects the literal %s", (literal) => {
    const nodes = parseValue(literal);
    expect(() => scalar.parseLiteral(nodes, {})).toThrow(new GraphQLError(message, { nodes }));
  });
});

test("a BigInt literal can be a number and is exact", () => {
  expect(BigIntScalar.parseLiteral(parseValue("9007199254740993"), {})).toBe(2n ** 53n + 1n);
});

test("a BigInt with too many digits is rejected", () => {
  expect(() => BigIntScalar.parseValue("9".repeat(10_001))).toThrow("BigInt must be");
});
