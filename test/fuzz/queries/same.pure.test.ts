import { expect, test } from "vitest";
import { isSame } from "./same.ts";

const errors = (...messages: readonly string[]) => messages.map((message) => ({ message }));
const answer = (...messages: readonly string[]) =>
  JSON.stringify({ errors: errors(...messages), data: { b: 1, a: 2 } });

test("answers are the same whatever the order of their errors is, also those of servers", () => {
  const [expected, actual] = [answer("a", "b"), answer("b", "a")];
  expect(isSame({ expected, actual })).toBe(true);
  const served = (body: string) => `HTTP 200\nVary: accept\n\nevent: next\ndata: ${body}\n\n`;
  expect(isSame({ expected: served(expected), actual: served(actual) })).toBe(true);
});

test.each([
  [answer("a", "b"), answer("a", "a")],
  [answer("a", "b"), answer("a")],
  ['{"data":{"a":1,"b":2}}', '{"data":{"b":2,"a":1}}'],
  ['{"data":{"a":1}}', '{"data":{"a":1.0}}'],
  ["HTTP 200\n\n{}", "HTTP 400\n\n{}"],
])("other answers are not: %s", (expected, actual) => {
  expect(isSame({ expected, actual })).toBe(false);
});
