/** A host with or without a port, as `Host` and addresses name it, in its one spelling. */
export interface Authority {
  /** In lower case, without the dot that ends a full name: `localhost`, `127.0.0.1`, `[::1]`. */
  readonly name: string;
  /** With the port unless it is the protocol's own: `localhost:4000`. */
  readonly host: string;
}

/** The protocols of a server. */
export type Protocol = "http" | "https";

/** The longest name of the domain name system, with a dot and a port. */
const MAX_LENGTH = 260;

const AUTHORITY = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/**
 * Parses a host with or without a port (RFC 9112, 3.2). As browsers do, it accepts the other spellings of an IPv4 address.
 *
 * @returns undefined if it is none: a user or a path is not a part of one
 */
export function parseAuthority(text: string, protocol: Protocol = "http"): Authority | undefined {
  if (text.length > MAX_LENGTH || !AUTHORITY.test(text)) return undefined;
  const url = URL.parse(`${protocol}://${text.replace(/\.(?=$|:)/, "")}`);
  // A name may be left with a dot at its end, and then means another one.
  return url === null || url.hostname.endsWith(".")
    ? undefined
    : { name: url.hostname, host: url.host };
}

/** Whether a name means this machine, wherever it is looked up (RFC 6761, 6.3). */
export function isLoopbackName(name: string): boolean {
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  );
}
