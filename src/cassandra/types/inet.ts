import { isIP, SocketAddress } from "node:net";
import { column } from "../column.ts";
import { defineType, unreadable, wrongType } from "../type.ts";
import { bigintOrder, type ValueOrder } from "../value-order.ts";

/**
 * CQL `inet`: an IP address as text in its shortest form: `"127.0.0.1"`, `"2001:db8::1"`. An IPv4-mapped IPv6 address,
 * as Node's sockets report their peers (`"::ffff:127.0.0.1"`), is stored as the IPv4 address, as in Cassandra.
 */
export function inet() {
  return column(inetType);
}

const inetExpects = "an IP address, e.g. 127.0.0.1 or 2001:db8::1";

const inetType = defineType<string>({
  kind: "inet",
  cql: "inet",
  expects: inetExpects,
  match: (value) => addressText(addressBytes(value)),
  check(value) {
    const bytes = addressBytes(value);
    return addressText(bytes.subarray(0, 12).equals(MAPPED) ? bytes.subarray(12) : bytes);
  },
  encode: addressBytes,
  decode: addressText,
  toText: (value) => value,
  fromText: (text) => text,
  order: {
    unlikely: "0.0.0.0",
    compare: (one, other) => Buffer.compare(addressBytes(one), addressBytes(other)),
    middle: (low, high) => middleAddress(low, high),
  },
});

/** The first twelve bytes of an IPv4-mapped IPv6 address. */
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

function addressBytes(value: unknown): Buffer {
  const version = typeof value === "string" && !value.includes("%") ? isIP(value) : 0;
  if (version === 0) throw wrongType(inetExpects, value);
  const text = String(value);
  if (version === 4) return Buffer.from(text.split(".").map(Number));
  return ipv6Bytes(text);
}

function ipv6Bytes(text: string): Buffer {
  // The last four bytes may be written as an IPv4 address.
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
 * Addresses are ordered by their bytes, IPv4 and IPv6 together. The rank of an address is its bytes, padded with zeros
 * to 16, followed by one bit: whether it is an IPv6 address.
 */
const ranks: ValueOrder<bigint> = bigintOrder(0n, 2n ** 129n - 1n);

function rankOf(address: string): bigint {
  const bytes = addressBytes(address);
  const rank = BigInt(`0x${bytes.toString("hex").padEnd(32, "0")}`);
  return (rank << 1n) | (bytes.length === 16 ? 1n : 0n);
}

function middleAddress(low: string | undefined, high: string | undefined): string | undefined {
  const [from, to] = [low, high].map((each) => (each === undefined ? undefined : rankOf(each)));
  const middle = ranks.middle(from, to);
  if (middle === undefined) return undefined;
  const isV6 = (rank: bigint) => (rank & 1n) === 1n;
  const bytesAt = (rank: bigint) => Buffer.from((rank >> 1n).toString(16).padStart(32, "0"), "hex");
  if (isV6(middle)) return addressText(bytesAt(middle));
  const bytes = bytesAt(middle);
  if (bytes.subarray(4).every((byte) => byte === 0)) return addressText(bytes.subarray(0, 4));
  // No address has this rank, but the ranks next to it have one.
  const beside = [middle + 1n, middle - 1n].find(
    (rank) => (from === undefined || rank > from) && (to === undefined || rank < to),
  );
  return beside === undefined ? undefined : addressText(bytesAt(beside));
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw unreadable(inetExpects);
  const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g)!;
  return new SocketAddress({ family: "ipv6", address: groups.join(":") }).address;
}
