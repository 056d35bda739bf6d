import { MIMEType } from "node:util";
import { LRUCache } from "lru-cache";
import Negotiator from "negotiator";

/** The media types of answers, in the order of preference if the client has none. */
export const mediaTypes = {
  json: "application/json",
  /** Like JSON, but the HTTP status tells whether the operation was run (GraphQL over HTTP, 6.4). */
  response: "application/graphql-response+json",
  /** Server-Sent Events. */
  events: "text/event-stream",
  /** GraphiQL. */
  page: "text/html",
} as const;

/**
 * The length of a header about media types or codings that is read at all. Those of browsers have some hundred characters;
 * to compare a header of 15 kB takes milliseconds, even for a request that is then refused.
 */
const MAX_HEADER_CHARACTERS = 1000;

export type MediaType = keyof typeof mediaTypes;

const mediaTypeNames = Object.keys(mediaTypes) as readonly MediaType[];
const nameOf = new Map(mediaTypeNames.map((name) => [mediaTypes[name] as string, name]));

/** Nearly all clients send one of a few headers. Bounded, since others may send many. */
const acceptHeaders = new LRUCache<string, readonly MediaType[]>({ max: 100 });

/**
 * Returns the media types that an `Accept` header accepts, the preferred first (RFC 9110, 12.5.1). Parameters other than
 * the weight are ignored: answers are in UTF-8, and have no others. A header that is too long accepts everything.
 */
export function acceptedTypes(header: string | undefined): readonly MediaType[] {
  const accept = header && !isTooLong(header) ? header : "*/*";
  let accepted = acceptHeaders.get(accept);
  if (!accepted) {
    const negotiator = new Negotiator({ headers: { accept: accept.replace(PARAMETER, "") } });
    const found = negotiator.mediaTypes([...nameOf.keys()]);
    accepted = found.map((type) => nameOf.get(type)!);
    acceptHeaders.set(accept, accepted);
  }
  return accepted;
}

const PARAMETER = /;\s*(?!q\s*=)[^\s;,="]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*)/gi;

/**
 * Whether a client accepts gzip, and does not prefer answers without compression (RFC 9110, 12.5.3). A header that is too
 * long counts as absent.
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined || isTooLong(header)) return false;
  const negotiator = new Negotiator({ headers: { "accept-encoding": header } });
  return negotiator.encodings(["gzip", "identity"])[0] === "gzip";
}

/** Returns a description of a body's media type if it is not JSON in UTF-8 (RFC 9110, 8.3), else undefined. */
export function unfitType(contentType: string | undefined): string | undefined {
  if (contentType === "application/json") return undefined;
  if (contentType === undefined) return "a body without a content type";
  if (isTooLong(contentType)) {
    return `a content type of more than ${MAX_HEADER_CHARACTERS} characters`;
  }
  const type = parse(contentType);
  if (type?.essence !== "application/json") return contentType;
  const charset = type.params.get("charset") ?? "utf-8";
  return /^utf-?8$/i.test(charset) ? undefined : `JSON in ${charset}`;
}

function isTooLong(header: string): boolean {
  return header.length > MAX_HEADER_CHARACTERS;
}

function parse(contentType: string): MIMEType | undefined {
  try {
    return new MIMEType(contentType);
  } catch {
    return undefined;
  }
}
