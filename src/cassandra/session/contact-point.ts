import { isIPv4, isIPv6 } from "node:net";
import { quoted } from "../../support/quote.ts";

/** The default port of a node. */
const PORT = 9042;

/** The highest port number. */
export const MAX_PORT = 65_535;

/**
 * Parses a comma-separated list of contact points.
 *
 * @throws Error whose message says what is expected and what is wrong, as the end of a sentence
 */
export function readContactPoints(text: string): readonly string[] {
  const points = text.split(",").map((point) => point.trim());
  const [problem] = points.flatMap((point) => contactPointProblem(point) ?? []);
  if (problem === undefined) return points;
  throw new Error(`a comma-separated list of host or host:port (${problem})`);
}

/**
 * Returns why a text is not a contact point, or undefined if it is one: `host` or `host:port`, with an IPv6 address in
 * brackets.
 */
export function contactPointProblem(point: string): string | undefined {
  if (point === "") return "one of them is empty";
  const problem = problemIn(point);
  return problem && `${quoted(point)} ${problem}`;
}

function problemIn(point: string): string | undefined {
  const [scheme] = /^[\w+.-]+:\/\//.exec(point) ?? [];
  if (scheme !== undefined) return `is a URL: remove ${scheme}`;
  if (/\s/.test(point)) return "contains a space";
  if (point.includes("@")) return "contains a login";
  if (isIPv6(point))
    return `is an IPv6 address: write [${point}], or with a port [${point}]:${PORT}`;
  if (point.startsWith("[")) return problemInBrackets(point);
  const [host = "", port, ...more] = point.split(":");
  if (more.length > 0) return `has several colons: write an IPv6 address as ${EXAMPLE}`;
  return hostProblem(host) ?? portProblem(port);
}

/** How an IPv6 address is written. */
const EXAMPLE = `[::1], or with a port [::1]:${PORT}`;

function problemInBrackets(point: string): string | undefined {
  const [, address = "", port] = /^\[(.*)\](?::(.*))?$/.exec(point) ?? [];
  return isIPv6(address) ? portProblem(port) : `is no IPv6 address, which is written as ${EXAMPLE}`;
}

/** A host name may contain letters beyond ASCII, and underscores, which occur in the names of containers. */
function hostProblem(host: string): string | undefined {
  if (/^[\d.]+$/.test(host)) return isIPv4(host) ? undefined : "is no IPv4 address";
  const label = String.raw`[\p{L}\p{M}\p{N}_-]{1,63}`;
  const isName = new RegExp(`^${label}(\\.${label})*\\.?$`, "u").test(host);
  return isName ? undefined : "is no host name";
}

function portProblem(port: string | undefined): string | undefined {
  if (port === undefined || (/^\d+$/.test(port) && isPort(Number(port)))) return undefined;
  return `needs a port from 1 to ${MAX_PORT}`;
}

/** Whether a number is a port that can be connected to. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= MAX_PORT;
}
