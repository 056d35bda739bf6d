import { expect, test } from "vitest";
import { createOrigins, isOwnOrigin } from "../../src/server/origins.ts";

test("an origin is compared in its one spelling", () => {
  const listed = ["https://App.example.com:443", "http://b.example:8080", "capacitor://localhost"];
  const isAllowed = createOrigins(listed);
  for (const origin of [
    "https://app.example.com",
    "https://APP.example.com.",
    "http://b.example:8080",
    "capacitor://localhost",
  ]) {
    expect(isAllowed(origin), origin).toBe(true);
  }
  for (const origin of [
    "null",
    "",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.evil.example",
    "https://x.app.example.com",
    "https://app.example.com@evil.example",
    "https://app.example.com/",
    "https://app.example.com, https://evil.example",
    "http://b.example",
    "https://localhost",
    "file://",
    `https://${"a".repeat(10_000)}`,
  ]) {
    expect(isAllowed(origin), origin).toBe(false);
  }
});

test("* lists all that name themselves", () => {
  const isAllowed = createOrigins(["*"]);
  expect(["https://any.example", "http://localhost:1"].map(isAllowed)).toEqual([true, true]);
  expect(["null", "", "*"].map(isAllowed)).toEqual([false, false, false]);
});

test.each(["", "null", "app.example.com", "https://a.example/", "https://*.example", "https://"])(
  "%j is no origin to list",
  (entry) => {
    expect(() => createOrigins([entry])).toThrow(
      `An origin must be a protocol and a host, such as "https://app.example.com", or "*" for any, but is ${JSON.stringify(entry)}.`,
    );
  },
);

test.each([
  ["http://localhost:4000", "http", "localhost:4000"],
  ["http://localhost:4000", "http", "LOCALHOST.:4000"],
  ["http://localhost", "http", "localhost:80"],
  ["https://api.example.com", "https", "api.example.com"],
  ["https://api.example.com", "https", "api.example.com:443"],
  ["http://[::1]:4000", "http", "[0::1]:4000"],
] as const)(
  "%s is the own origin of a server that is called by %s at %s",
  (origin, protocol, host) => {
    expect(isOwnOrigin(origin, { protocol, host })).toBe(true);
  },
);

test.each([
  ["https://localhost:4000", "http", "localhost:4000"],
  ["http://localhost:4001", "http", "localhost:4000"],
  ["http://127.0.0.1:4000", "http", "localhost:4000"],
  ["http://api.localhost:4000", "http", "localhost:4000"],
  ["http://localhost", "https", "localhost"],
  ["null", "http", "null"],
  ["", "http", ""],
] as const)("%s is not, if it is called by %s at %s", (origin, protocol, host) => {
  expect(isOwnOrigin(origin, { protocol, host })).toBe(false);
});
