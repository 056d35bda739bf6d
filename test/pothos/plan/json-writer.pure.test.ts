import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isLeftToExecutor } from "../../../src/pothos/plan/for-executor.ts";
import { JsonWriter } from "../../../src/pothos/plan/json-writer.ts";

function written(write: (out: JsonWriter) => void, most = 1024 * 1024) {
  const out = new JsonWriter();
  out.begin(most);
  write(out);
  return out.end();
}

const textOf = (write: (out: JsonWriter) => void) => written(write).text;

test.each([
  "",
  "Sommerfest",
  'a "quoted" \\ text',
  "line\nbreak\tand\u0000NUL",
  "Köln 東京 🎉",
  "\u2028\u2029\u007f\ufffd",
])("a text is written as JSON.stringify writes it: %j", (text) => {
  const bytes = Buffer.from(`before${text}after`);
  const length = Buffer.byteLength(text);
  const { text: json, length: jsonLength } = written((out) => out.text(bytes, 6, length));
  expect([json, jsonLength]).toEqual([
    JSON.stringify(text),
    Buffer.byteLength(JSON.stringify(text)),
  ]);
});

test("bytes that are not UTF-8 are left to the executor, also beside characters that are escaped", () => {
  for (const bytes of [Buffer.of(0x61, 0xff), Buffer.of(0x22, 0xc3), Buffer.of(0xed, 0xa0, 0x80)]) {
    expect(() => textOf((out) => out.text(bytes, 0, bytes.length))).toThrow(
      expect.toSatisfy(isLeftToExecutor),
    );
  }
});

test.each([
  0,
  1,
  -1,
  999,
  -86_400_000,
  86_399_999,
  Date.parse("0000-01-01T00:00:00.000Z"),
  Date.parse("9999-12-31T23:59:59.999Z"),
  Date.parse("2024-02-29T12:34:56.789Z"),
  Date.parse("1969-12-31T23:59:59.999Z"),
])("the time %d is written as a Date is", (time) => {
  expect(textOf((out) => out.timestamp(time))).toBe(JSON.stringify(new Date(time)));
});

test("times of more days than are kept are written as Dates are", () => {
  const out = new JsonWriter();
  for (let day = -3000; day < 3000; day++) {
    const time = day * 86_400_000 + day * 12_345;
    out.begin(100);
    out.timestamp(time);
    expect(out.end().text).toBe(JSON.stringify(new Date(time)));
  }
});

test.each([0, 7, 10, -10, 99, 100, 2 ** 31 - 1, -(2 ** 31)])(
  "%d is written with its digits",
  (value) => {
    expect(textOf((out) => out.int(value))).toBe(String(value));
  },
);

test("16 bytes are written as a UUID", () => {
  const bytes = Buffer.from("006f1f7a524d0e4d539c8e0d9f6a6c3a51", "hex");
  expect(textOf((out) => out.uuid(bytes, 1))).toBe('"6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51"');
});

test("bytes of any length are written in Base64 for URLs", () => {
  for (let length = 0; length < 100; length++) {
    const bytes = randomBytes(length);
    expect(textOf((out) => out.base64url(Buffer.concat([bytes, randomBytes(3)]), length))).toBe(
      bytes.toString("base64url"),
    );
  }
});

test("what is tried is not in the text, and may be longer than the text", () => {
  const long = Buffer.alloc(700_000, "x");
  const text = written((out) => {
    out.ascii("[1");
    out.attempt(() => {
      out.json('"ü"');
      out.text(long, 0, long.length);
    });
    out.ascii("]");
  }, 100);
  expect(text.text).toBe("[1]");
});

test("JSON may be as long as the text may be, whatever its characters are", () => {
  const json = JSON.stringify("x".repeat(900_000));
  expect(written((out) => out.json(json)).text).toBe(json);
  expect(written((out) => out.text(Buffer.from(`"${json}`), 0, 900_003)).length).toBe(900_008);
});

test("a text may be longer than the bytes that are kept, and one that is far too long is not written", () => {
  const long = Buffer.alloc(700_000, "x");
  expect(written((out) => out.text(long, 0, long.length)).length).toBe(700_002);
  expect(() => written((out) => out.text(long, 0, long.length), 100_000)).toThrow(
    new RangeError("The text is too long"),
  );
});
