import { describe, expect, test } from "vitest";
import { checkOptions } from "../../src/cassandra/index.ts";
import { readContactPoints } from "../../src/cassandra/session/contact-point.ts";

const refusal = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  ["10.0.0.1", ["10.0.0.1"]],
  [" 10.0.0.1 ,db.example:9043", ["10.0.0.1", "db.example:9043"]],
  ["[::1]", ["[::1]"]],
  ["[::1]:9042,[fe80::1%eth0]:65535", ["[::1]:9042", "[fe80::1%eth0]:65535"]],
  ["cassandra_1:1", ["cassandra_1:1"]],
  ["bücher.example.,1and1.example", ["bücher.example.", "1and1.example"]],
])("%s are contact points", (text, points) => {
  expect(readContactPoints(text)).toEqual(points);
});

describe("a text that is no contact point is refused with the reason", () => {
  test.each([
    ["10.0.0.1:99999", '"10.0.0.1:99999" needs a port from 1 to 65535'],
    ["a:0", '"a:0" needs a port from 1 to 65535'],
    ["a:", '"a:" needs a port from 1 to 65535'],
    ["a:abc", '"a:abc" needs a port from 1 to 65535'],
    ["a: 9042", '"a: 9042" contains a space'],
    ["[::1]:99999", '"[::1]:99999" needs a port from 1 to 65535'],
    ["[::1]x", '"[::1]x" is no IPv6 address, which is written as [::1], or with a port [::1]:9042'],
    ["::1", '"::1" is an IPv6 address: write [::1], or with a port [::1]:9042'],
    ["::1:9042", '"::1:9042" is an IPv6 address: write [::1:9042], or with a port [::1:9042]:9042'],
    [
      "fe80::1%eth0",
      '"fe80::1%eth0" is an IPv6 address: write [fe80::1%eth0], or with a port [fe80::1%eth0]:9042',
    ],
    [
      "a:b:c",
      '"a:b:c" has several colons: write an IPv6 address as [::1], or with a port [::1]:9042',
    ],
    ["[a]", '"[a]" is no IPv6 address, which is written as [::1], or with a port [::1]:9042'],
    [
      "[10.0.0.1]:9042",
      '"[10.0.0.1]:9042" is no IPv6 address, which is written as [::1], or with a port [::1]:9042',
    ],
    ["[::1", '"[::1" is no IPv6 address, which is written as [::1], or with a port [::1]:9042'],
    ["10.0.0.256", '"10.0.0.256" is no IPv4 address'],
    ["10.0.0:9042", '"10.0.0:9042" is no IPv4 address'],
    ["a b", '"a b" contains a space'],
    ["a\tb", '"a\\u0009b" contains a space'],
    ["a;b", '"a;b" is no host name'],
    [":9042", '":9042" is no host name'],
    ["a..b", '"a..b" is no host name'],
    ["10.0.0.1/24", '"10.0.0.1/24" is no host name'],
    ["a,,b", "one of them is empty"],
    ["a,", "one of them is empty"],
    ["cassandra://a", '"cassandra://a" is a URL: remove cassandra://'],
    ["http://a:9042/", '"http://a:9042/" is a URL: remove http://'],
    ["cassandra://ada:secret@a", '"cassandra://…@a" is a URL: remove cassandra://'],
    ["ada:secret@a:9042", '"…@a:9042" contains a login'],
    ["a,b:0", '"b:0" needs a port from 1 to 65535'],
  ])("%s", (text, why) => {
    expect(refusal(() => readContactPoints(text))).toBe(
      `a comma-separated list of host or host:port (${why})`,
    );
  });
});

const place = { contactPoints: ["a"], localDataCenter: "dc1" };

describe("the contact points and port in a session's options are checked", () => {
  test.each([
    [
      { contactPoints: ["a:99999"] },
      'A contact point is host or host:port: "a:99999" needs a port from 1 to 65535.',
    ],
    [{ contactPoints: ["a,b"] }, 'A contact point is host or host:port: "a,b" is no host name.'],
    [{ port: 0 }, "The port must be a whole number from 1 to 65535, but is 0."],
    [{ port: 99_999 }, "The port must be a whole number from 1 to 65535, but is 99999."],
    [{ port: 1.5 }, "The port must be a whole number from 1 to 65535, but is 1.5."],
  ])("%j", (options, message) => {
    expect(refusal(() => checkOptions({ ...place, ...options }))).toBe(message);
  });
});
