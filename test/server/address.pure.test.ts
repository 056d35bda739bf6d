import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { createAddressOf, localityOf } from "../../src/server/address.ts";

const untrusted: string[] = [];
const addressOf = (peer: string | undefined, forwarded?: string, trusted = ["10.0.0.0/8", "::1"]) =>
  createAddressOf(trusted, { onUntrusted: (each) => untrusted.push(each) })({
    socket: { remoteAddress: peer },
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  } as IncomingMessage);

test("without a proxy, the address of the peer counts", () => {
  expect(addressOf("192.0.2.1")).toBe("192.0.2.1");
  expect(addressOf("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(addressOf(undefined)).toBe("unknown");
});

describe("an IPv6 address counts by its first 64 bits", () => {
  test.each([
    ["2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"],
    ["2001:db8::5", "2001:db8:0:0::/64"],
    ["2001:db8:0:1::", "2001:db8:0:1::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["2001:DB8:00:1::192.0.2.1", "2001:db8:0:1::/64"],
  ])("%s", (address, network) => {
    expect(addressOf(address)).toBe(network);
  });
});

describe("a trusted proxy names the client", () => {
  test.each([
    ["the last one that it has seen", "192.0.2.1", "192.0.2.1"],
    ["not what the client wrote before it", "198.51.100.7, 192.0.2.1", "192.0.2.1"],
    ["through other trusted proxies", "192.0.2.1, 10.0.0.2, 10.1.2.3", "192.0.2.1"],
    ["with a port", "192.0.2.1:5678", "192.0.2.1"],
    ["of IPv6 with a port", "[2001:db8::5]:5678", "2001:db8:0:0::/64"],
    ["of IPv6", "2001:db8::5", "2001:db8:0:0::/64"],
    ["itself, if it names nobody", "unknown", "10.0.0.1"],
    ["the last known hop, if what is before it is no address", "evil, 10.0.0.9", "10.0.0.9"],
    ["itself, if the header is empty", "", "10.0.0.1"],
  ])("%s", (_, forwarded, client) => {
    expect(addressOf("10.0.0.1", forwarded)).toBe(client);
    expect(addressOf("::ffff:10.0.0.1", forwarded)).toBe(client);
  });
});

test("what anybody else writes into X-Forwarded-For is ignored, and reported", () => {
  untrusted.length = 0;
  expect(addressOf("192.0.2.9", "10.0.0.7")).toBe("192.0.2.9");
  expect(addressOf(undefined, "10.0.0.7")).toBe("unknown");
  expect(untrusted).toEqual(["192.0.2.9", "unknown"]);
});

test.each(["proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::1/129", ""])(
  "%j is no proxy",
  (proxy) => {
    expect(() => addressOf("192.0.2.1", undefined, [proxy])).toThrow(
      `A trusted proxy must be an address or a network, e.g. "10.0.0.1" or "10.0.0.0/8", but is ${JSON.stringify(proxy)}.`,
    );
  },
);

const locality = (peer: string | undefined, headers: IncomingMessage["headers"] = {}) =>
  localityOf({ socket: { remoteAddress: peer }, headers } as IncomingMessage);

test("a program of this machine is known by its address", () => {
  for (const peer of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    expect(locality(peer)).toBe("directly");
  for (const peer of ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"])
    expect(locality(peer)).toBeUndefined();
});

test("a peer without an address, such as one that has reset its connection, is of no known place", () => {
  expect(locality(undefined)).toBeUndefined();
});

test("a proxy of this machine has to say that its client is of this machine, too", () => {
  expect(locality("127.0.0.1", { "x-forwarded-for": "127.0.0.1" })).toBe("forwarded");
  expect(locality("127.0.0.1", { "x-forwarded-for": "192.0.2.1, 127.0.0.1" })).toBeUndefined();
});

test.each(["via", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"])(
  "%s says that there is a proxy, and not for whom",
  (name) => {
    expect(locality("127.0.0.1", { [name]: "127.0.0.1" })).toBeUndefined();
    const forwarded = { [name]: "localhost", "x-forwarded-for": "::1" };
    expect(locality("127.0.0.1", forwarded)).toBe("forwarded");
  },
);
