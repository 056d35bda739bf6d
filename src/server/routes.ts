import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Log } from "./mask.ts";
import { acceptedTypes } from "./media-type.ts";
import { targetOf } from "./target.ts";

/** Answers a request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Who answers what. */
export interface Routes {
  /** The path of {@link Routes.graphql}. */
  readonly endpoint: string;
  readonly graphql: Answer;
  /** At the same path, for browsers. */
  readonly graphiql: Answer;
  /** Answers at `/` and at every path that begins with {@link Routes.assets}. */
  readonly page: Answer;
  readonly assets: string;
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

function route(request: IncomingMessage, routes: Routes): Answer {
  const { path } = targetOf(request);
  const { endpoint, graphql, graphiql, page, assets, others } = routes;
  if (path === endpoint) return wantsPage(request) ? graphiql : graphql;
  if (path === "/" || path.startsWith(assets)) return page;
  return Object.hasOwn(others, path) ? others[path]! : notFound;
}

/** Answers where nothing is. */
export const notFound: Answer = ({ method }, response) => {
  const line = "Nothing is here. Begin at /.\n";
  response.writeHead(404, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(line),
    "x-content-type-options": "nosniff",
  });
  response.end(method === "HEAD" ? undefined : line);
};

/** A browser that shows an address prefers a page. */
function wantsPage({ method, headers }: IncomingMessage): boolean {
  return (method === "GET" || method === "HEAD") && acceptedTypes(headers.accept)[0] === "page";
}
