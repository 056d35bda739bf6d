import { describe, expect, test } from "vitest";
import {
  ascii,
  bigint,
  blob,
  boolean,
  type Column,
  column,
  counter,
  date,
  decimal,
  defineType,
  double,
  duration,
  float,
  frozen,
  inet,
  int,
  InvalidValue,
  list,
  map,
  set,
  smallint,
  text,
  time,
  timestamp,
  timeuuid,
  tinyint,
  tuple,
  udt,
  uuid,
  varint,
  vector,
} from "../../../src/cassandra/index.ts";

const refusal = (run: () => unknown) => {
  try {
    return run();
  } catch (error) {
    return error instanceof InvalidValue ? `${error.code}: ${error.message}` : error;
  }
};

const lookup = udt("lookup", { gt: int(), ["__proto__"]: text() });

describe("check rejects a value that the type does not have", () => {
  const title = text({ trim: true, min: 1, max: 5 });
  const aUuid = "a UUID such as 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
  const aTimeUuid = "a time-based UUID (version 1) such as 50554d6e-29bb-11e5-b345-feff819cdc9f";
  const anInt = "a whole number from -2147483648 to 2147483647";
  const aLong = "a whole number from -9223372036854775808 to 9223372036854775807";
  const aDay = "a date, e.g. 2027-08-15";
  const aTime = "a time of day, e.g. 18:30:00.000000000";
  const anAddress = "an IP address, e.g. 127.0.0.1 or 2001:db8::1";
  const aDecimal = "a decimal number as text, e.g. 12.50";
  const aDuration = "a duration, e.g. 1mo2d, 15m or -1h30m";
  const durations = "a duration of at most 2³¹-1 months, 2³¹-1 days and 2⁶³-1 nanoseconds";
  test.each<[string, Column, unknown, string]>([
    ["an empty text", title, "  ", "TOO_SHORT: must be 1 to 5 characters, but got 0"],
    ["a long text", title, "abcdef", "TOO_LONG: must be 1 to 5 characters, but got more"],
    ["a text with NUL", title, "a\0", "NUL: must not contain U+0000"],
    [
      "half a surrogate pair",
      title,
      "\ud83c",
      "NOT_UNICODE: must be Unicode text, but got half a surrogate pair",
    ],
    ["a number as text", title, 5, "WRONG_TYPE: must be a string, but got a number"],
    ["null as text", title, null, "WRONG_TYPE: must be a string, but got null"],
    ["é as ascii", ascii(), "é", "OUT_OF_RANGE: must be ASCII text, but got other characters"],
    ["a fraction as int", int(), 1.5, "WRONG_TYPE: must be a whole number, but got a number"],
    ["NaN as int", int(), NaN, "WRONG_TYPE: must be a whole number, but got a number"],
    ["a text as int", int(), "1", "WRONG_TYPE: must be a whole number, but got other text"],
    ["a bigint as int", int(), 1n, "WRONG_TYPE: must be a whole number, but got a bigint"],
    ["2³¹ as int", int(), 2 ** 31, `OUT_OF_RANGE: must be ${anInt}, but got 2147483648`],
    [
      "128 as tinyint",
      tinyint(),
      128,
      "OUT_OF_RANGE: must be a whole number from -128 to 127, but got 128",
    ],
    [
      "-32769 as smallint",
      smallint(),
      -32_769,
      "OUT_OF_RANGE: must be a whole number from -32768 to 32767, but got -32769",
    ],
    [
      "a number below the minimum of the model",
      int({ min: 0 }),
      -1,
      "OUT_OF_RANGE: must be a whole number from 0 to 2147483647, but got -1",
    ],
    [
      "a number as bigint",
      bigint(),
      1,
      `WRONG_TYPE: must be ${aLong}, as a bigint, but got a number`,
    ],
    [
      "2⁶³ as bigint",
      bigint(),
      2n ** 63n,
      `OUT_OF_RANGE: must be ${aLong}, but got 9223372036854775808`,
    ],
    [
      "2⁶³ as counter",
      counter(),
      2n ** 63n,
      `OUT_OF_RANGE: must be ${aLong}, but got 9223372036854775808`,
    ],
    [
      "a number as varint",
      varint(),
      1,
      "WRONG_TYPE: must be a whole number, as a bigint, but got a number",
    ],
    [
      "a bigint above the maximum of the model",
      varint({ max: 9n }),
      10n,
      "OUT_OF_RANGE: must be a whole number from any to 9, but got 10",
    ],
    ["a text as double", double(), "1", "WRONG_TYPE: must be a number, but got other text"],
    ["1e39 as float", float(), 1e39, "OUT_OF_RANGE: must be a number of 32 bits, but got 1e+39"],
    ["1 as boolean", boolean(), 1, "WRONG_TYPE: must be true or false, but got a number"],
    ["a list as blob", blob(), [1], "WRONG_TYPE: must be a Uint8Array, but got a list"],
    [
      "an invalid Date",
      timestamp(),
      new Date(NaN),
      "WRONG_TYPE: must be a date and time, but got an invalid date",
    ],
    [
      "a text as timestamp",
      timestamp(),
      "2027-01-01",
      "WRONG_TYPE: must be a date and time, but got other text",
    ],
    ["a day that its month does not have", date(), "2027-02-29", `OUT_OF_RANGE: must be ${aDay}`],
    ["a 13th month", date(), "2027-13-01", `OUT_OF_RANGE: must be ${aDay}`],
    ["a date after the last one of CQL", date(), "+5881580-07-12", `OUT_OF_RANGE: must be ${aDay}`],
    [
      "a date before the first one of CQL",
      date(),
      "-5877641-06-22",
      `OUT_OF_RANGE: must be ${aDay}`,
    ],
    [
      "a year of five digits without a sign",
      date(),
      "12345-01-01",
      `WRONG_TYPE: must be ${aDay}, but got other text`,
    ],
    ["a Date as date", date(), new Date(0), `WRONG_TYPE: must be ${aDay}, but got a Date`],
    ["the time 24:00", time(), "24:00:00", `WRONG_TYPE: must be ${aTime}, but got other text`],
    [
      "ten decimal places of a second",
      time(),
      "00:00:00.0000000001",
      `WRONG_TYPE: must be ${aTime}, but got other text`,
    ],
    ["a short UUID", uuid(), "x", `WRONG_TYPE: must be ${aUuid}, but got other text`],
    [
      "a UUID followed by another character",
      uuid(),
      "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51}",
      `WRONG_TYPE: must be ${aUuid}, but got other text`,
    ],
    [
      "a random UUID as timeuuid",
      timeuuid(),
      "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51",
      `WRONG_TYPE: must be ${aTimeUuid}, but got other text`,
    ],
    ["a name as inet", inet(), "localhost", `WRONG_TYPE: must be ${anAddress}, but got other text`],
    [
      "an address with a zone",
      inet(),
      "fe80::1%eth0",
      `WRONG_TYPE: must be ${anAddress}, but got other text`,
    ],
    ["a number as decimal", decimal(), 1.5, `WRONG_TYPE: must be ${aDecimal}, but got a number`],
    [
      "a decimal without digits",
      decimal(),
      "-.",
      `WRONG_TYPE: must be ${aDecimal}, but got other text`,
    ],
    [
      "a scale of 33 bits",
      decimal(),
      "1E+2147483649",
      `WRONG_TYPE: must be ${aDecimal}, but got other text`,
    ],
    [
      "10,001 digits",
      decimal(),
      "9".repeat(10_001),
      `WRONG_TYPE: must be ${aDecimal}, but got other text`,
    ],
    [
      "a duration without a unit",
      duration(),
      "15",
      `WRONG_TYPE: must be ${aDuration}, but got other text`,
    ],
    [
      "units in the wrong order",
      duration(),
      "1d1mo",
      `WRONG_TYPE: must be ${aDuration}, but got other text`,
    ],
    ["2³¹ days", duration(), "2147483648d", `OUT_OF_RANGE: must be ${durations}`],
    ["an object as list", list(int()), {}, "WRONG_TYPE: must be a list of int, but got an object"],
    [
      "null in a list",
      list(int()),
      [1, null],
      "WRONG_TYPE: has an invalid item 1: it must be a whole number, but got null",
    ],
    [
      "undefined in a list",
      list(int()),
      [1, ...Array.from({ length: 1 })],
      "WRONG_TYPE: has an invalid item 1: it must be a whole number, but got undefined",
    ],
    ["a list as set", set(int()), [1], "WRONG_TYPE: must be a Set, but got a list"],
    [
      "a wrong element",
      set(int()),
      new Set(["x"]),
      "WRONG_TYPE: has an invalid item 0: it must be a whole number, but got other text",
    ],
    [
      "an object as map",
      map(text(), int()),
      { a: 1 },
      "WRONG_TYPE: must be a Map, but got an object",
    ],
    [
      "a wrong key",
      map(text(), int()),
      new Map([[1, 1]]),
      "WRONG_TYPE: has an invalid key 0: it must be a string, but got a number",
    ],
    [
      "a wrong value",
      map(text(), int()),
      new Map([["a", "b"]]),
      "WRONG_TYPE: has an invalid value of key 0: it must be a whole number, but got other text",
    ],
    [
      "a short tuple",
      tuple(int(), text()),
      [1],
      "WRONG_TYPE: must be a list of 2 values, of int, text, but got a list",
    ],
    [
      "a wrong part",
      tuple(int(), text()),
      [1, 2],
      "WRONG_TYPE: has an invalid item1: it must be a string, but got a number",
    ],
    [
      "a field that the UDT does not have",
      lookup,
      { lt: 1 },
      'WRONG_TYPE: must be an object with the fields gt, __proto__, but got a field "lt"',
    ],
    [
      "a wrong field",
      lookup,
      { gt: "x" },
      "WRONG_TYPE: has an invalid gt: it must be a whole number, but got other text",
    ],
    [
      "a Map as UDT",
      lookup,
      new Map(),
      "WRONG_TYPE: must be an object with the fields gt, __proto__, but got an object",
    ],
    [
      "a long vector",
      vector(float(), 2),
      [1, 2, 3],
      "WRONG_TYPE: must be a list of 2 values of float, but got a list",
    ],
    [
      "null in a vector",
      vector(float(), 2),
      [1, null],
      "WRONG_TYPE: has an invalid item 1: it must be a number, but got null",
    ],
  ])("%s", (_, { type }, value, message) => {
    expect(refusal(() => type.check(value))).toBe(message);
  });
});

describe("check returns the canonical form of a value", () => {
  test.each<[string, Column, unknown, unknown]>([
    ["a trimmed text", text({ trim: true, max: 5 }), "  🎈🎈🎈🎈🎈\n", "🎈🎈🎈🎈🎈"],
    ["a text that is not trimmed", text(), "  a ", "  a "],
    ["-0 as int", int(), -0, 0],
    ["0.1 as float", float(), 0.1, Math.fround(0.1)],
    [
      "a UUID in upper case",
      uuid(),
      "6F1F7A52-4D0E-4D53-9C8E-0D9F6A6C3A51",
      "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51",
    ],
    ["a day with a sign", date(), "+2027-01-31", "2027-01-31"],
    ["the year -0", date(), "-0000-01-01", "0000-01-01"],
    ["a time without seconds", time(), "18:30", "18:30:00.000000000"],
    ["a long address", inet(), "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["an IPv4 address in IPv6", inet(), "::ffff:1.2.3.4", "1.2.3.4"],
    ["a decimal with a sign and leading zeros", decimal(), "+012.50", "12.50"],
    ["a decimal without a whole part", decimal(), ".5", "0.5"],
    ["a decimal of many places", decimal(), "0.0000001", "1E-7"],
    ["a decimal with an exponent", decimal(), "12.5e3", "1.25E+4"],
    ["a decimal of -0", decimal(), "-0.00", "0.00"],
    ["a duration in weeks", duration(), "2w1h90m", "14d2h30m"],
    ["a duration of many months", duration(), "14mo", "1y2mo"],
    ["a negative duration", duration(), "-90s", "-1m30s"],
    ["a duration of zero", duration(), "0mo", "0s"],
    ["a set in order", set(int()), new Set([3, -1, 2]), new Set([-1, 2, 3])],
    ["undefined in a tuple", tuple(int(), text()), [undefined, "a"], [null, "a"]],
    ["a UDT without some of its fields", lookup, { gt: 1 }, { gt: 1, ["__proto__"]: null }],
    [
      "an object without prototype",
      lookup,
      Object.assign(Object.create(null), { gt: 1 }),
      { gt: 1, ["__proto__"]: null },
    ],
  ])("%s", (_, { type }, given, stored) => {
    const found = type.check(given);
    expect(found).toStrictEqual(stored);
    if (found instanceof Set) expect([...found]).toEqual([...(stored as Set<unknown>)]);
  });
});

describe("a value is encoded as these bytes and decoded from them", () => {
  test.each<[string, Column, unknown, string]>([
    ["a tinyint", tinyint(), -1, "ff"],
    ["a bigint", bigint(), -2n, "fffffffffffffffe"],
    ["a varint of one byte", varint(), -128n, "80"],
    ["a varint of two bytes", varint(), 128n, "0080"],
    ["a decimal", decimal(), "-1.28", "0000000280"],
    ["a decimal with an exponent", decimal(), "1E+3", "fffffffd01"],
    ["-0", double(), -0, "8000000000000000"],
    ["NaN as float", float(), NaN, "7fc00000"],
    ["the day before 1970", date(), "1969-12-31", "7fffffff"],
    ["the last nanosecond", time(), "23:59:59.999999999", "00004e94914effff"],
    ["a timestamp before 1970", timestamp(), new Date(-1), "ffffffffffffffff"],
    ["an IPv4 address", inet(), "1.2.3.4", "01020304"],
    ["a duration", duration(), "-1mo2d3ns", "010305"],
    ["a large duration", duration(), "1h", "0000fc068c61714000"],
    ["a list", list(text()), ["a", ""], "00000002000000016100000000"],
    ["a map", map(tinyint(), tinyint()), new Map([[1, 2]]), "0000000100000001010000000102"],
    ["a tuple with null", tuple(tinyint(), text()), [null, "a"], "ffffffff0000000161"],
    ["a vector of a fixed length", vector(int(), 2), [1, -1], "00000001ffffffff"],
    ["a vector of texts", vector(text(), 2), ["a", ""], "016100"],
    ["a vector of smallints, which have a length", vector(smallint(), 1), [1], "020001"],
  ])("%s", (_, { type }, value, hex) => {
    expect(Buffer.from(type.encode(value)).toString("hex")).toBe(hex);
    expect(type.decode(Buffer.from(hex, "hex"))).toStrictEqual(value);
  });
});

describe("decode rejects bytes that encode no value", () => {
  test.each<[string, Column, string]>([
    ["an int of no bytes", int(), ""],
    ["an int of three bytes", int(), "000001"],
    ["a text that is not UTF-8", text(), "ff"],
    ["an ascii text with bytes of UTF-8", ascii(), "c3a9"],
    ["a timestamp outside the range of Date", timestamp(), "7fffffffffffffff"],
    ["a time of the next day", time(), "00004e94914f0000"],
    ["a random UUID as timeuuid", timeuuid(), "6f1f7a524d0e4d539c8e0d9f6a6c3a51"],
    ["an address of five bytes", inet(), "0102030405"],
    ["a decimal with a scale only", decimal(), "00000002"],
    ["a decimal of too many digits", decimal(), `00000000${"7f".repeat(4153)}`],
    ["a varint of no bytes", varint(), ""],
    ["a duration of two numbers", duration(), "0103"],
    ["a duration of two signs", duration(), "010205"],
    ["a list that is cut off", list(text()), "000000020000000161"],
    ["a list followed by more bytes", list(text()), "0000000000"],
    ["a list with a negative length", list(text()), "ffffffff"],
    ["a list with a length greater than its bytes", list(text()), "7fffffff"],
    ["null in a list", list(text()), "00000001ffffffff"],
    [
      "0 and -0 in a set, which a JavaScript Set does not distinguish",
      set(double()),
      "00000002000000088000000000000000000000080000000000000000",
    ],
    ["a tuple that is cut off", tuple(int(), int()), "0000000400000001000000"],
    ["a vector that is cut off", vector(int(), 2), "00000001"],
    ["a vector followed by more bytes", vector(text(), 1), "016100"],
  ])("%s", (_, { type }, hex) => {
    expect(() => type.decode(Buffer.from(hex, "hex"))).toThrow(InvalidValue);
  });
});

test("a tuple or UDT that has more parts in the database than in the model reads as the parts of the model", () => {
  const bytes = Buffer.from("000000010100000001ff", "hex");
  expect(tuple(tinyint()).type.decode(bytes)).toEqual([1]);
  expect(tuple(tinyint(), tinyint(), text()).type.decode(bytes)).toEqual([1, -1, null]);
  expect(udt("t", { a: tinyint(), b: tinyint(), c: text() }).type.decode(bytes)).toEqual({
    a: 1,
    b: -1,
    c: null,
  });
});

describe("a value has an exact text that parses to the same value", () => {
  test.each<[Column, unknown, string]>([
    [text(), "a\0b", "a\0b"],
    [double(), -0, "-0"],
    [double(), NaN, "NaN"],
    [float(), Math.fround(0.1), "0.10000000149011612"],
    [timestamp(), new Date(-8.64e15), "-271821-04-20T00:00:00.000Z"],
    [blob(), new Uint8Array([255, 0]), "/wA="],
    [inet(), "::ffff:1.2.3.4", "::ffff:1.2.3.4"],
    [list(text()), ["a", '"'], String.raw`["a","\""]`],
    [set(int()), new Set([10, 9]), '["10","9"]'],
    [map(text(), int()), new Map([["__proto__", 1]]), '["__proto__","1"]'],
    [tuple(int(), list(text())), [null, ["a"]], String.raw`[null,"[\"a\"]"]`],
  ])("%#", ({ type }, value, written) => {
    expect(type.toText(value)).toBe(written);
    expect(type.fromText(written)).toStrictEqual(value);
  });

  test.each<[Column, string]>([
    [int(), "1e3"],
    [int(), "-0"],
    [int(), "99999999999"],
    [bigint(), "01"],
    [bigint(), "9223372036854775808"],
    [double(), ""],
    [double(), "1 "],
    [double(), "0x1"],
    [decimal(), "+1"],
    [decimal(), "1e3"],
    [boolean(), "True"],
    [timestamp(), "soon"],
    [uuid(), "x"],
    [list(int()), "[1]"],
    [list(int()), '["1"'],
    [list(int()), "null"],
    [map(text(), int()), '["a"]'],
    [tuple(int()), '["1","2"]'],
    [tuple(int()), "[1]"],
    [vector(int(), 2), '["1"]'],
    [lookup, "{}"],
  ])("fromText rejects a text that is not canonical: %#", ({ type }, wrong) => {
    expect(() => type.fromText(wrong)).toThrow(InvalidValue);
  });
});

test("values that Cassandra takes for equal have the same identity", () => {
  const identity = ({ type }: Column, value: unknown) => type.identity!(value);
  expect(identity(decimal(), "1.00")).toBe(identity(decimal(), "1"));
  expect(identity(decimal(), "0.00")).toBe(identity(decimal(), "0E+5"));
  expect(identity(decimal(), "100")).toBe(identity(decimal(), "1E+2"));
  expect(identity(decimal(), "1.01")).not.toBe(identity(decimal(), "1.1"));
  const lists = frozen(list(decimal()));
  expect(identity(lists, ["1.0"])).toBe(identity(lists, ["1.00"]));
  expect(lists.type.toText(["1.0"])).not.toBe(lists.type.toText(["1.00"]));
});

test("a custom type keeps its check when it is frozen or part of another type", () => {
  const check = () => {
    throw new InvalidValue("TOO_LONG", "must be few");
  };
  const few = column(defineType<ReadonlySet<string>>({ ...set(text()).type, check }));
  const [one, whole] = [new Set(["a"]), frozen(few).type];
  expect(whole).toMatchObject({ cql: "frozen<set<text>>", parts: [{ name: "element" }] });
  expect(whole.isMulticell ?? false).toBe(false);
  expect(() => whole.check(one)).toThrow("must be few");
  expect(whole.match(one)).toEqual(one);
  expect(() => tuple(few).type.check([one])).toThrow("must be few");
  expect(() => frozen(list(few)).type.check([one])).toThrow("must be few");
});

test.each([
  [text(), "Unicode text"],
  [ascii(), "ASCII text"],
  [text({ min: 2 }), "at least 2 characters"],
  [text({ max: 5 }), "0 to 5 characters"],
  [text({ min: 1 }), "at least 1 character"],
  [text({ max: 1 }), "0 to 1 characters"],
  [text({ min: 1, max: 1 }), "1 character"],
  [text({ min: 2, max: 2 }), "2 characters"],
])("expects describes the bounds of a text: %#", ({ type }, expects) => {
  expect(type.expects).toBe(expects);
});

test("each row gets its own copy of a mutable default", () => {
  const { ifNull, initial } = timestamp().default(new Date(5));
  initial!().setTime(6);
  ifNull!().setTime(7);
  expect([initial!(), ifNull!()]).toEqual([new Date(5), new Date(5)]);
  const none = list(text()).ifNull!();
  expect(none).not.toBe(list(text()).ifNull!());
  expect(text({ min: 1 }).nullAs("").ifNull!()).toBe("");
});

test("an emptied collection that is not frozen reads as empty, whatever its default", () => {
  const { initial, ifNull } = list(int()).default([1]);
  expect([initial!(), ifNull!()]).toEqual([[1], []]);
  expect(frozen(list(int())).default([1]).ifNull!()).toEqual([1]);
  expect(list(int()).nullAs([2]).ifNull!()).toEqual([2]);
});

test("a UDT can have fields of any names, even __proto__", () => {
  const value = lookup.type.check({ gt: 1, ["__proto__"]: "x" }) as object;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.entries(value)).toEqual([
    ["gt", 1],
    ["__proto__", "x"],
  ]);
  const read = lookup.type.decode(lookup.type.encode(value as never)) as object;
  expect(Object.entries(read)).toEqual([
    ["gt", 1],
    ["__proto__", "x"],
  ]);
});
