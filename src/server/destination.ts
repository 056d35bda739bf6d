import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { peerOf, trustIn } from "./address.ts";
import type { Protocol } from "./authority.ts";
import { authorityOf } from "./target.ts";

/** Where a request was sent to, as its client sees it: with a proxy, to the proxy. */
export interface Destination {
  /** All hosts that the request names, the client's own last. Each of them must be allowed. */
  readonly hosts: readonly string[];
  readonly protocol: Protocol;
}

/** Returns the destination of a request; undefined if it has several `Host` headers, of which each could be meant. */
export type DestinationOf = (request: IncomingMessage) => Destination | undefined;

/**
 * Creates the function that finds the destination of a request: the host of its target if that is an absolute address
 * (RFC 9112, 3.2.2), else of `Host`; and what a trusted proxy says of both in `X-Forwarded-Host` and `X-Forwarded-Proto`.
 *
 * Only the last of several values is believed, since the trusted proxy has added it to what it received.
 *
 * @param trusted the proxies that are trusted in this; undefined: none
 */
export function createDestinationOf(trusted: readonly string[] | undefined): DestinationOf {
  const isTrusted = trustIn(trusted ?? []);
  return (request) => {
    if (hasSeveralHosts(request)) return undefined;
    const { headers, socket } = request;
    const own: Protocol = (socket as TLSSocket).encrypted ? "https" : "http";
    const named = [headers.host, authorityOf(request)];
    if (!trusted || !isTrusted(peerOf(request))) return { hosts: given(named), protocol: own };
    named.push(lastOf(headers["x-forwarded-host"]));
    const protocol = protocols.get(lastOf(headers["x-forwarded-proto"])?.toLowerCase());
    return { hosts: given(named), protocol: protocol ?? own };
  };
}

const protocols: ReadonlyMap<string | undefined, Protocol> = new Map([
  ["http", "http"],
  ["ws", "http"],
  ["https", "https"],
  ["wss", "https"],
]);

function given(hosts: readonly (string | undefined)[]): readonly string[] {
  return hosts.filter((host) => host !== undefined && host !== "") as string[];
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header).split(",").at(-1)!.trim();
}

/** Node.js keeps the first of several, as if there were no other. */
function hasSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1;
}
