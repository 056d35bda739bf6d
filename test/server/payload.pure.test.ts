import { type ExecutionResult, GraphQLError } from "graphql";
import { describe, expect, test } from "vitest";
import { createMask } from "../../src/server/mask.ts";
import { completeFrame, createPayload, createSerialize } from "../../src/server/payload.ts";

const log: string[] = [];
const mask = createMask((line) => log.push(line));
const serialize = createSerialize({ mask, answerBytes: 100_000 });
const people = (count: unknown) => createPayload({ data: { people: count } }, serialize);

test("an event is a message of Server-Sent Events", () => {
  expect(people(6).event).toBe('event: next\ndata: {"data":{"people":6}}\n\n');
});

test("what is not ASCII is escaped, so that a character is a byte", () => {
  expect(people("Zürich 🎉\0").event).toBe(
    String.raw`event: next
data: {"data":{"people":"Z\u00fcrich \ud83c\udf89\u0000"}}

`,
  );
});

describe("a frame is an unmasked text frame with the message of its subscription", () => {
  const message = (id: string, text: string) =>
    `{"type":"next","payload":{"data":{"people":"${text}"}},"id":${id}}`;
  const bare = message('"1"', "").length;
  const text = (length: number) => "x".repeat(length - bare);

  test.each([
    [125, "\x81\x7d"],
    [126, "\x81\x7e\x00\x7e"],
    [65_535, "\x81\x7e\xff\xff"],
    [65_536, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"],
  ])("of %i bytes", (length, header) => {
    expect(people(text(length)).frame('"1"')).toBe(header + message('"1"', text(length)));
  });

  test("and another one for an id of another length", () => {
    const payload = people("");
    expect(payload.frame('"1"')).toBe(`\x81${String.fromCharCode(bare)}${message('"1"', "")}`);
    expect(payload.frame('"22"')).toBe(
      `\x81${String.fromCharCode(bare + 1)}${message('"22"', "")}`,
    );
    expect(payload.frame('"3"')).toContain('"id":"3"}');
  });
});

test("an end is a message of its subscription", () => {
  expect(completeFrame('"1"')).toBe(`\x81\x1c{"type":"complete","id":"1"}`);
});

test("an error is written as GraphQL writes it, without what it tells of the HTTP answer", () => {
  const extensions = { code: "GONE", http: { status: 410 } };
  const errors = [new GraphQLError("gone", { path: ["people"], extensions })];
  expect(createPayload({ data: null, errors }, serialize).event).toBe(
    'event: next\ndata: {"data":null,"errors":[{"message":"gone","path":["people"],"extensions":{"code":"GONE"}}]}\n\n',
  );
});

test("what is no value of JSON is a masked error, logged once", () => {
  expect(people(6n).event).toMatch(
    /^event: next\ndata: \{"errors":\[\{"message":"Unexpected error\."/,
  );
  expect(log).toEqual([expect.stringContaining("Unexpected error, request id ")]);
});

describe("an answer has at most the bytes of the limit,", () => {
  const serializeShort = createSerialize({ mask, answerBytes: 200 });
  const limited = (result: ExecutionResult) => serializeShort(result).json.text;
  const tooLarge =
    '{"errors":[{"message":"An answer may have 200 bytes. The operation was executed.","extensions":{"code":"ANSWER_TOO_LARGE"}}]}';

  test("which count as they are sent", () => {
    // 17 characters around the text.
    const json = (text: string) => limited({ data: { a: text } });
    expect(json("x".repeat(183))).toHaveLength(200);
    expect(json("x".repeat(184))).toBe(tooLarge);
    expect(json("é".repeat(91))).toHaveLength(108);
    expect(json("é".repeat(92))).toBe(tooLarge);
    expect(json("\0".repeat(31))).toBe(tooLarge);
  });

  test("however often one text is repeated", () => {
    const text = "x".repeat(1000);
    const rows = Array.from({ length: 1000 }, () => ({ a: text }));
    expect(limited({ data: { rows } })).toBe(tooLarge);
  });

  test("also of names, numbers and errors", () => {
    expect(limited({ data: { ["n".repeat(300)]: 1 } })).toBe(tooLarge);
    expect(limited({ data: { list: Array.from({ length: 200 }, () => 1) } })).toBe(tooLarge);
    expect(limited({ errors: [new GraphQLError("m".repeat(250))] })).toBe(tooLarge);
  });
});
