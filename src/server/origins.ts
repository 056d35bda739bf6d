import { parseAuthority, type Protocol } from "./authority.ts";

/**
 * Returns an origin in its one spelling (RFC 6454, 6.1): a protocol and a host, with a port unless it is the protocol's own.
 * Other protocols than HTTP are those of applications, such as `capacitor://localhost`.
 *
 * @returns undefined if it is none; `null`, the origin of pages that hide theirs, is none either
 */
export function parseOrigin(text: string): string | undefined {
  const [, scheme, authority] = /^([a-z][a-z\d+.-]{0,50}):\/\/(.{1,260})$/is.exec(text) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const protocol = scheme.toLowerCase();
  const isOfWeb = protocol === "http" || protocol === "https";
  const host = parseAuthority(authority, isOfWeb ? protocol : "http")?.host;
  return host === undefined ? undefined : `${protocol}://${host}`;
}

/** Whether pages of an origin may use a server, other than the server's own. */
export type IsAllowedOrigin = (origin: string) => boolean;

/**
 * Creates the function that checks by which pages a server is used.
 *
 * @param listed origins, or `*` for any that names itself
 * @throws TypeError if one of them is neither
 */
export function createOrigins(listed: readonly string[]): IsAllowedOrigin {
  const allowed = new Set(listed.map(requireOrigin));
  return (text) => {
    const origin = parseOrigin(text);
    return origin !== undefined && (allowed.has("*") || allowed.has(origin));
  };
}

/** @throws TypeError if an entry of a list of origins is none */
function requireOrigin(entry: string): string {
  const origin = entry === "*" ? entry : parseOrigin(entry);
  if (origin !== undefined) return origin;
  const expected = 'a protocol and a host, such as "https://app.example.com", or "*" for any';
  throw new TypeError(`An origin must be ${expected}, but is ${JSON.stringify(entry)}.`);
}

/** Whether an origin is that of a server itself, as its client has called it. */
export function isOwnOrigin(text: string, { protocol, host }: OwnOrigin): boolean {
  // As browsers send both.
  if (text === `${protocol}://${host}`) return true;
  const own = parseAuthority(host, protocol)?.host;
  return own !== undefined && parseOrigin(text) === `${protocol}://${own}`;
}

interface OwnOrigin {
  readonly protocol: Protocol;
  readonly host: string;
}
