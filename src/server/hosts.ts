import { isIPv6 } from "node:net";
import { createRecent } from "../support/recent.ts";
import { isLoopbackName, parseAuthority } from "./authority.ts";

/** Whether a server may be called by a host, as a request names it. */
export type IsAllowedHost = (text: string) => boolean;

/** How many spellings of allowed hosts are remembered, each of 260 characters at most. */
const REMEMBERED_HOSTS = 1000;

/**
 * Creates the function that checks by which hosts a server is called. A page can have its own host name resolved to any
 * address (DNS rebinding), and then counts as a page of the server; only the name tells.
 *
 * The names of this machine are always allowed, because no page can have them.
 *
 * @param listed the others: names, addresses, `.example.com` for a name with all below it, or `*` for any
 * @throws TypeError if one of them is none of these
 */
export function createHosts(listed: readonly string[]): IsAllowedHost {
  const entries = listed.map(parseHost);
  const names = new Set(entries);
  const endings = entries.filter((entry) => entry.startsWith("."));
  const isAllowed = (text: string) => {
    const name = parseAuthority(text)?.name;
    if (name === undefined) return false;
    if (isLoopbackName(name) || names.has("*") || names.has(name)) return true;
    return endings.some((ending) => `.${name}`.endsWith(ending));
  };
  const known = createRecent<true>(REMEMBERED_HOSTS);
  return (text) => {
    if (known.get(text)) return true;
    const allowed = isAllowed(text);
    if (allowed) known.set(text, true);
    return allowed;
  };
}

/**
 * Returns an entry of a list of hosts in its one spelling. It has no port, since that may be a proxy's.
 *
 * @throws TypeError if it is none
 */
export function parseHost(entry: string): string {
  if (entry === "*") return entry;
  const dot = entry.startsWith(".") ? "." : "";
  const text = entry.slice(dot.length);
  const address = text.replace(/^\[(.*)\]$/, "$1");
  const authority = isIPv6(address) && dot === "" ? `[${address}]` : text.replace(":", "/");
  const name = parseAuthority(authority)?.name;
  if (name !== undefined) return dot + name;
  const expected =
    'a name or an address without a port, a dot and a name for all names that end so, or "*" for any';
  throw new TypeError(`A host must be ${expected}, but is ${JSON.stringify(entry)}.`);
}

/** Whether a list of hosts has one that is not a name of this machine. */
export function hasForeignHost(listed: readonly string[]): boolean {
  return listed.some((entry) => !isLoopbackName(parseHost(entry).replace(/^\./, "")));
}
