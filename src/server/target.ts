import type { IncomingMessage } from "node:http";

/** A request, perhaps from a router. */
type Targeted = Pick<IncomingMessage, "url"> & { readonly originalUrl?: string };

/** What a request is for. */
export interface Target {
  /** As it was sent, e.g. `/graphql`, not decoded. */
  readonly path: string;
  /** Between `?` and `#`, without them; may be empty. See {@link queryOf}. */
  readonly query: string;
}

/**
 * Returns the target of a request (RFC 9112, 3.2). Most clients send a path; an absolute address, as clients send to
 * proxies, means the same. It is split by hand because not every text that arrives is a URL.
 *
 * Routers such as Express' strip their prefix from `url`, and keep the target in `originalUrl`.
 */
export function targetOf({ url = "/", originalUrl = url }: Targeted): Target {
  const [target = "/"] = withoutOrigin(originalUrl).split("#", 1);
  const end = target.indexOf("?");
  if (end < 0) return { path: target, query: "" };
  return { path: target.slice(0, end), query: target.slice(end + 1) };
}

/** Returns the host of a request's target, with its port; undefined if the target is a path. */
export function authorityOf({ url = "/", originalUrl = url }: Targeted): string | undefined {
  return /^https?:\/\/([^/?#]*)/i.exec(originalUrl)?.[1];
}

function withoutOrigin(url: string): string {
  if (url.startsWith("/")) return url;
  const absolute = /^https?:\/\/[^/?#]*(.*)$/is.exec(url)?.[1];
  if (absolute === undefined) return url;
  return absolute.startsWith("/") ? absolute : `/${absolute}`;
}

/**
 * Parses the parameters of a query string, which Node.js accepts in ASCII only.
 *
 * @returns undefined if it is encoded wrongly, or not UTF-8, which URLSearchParams would replace by U+FFFD
 */
export function queryOf(query: string): URLSearchParams | undefined {
  try {
    decodeURIComponent(query);
    return new URLSearchParams(query);
  } catch {
    return undefined;
  }
}
