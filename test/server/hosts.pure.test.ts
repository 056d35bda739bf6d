import { expect, test } from "vitest";
import { exposureOf, hostsOf } from "../../src/server/exposure.ts";
import { createHosts } from "../../src/server/hosts.ts";

const byDefault = createHosts([]);

test.each([
  "localhost",
  "localhost:4000",
  "LOCALHOST:4000",
  "localhost.",
  "localhost.:4000",
  "api.localhost:4000",
  "127.0.0.1",
  "127.8.9.10:4000",
  "127.1",
  "0x7f000001:80",
  "[::1]",
  "[::1]:4000",
  "[0:0:0:0:0:0:0:1]:4000",
])("a server on this machine may be called by %s", (host) => {
  expect(byDefault(host)).toBe(true);
});

test.each([
  "",
  "evil.example",
  "evil.example:4000",
  "localhost.evil.example",
  "localhost..",
  "127.0.0.1.evil.example",
  "evillocalhost",
  "0.0.0.0:4000",
  "[::]",
  "[::ffff:192.0.2.1]",
  "::1",
  "192.0.2.1",
  "user@localhost",
  "localhost@evil.example",
  "localhost/evil.example",
  "localhost#evil.example",
  "localhost?evil.example",
  String.raw`localhost\evil.example`,
  "localhost:4000:4000",
  "localhost:port",
  "localhost:123456",
  "localhost, evil.example",
  "local%68ost",
  " localhost",
  "ｌocalhost",
  `${"a".repeat(10_000)}.localhost`,
])("it may not be called by %s", (host) => {
  expect(byDefault(host)).toBe(false);
});

test("listed hosts are compared without ports, case and the dot of a full name", () => {
  const isAllowed = createHosts(["API.example.com", "192.0.2.7", "2001:DB8::1", "[2001:db8::2]"]);
  for (const host of [
    "api.example.com",
    "Api.Example.com.:8443",
    "192.0.2.7:80",
    "[2001:db8:0::1]:4000",
    "[2001:db8::2]",
    "localhost:4000",
  ]) {
    expect(isAllowed(host), host).toBe(true);
  }
  for (const host of ["example.com", "x.api.example.com", "192.0.2.8", "[2001:db8::3]"]) {
    expect(isAllowed(host), host).toBe(false);
  }
});

test("a dot lists a name with all below it, and * any name", () => {
  const isBelow = createHosts([".example.com"]);
  expect(["example.com", "a.b.example.com"].map(isBelow)).toEqual([true, true]);
  expect(["evilexample.com", "example.com.evil"].map(isBelow)).toEqual([false, false]);
  const isAny = createHosts(["*"]);
  expect(["evil.example", "192.0.2.7:4000"].map(isAny)).toEqual([true, true]);
  expect(["", "user@evil.example"].map(isAny)).toEqual([false, false]);
});

test.each([
  "",
  ".",
  "http://a.example",
  "a.example:80",
  "[::1]:80",
  "*.example",
  "a b",
  "a,b",
  "a/b",
])("%j is no host to list", (entry) => {
  expect(() => createHosts([entry])).toThrow(
    `A host must be a name or an address without a port, a dot and a name for all names that end so, or "*" for any, but is ${JSON.stringify(entry)}.`,
  );
});

const alone = {
  listensOn: undefined,
  hosts: [],
  origins: [],
  signIn: undefined,
  hasContext: false,
  allowAnonymous: false,
};

test.each(["127.0.0.1", "127.0.0.2", "::1", "localhost", undefined])(
  "a server that listens on %s is open to this machine only",
  (listensOn) => {
    expect(exposureOf({ ...alone, listensOn })).toEqual({ isPublic: false, isOnlyLocal: true });
    const hosts = ["localhost", ".localhost", "127.0.0.5", "::1"];
    expect(exposureOf({ ...alone, listensOn, hosts }).isPublic).toBe(false);
  },
);

test.each([
  [{ listensOn: "0.0.0.0" }, "it listens on 0.0.0.0 (HOST, host)"],
  [{ listensOn: "::" }, "it listens on :: (HOST, host)"],
  [{ listensOn: "192.0.2.7" }, "it listens on 192.0.2.7 (HOST, host)"],
  [{ listensOn: "my-host.lan" }, "it listens on my-host.lan (HOST, host)"],
  [{ hosts: ["localhost", "*"] }, "it is called by localhost, * (ALLOWED_HOSTS, hosts)"],
  [
    { listensOn: "127.0.0.1", hosts: ["api.example.com"] },
    "it is called by api.example.com (ALLOWED_HOSTS, hosts)",
  ],
])("with %j, a server is reached by others, and must not be open by oversight", (given, why) => {
  const reachable = { ...alone, ...given };
  expect(() => exposureOf(reachable)).toThrow(
    `The server would be open to everybody: ${why}, without sign-in. Set up sign-in (AUTH_ISSUER, signIn), or allow everybody (ALLOW_ANONYMOUS=1, allowAnonymous).`,
  );
  expect(() => exposureOf({ ...reachable, hasContext: true })).toThrow(
    'say signIn: "context" if context identifies callers',
  );
  for (const guard of [{ allowAnonymous: true }, { signIn: "context", hasContext: true }]) {
    expect(exposureOf({ ...reachable, ...guard })).toEqual({ isPublic: true, isOnlyLocal: false });
  }
});

test("an app that does not know where its host listens is taken for public, unless only this machine is let in", () => {
  expect(exposureOf({ ...alone, hasContext: true })).toEqual({
    isPublic: false,
    isOnlyLocal: true,
  });
  for (const guard of [{ allowAnonymous: true }, { signIn: "context", hasContext: true }]) {
    expect(exposureOf({ ...alone, ...guard })).toEqual({ isPublic: true, isOnlyLocal: false });
    const listening = { ...alone, ...guard, listensOn: "127.0.0.1" };
    expect(exposureOf(listening)).toEqual({ isPublic: false, isOnlyLocal: false });
  }
});

test("every page may use an open server only if that is allowed, since browsers of this machine pass on what it asks", () => {
  const origins = ["https://app.example.com", "*"];
  expect(() => exposureOf({ ...alone, origins })).toThrow(
    "The server would be open to everybody: every page may use it (ALLOWED_ORIGINS, origins), without sign-in.",
  );
  expect(exposureOf({ ...alone, origins, allowAnonymous: true }).isOnlyLocal).toBe(false);
  expect(exposureOf({ ...alone, origins: ["https://app.example.com"] }).isOnlyLocal).toBe(true);
});

test("a server is called by the address that it listens on, unless these are all", () => {
  expect(hostsOf("192.0.2.7")).toEqual(["192.0.2.7"]);
  expect(hostsOf("2001:db8::1")).toEqual(["[2001:db8::1]"]);
  for (const all of ["0.0.0.0", "::", "", undefined]) expect(hostsOf(all)).toEqual([]);
});
