import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Log } from "./mask.ts";

/** Answers a request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Who answers what. */
export interface Routes {
  /** The path of {@link Routes.graphql}. */
  readonly endpoint: string;
  /** Answers whatever nobody else does, too. */
  readonly graphql: Answer;
  /** At the same path, for browsers. */
  readonly page: Answer;
  /** Answers at the path with this name, e.g. `/health`. */
  readonly others: Readonly<Record<string, Answer>>;
}

/** Makes the listener of an HTTP server. A request that cannot be answered is logged and cut: it ends nothing else. */
export function listener(routes: Routes, log: Log): RequestListener {
  return async (request, response) => {
    try {
      await route(request, routes)(request, response);
    } catch (error) {
      log(`Cannot answer ${request.method} ${request.url}:`, error);
      response.destroy();
    }
  };
}

function route(request: IncomingMessage, { endpoint, graphql, page, others }: Routes): Answer {
  const { pathname, search } = addressOf(request);
  if (pathname === "/") return redirect(endpoint + search);
  if (pathname === endpoint && wantsPage(request)) return page;
  return Object.hasOwn(others, pathname) ? others[pathname]! : graphql;
}

/** Taken apart by hand: not everything that can be asked for is a URL. */
function addressOf({ url = "/" }: IncomingMessage) {
  const end = url.indexOf("?");
  return end < 0
    ? { pathname: url, search: "" }
    : { pathname: url.slice(0, end), search: url.slice(end) };
}

function redirect(location: string): Answer {
  return (_, response) => void response.writeHead(302, { location }).end();
}

function wantsPage({ method, headers }: IncomingMessage): boolean {
  return (method === "GET" || method === "HEAD") && headers.accept?.includes("text/html") === true;
}
