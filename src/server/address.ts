import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6 } from "node:net";
import { createRecent } from "../support/recent.ts";

/** Returns the address of the client that has sent a request, as it is counted. */
export type AddressOf = (request: IncomingMessage) => string;

/** The proxies that are trusted by default: those of this machine. */
export const LOOPBACK_PROXIES = ["127.0.0.0/8", "::1"] as const;

/**
 * Creates the function that finds the address of a client. A trusted proxy names the address from which it was called last
 * in `X-Forwarded-For`; whatever an untrusted client writes there is ignored.
 *
 * IPv6 addresses are counted by their first 64 bits, because a client usually has all others to itself.
 *
 * @param trusted addresses and networks of proxies, e.g. `10.0.0.0/8`
 * @param onUntrusted called with the address of a peer that sends the header without being trusted
 * @throws TypeError if one of them is neither
 */
export function createAddressOf(
  trusted: readonly string[],
  { onUntrusted }: { readonly onUntrusted: (peer: string) => void },
): AddressOf {
  const isTrusted = trustIn(trusted);
  return (request) => {
    const peer = peerOf(request);
    const forwarded = request.headers["x-forwarded-for"];
    if (forwarded === undefined) return networkOf(peer);
    if (!isTrusted(peer)) {
      onUntrusted(peer);
      return networkOf(peer);
    }
    let client = peer;
    for (const hop of hopsOf(forwarded).toReversed()) {
      const address = plainAddress(withoutPort(hop));
      // Whatever is before it was written by somebody unknown.
      if (address === undefined) break;
      client = address;
      if (!isTrusted(client)) break;
    }
    return networkOf(client);
  };
}

/** Returns the function that tells whether an address is that of a proxy. @throws TypeError as {@link proxyList} */
export function trustIn(trusted: readonly string[]): (address: string) => boolean {
  const proxies = proxyList(trusted);
  return (address) => isIP(address) !== 0 && proxies.check(address, familyOf(address));
}

/** The headers by which proxies say that they pass a request on, without saying reliably for whom. */
const signsOfProxy = [
  "forwarded",
  "via",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-forwarded-server",
  "x-client-ip",
  "x-real-ip",
  "cf-connecting-ip",
  "true-client-ip",
];

/**
 * Whether a request comes from a program of this machine, and not through a proxy from elsewhere. A proxy that adds no
 * header cannot be told from a program.
 *
 * @returns `directly`; `forwarded` if a proxy has passed it on, and says that it comes from this machine; else undefined
 */
export function localityOf(request: IncomingMessage): "directly" | "forwarded" | undefined {
  // Without an address, the peer has gone and may have been anybody, or is at a Unix socket, like most proxies.
  if (!isLoopback(peerOf(request))) return undefined;
  const { headers } = request;
  const forwarded = headers["x-forwarded-for"];
  if (forwarded === undefined)
    return signsOfProxy.some((name) => headers[name] !== undefined) ? undefined : "directly";
  const isLocal = hopsOf(forwarded).every((hop) => isLoopback(plainAddress(withoutPort(hop))));
  return isLocal ? "forwarded" : undefined;
}

/** Returns the address that a request comes from, which may be a proxy's; `unknown` if it has none. */
export function peerOf({ socket }: Pick<IncomingMessage, "socket">): string {
  // A peer that has gone, or that is connected by a Unix socket, has no address.
  const { remoteAddress = "" } = socket;
  let peer = peers.get(remoteAddress);
  if (peer === undefined) {
    peer = plainAddress(remoteAddress) ?? "unknown";
    peers.set(remoteAddress, peer);
  }
  return peer;
}

/** The plain addresses of the peers of lately. */
const peers = createRecent<string>(1000);

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === "::1" || /^127(\.\d+){3}$/.test(address));
}

function hopsOf(forwarded: string | readonly string[]): readonly string[] {
  return String(forwarded)
    .split(",")
    .map((hop) => hop.trim());
}

/** Checks the addresses and networks of proxies. @throws TypeError if one of them is neither */
export function proxyList(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of trusted) {
    const [address = "", bits, ...more] = each.split("/");
    const family = familyOf(address);
    const most = family === "ipv6" ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (!isIP(address) || more.length > 0 || !(prefix <= most)) {
      const expected = 'an address or a network, e.g. "10.0.0.1" or "10.0.0.0/8"';
      throw new TypeError(`A trusted proxy must be ${expected}, but is ${JSON.stringify(each)}.`);
    }
    list.addSubnet(address, prefix, family);
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

/** Returns an address without its zone, and an IPv4 address that is mapped into IPv6 as IPv4; undefined if it is none. */
function plainAddress(text: string): string | undefined {
  const [address = ""] = text.split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return isIP(mapped) ? mapped : undefined;
}

/** Some proxies add the port: `192.0.2.1:5678`, `[2001:db8::1]:5678`. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(hop)?.[1];
  return bracketed ?? hop.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

/** Returns the first 64 bits of an IPv6 address, and other addresses as they are. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [first, last] = [groups(head), groups(tail ?? "")];
  // An IPv4 address at the end stands for two groups.
  const length = first.length + last.length + (address.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? [] : Array<string>(8 - length).fill("0");
  const whole = [...first, ...zeros, ...last].slice(0, 4);
  return `${whole.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
