import { isIPv4, isIPv6 } from "node:net";
import { quoted } from "../../support/quote.ts";

/** The port of a node, unless somebody says otherwise. */
const PORT = 9042;

/** The last port that there is. */
export const MAX_PORT = 65_535;

/**
 * Reads contact points with commas between.
 *
 * @throws Error saying what was needed and why this is not it, for a sentence that says where the text is from
 */
export function readContactPoints(text: string): readonly string[] {
  const points = text.split(",").map((point) => point.trim());
  const [problem] = points.flatMap((point) => contactPointProblem(point) ?? []);
  if (problem === undefined) return points;
  throw new Error(`hosts with commas between, each host or host:port (${problem})`);
}

/** Says why a text is no contact point, `host` or `host:port`; an IPv6 address is in brackets. Undefined: it is one. */
export function contactPointProblem(point: string): string | undefined {
  if (point === "") return "one of them is empty";
  const problem = problemIn(point);
  return problem && `${quoted(point)} ${problem}`;
}

function problemIn(point: string): string | undefined {
  const [scheme] = /^[\w+.-]+:\/\//.exec(point) ?? [];
  if (scheme !== undefined) return `is a URL: leave out ${scheme}`;
  if (/\s/.test(point)) return "has a space in it";
  if (point.includes("@")) return "has a login in it";
  if (isIPv6(point))
    return `is an IPv6 address: write [${point}], or with a port [${point}]:${PORT}`;
  if (point.startsWith("[")) return problemInBrackets(point);
  const [host = "", port, ...more] = point.split(":");
  if (more.length > 0) return `has several colons: an IPv6 address goes as ${EXAMPLE}`;
  return hostProblem(host) ?? portProblem(port);
}

/** How an IPv6 address is written. */
const EXAMPLE = `[::1], or with a port [::1]:${PORT}`;

function problemInBrackets(point: string): string | undefined {
  const [, address = "", port] = /^\[(.*)\](?::(.*))?$/.exec(point) ?? [];
  return isIPv6(address) ? portProblem(port) : `is no IPv6 address, which goes as ${EXAMPLE}`;
}

/** A name may have letters beyond ASCII, and underscores, which networks of containers give. */
function hostProblem(host: string): string | undefined {
  if (/^[\d.]+$/.test(host)) return isIPv4(host) ? undefined : "is no IPv4 address";
  const label = String.raw`[\p{L}\p{M}\p{N}_-]{1,63}`;
  const isName = new RegExp(`^${label}(\\.${label})*\\.?$`, "u").test(host);
  return isName ? undefined : "is no name of a host";
}

function portProblem(port: string | undefined): string | undefined {
  if (port === undefined || (/^\d+$/.test(port) && isPort(Number(port)))) return undefined;
  return `needs a port from 1 to ${MAX_PORT}`;
}

/** Whether a number is a port that one can connect to. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= MAX_PORT;
}
