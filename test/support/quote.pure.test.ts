import { describe, expect, test } from "vitest";
import { looksSecret, quoted } from "../../src/support/quote.ts";

describe("a text from outside that a message quotes", () => {
  test.each([
    ["a b", '"a b"'],
    ["", '""'],
    ['C:\\a "b"', '"C:\\a "b""'],
    ["bücher", '"bücher"'],
    ["a\nb\u001B[31m\u202E", '"a\\u000ab\\u001b[31m\\u202e"'],
    ["cassandra://ada:secret@10.0.0.1:9042", '"cassandra://…@10.0.0.1:9042"'],
    ["10.0.0.1,ada:s/cr@t@10.0.0.2", '"10.0.0.1,…@10.0.0.2"'],
    ["redis://:a:b@c, redis://d@e/1", '"redis://…@c, redis://…@e/1"'],
    ["/home/ada@home/ca.pem", '"/home/ada@home/ca.pem"'],
    ["x".repeat(200), `"${"x".repeat(100)}…"`],
  ])("%j is shown as %s", (text, shown) => {
    expect(quoted(text)).toBe(shown);
  });

  test.each([
    "AstraCS:abc:123",
    "./AstraCS:abc",
    "-----BEGIN PRIVATE KEY-----\nMIG…",
    "Bearer AstraCS:abc",
    '{"keys":[{"kty":"EC","d":"abc"}]}',
    " { kty: abc }",
  ])("%j looks secret and is omitted", (text) => {
    expect(looksSecret(text)).toBe(true);
    expect(quoted(text)).not.toContain("abc");
  });

  test.each(["10.0.0.1", "secret", "./secure-connect-theatre.zip"])(
    "%j does not look secret",
    (text) => {
      expect(looksSecret(text)).toBe(false);
    },
  );
});
