import { GraphQLError, parseValue } from "graphql";
import { describe, expect, test } from "vitest";
import { scalars } from "../../src/pothos/scalars.ts";

const { DateTime, UUID } = scalars;

/** What a value means where it comes by a variable and where it stands in a document. */
const read = (text: string) => [
  DateTime.parseValue(text),
  DateTime.parseLiteral(parseValue(JSON.stringify(text)), {}),
];

describe("a DateTime that is given", () => {
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
  ])("is read, exact to the millisecond: %s", (text, date) => {
    expect(read(text)).toEqual([new Date(date), new Date(date)]);
  });

  const wrong = [
    // Written by RFC 3339, but it cannot write them in UTC.
    "9999-12-31T23:59:59-01:00",
    "9999-12-31T23:59:59.999-23:59",
    "0000-01-01T00:00:00+00:01",
    "0000-01-01T00:00:00+23:59",
    // Not written by RFC 3339.
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
    // A leap second, which JavaScript and CQL do not have.
    "2016-12-31T23:59:60Z",
  ];
  test.each(wrong)("is refused, without being repeated: %j", (text) => {
    const message =
      "DateTime must be a date and time as RFC 3339 writes them, e.g. 2027-08-15T18:30:00Z, in UTC of the years 0000 to 9999";
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

  test("may be a Date, where there is no transport between", () => {
    const date = new Date("2027-08-15T18:30:00Z");
    expect(DateTime.parseValue(date)).toBe(date);
  });
});

describe("a DateTime that is returned", () => {
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
  ])("is an error if RFC 3339 cannot write it, or it is no Date: %s", (value) => {
    expect(() => DateTime.serialize(value)).toThrow("DateTime must be");
  });
});

test.each(["31415", "{6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51", 31415, null])(
  "a wrong UUID is refused, without being repeated: %j",
  (value) => {
    const message = "UUID must be a UUID, e.g. 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
    expect(() => UUID.parseValue(value)).toThrow(new GraphQLError(message));
    const nodes = parseValue(JSON.stringify(value));
    expect(() => UUID.parseLiteral(nodes, {})).toThrow(new GraphQLError(message, { nodes }));
  },
);
