import type { IncomingMessage } from "node:http";

/** What a request is for. */
export interface Target {
  /** As it was sent, e.g. `/graphql`: nothing in it is decoded. */
  readonly path: string;
  /** Between `?` and `#`, without them; empty if there is none. See {@link queryOf}. */
  readonly query: string;
}

/**
 * The target of a request (RFC 9112, 3.2). Most clients send a path; an absolute address, as proxies are sent, means
 * the same. It is split by hand because not every text that arrives is a URL.
 */
export function targetOf({ url = "/" }: Pick<IncomingMessage, "url">): Target {
  const [target = "/"] = withoutOrigin(url).split("#", 1);
  const end = target.indexOf("?");
  if (end < 0) return { path: target, query: "" };
  return { path: target.slice(0, end), query: target.slice(end + 1) };
}

function withoutOrigin(url: string): string {
  if (url.startsWith("/")) return url;
  const absolute = /^https?:\/\/[^/?#]*(.*)$/is.exec(url)?.[1];
  if (absolute === undefined) return url;
  return absolute.startsWith("/") ? absolute : `/${absolute}`;
}

/**
 * The parameters of a query string, which Node.js takes in ASCII only.
 *
 * @returns undefined if it is percent-encoded wrongly, or not UTF-8: a lenient parser would put U+FFFD there
 */
export function queryOf(query: string): URLSearchParams | undefined {
  try {
    decodeURIComponent(query);
    return new URLSearchParams(query);
  } catch {
    return undefined;
  }
}
