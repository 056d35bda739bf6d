import { isIP, SocketAddress } from "node:net";
import { column } from "../column.ts";
import { defineType, unreadable, wrongType } from "../type.ts";
import { bigintOrder, type ValueOrder } from "../value-order.ts";

/**
 * CQL `inet`: an IP address, as text in its shortest form: `"127.0.0.1"`, `"2001:db8::1"`. An IPv4 address that is mapped
 * into IPv6 (`"::ffff:127.0.0.1"`, as sockets of Node name their peers) is written as the IPv4 address, as Cassandra does.
 */
export function inet() {
  return column(inetType);
}

const expects = "an IP address, e.g. 127.0.0.1 or 2001:db8::1";

const inetType = defineType<string>({
  kind: "inet",
  cql: "inet",
  expects,
  match: (value) => textOf(bytesOf(value)),
  check(value) {
    const bytes = bytesOf(value);
    return textOf(bytes.subarray(0, 12).equals(MAPPED) ? bytes.subarray(12) : bytes);
  },
  encode: bytesOf,
  decode: textOf,
  toText: (value) => value,
  fromText: (text) => text,
  order: {
    unlikely: "0.0.0.0",
    compare: (one, other) => Buffer.compare(bytesOf(one), bytesOf(other)),
    middle: (low, high) => middleOf(low, high),
  },
});

/** The first twelve bytes of an IPv4 address in IPv6. */
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

function bytesOf(value: unknown): Buffer {
  const version = typeof value === "string" && !value.includes("%") ? isIP(value) : 0;
  if (version === 0) throw wrongType(expects, value);
  const text = String(value);
  if (version === 4) return Buffer.from(text.split(".").map(Number));
  return bytesOfIpv6(text);
}

function bytesOfIpv6(text: string): Buffer {
  // The last four bytes may be written as in IPv4.
  const groups = text.replace(/[\d.]+$/, (tail) =>
    tail.includes(".")
      ? Buffer.from(tail.split(".").map(Number)).toString("hex").replace(/^.{4}/, "$&:")
      : tail,
  );
  const [head = [], tail = []] = groups
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  const all = [...head, ...zeros, ...tail].map((group) => group.padStart(4, "0"));
  return Buffer.from(all.join(""), "hex");
}

/**
 * Addresses are ordered by their bytes, those of IPv4 among those of IPv6. So one has the rank of its bytes, with zeros up
 * to 16 of them, and behind these whether it is of IPv6.
 */
const ranks: ValueOrder<bigint> = bigintOrder(0n, 2n ** 129n - 1n);

function rankOf(address: string): bigint {
  const bytes = bytesOf(address);
  const rank = BigInt(`0x${bytes.toString("hex").padEnd(32, "0")}`);
  return (rank << 1n) | (bytes.length === 16 ? 1n : 0n);
}

function middleOf(low: string | undefined, high: string | undefined): string | undefined {
  const [from, to] = [low, high].map((each) => (each === undefined ? undefined : rankOf(each)));
  const middle = ranks.middle(from, to);
  if (middle === undefined) return undefined;
  const isV6 = (rank: bigint) => (rank & 1n) === 1n;
  const bytesAt = (rank: bigint) => Buffer.from((rank >> 1n).toString(16).padStart(32, "0"), "hex");
  if (isV6(middle)) return textOf(bytesAt(middle));
  const bytes = bytesAt(middle);
  if (bytes.subarray(4).every((byte) => byte === 0)) return textOf(bytes.subarray(0, 4));
  // No address has this rank; those beside it have one.
  const beside = [middle + 1n, middle - 1n].find(
    (rank) => (from === undefined || rank > from) && (to === undefined || rank < to),
  );
  return beside === undefined ? undefined : textOf(bytesAt(beside));
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw unreadable(expects);
  const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g)!;
  return new SocketAddress({ family: "ipv6", address: groups.join(":") }).address;
}
