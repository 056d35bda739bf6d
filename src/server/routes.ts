import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Gate } from "./gate.ts";
import type { Log } from "./mask.ts";
import { acceptedTypes } from "./media-type.ts";
import { targetOf } from "./target.ts";

/** Answers a request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface RouterOptions {
  /** The prefix of all paths, e.g. `/api`. */
  readonly path: string;
  /** At `/graphql`. */
  readonly graphql: Answer;
  /** At the same path, for browsers. */
  readonly graphiql: Answer | undefined;
  readonly health: Answer;
  readonly ready: Answer;
  /** At `/` and below `/assets/`. */
  readonly page: Answer | undefined;
  /** Guards all of them but `/health` and `/ready`, which are called by whatever address a server has. */
  readonly gate: Gate;
  readonly log: Log;
}

/** The paths of an app. */
export interface Router {
  /** Whether a request is for one of them. */
  owns(request: IncomingMessage): boolean;
  /**
   * Answers a request, with status 404 if its path is none of them. If the answer fails, that is logged, and the
   * connection cut: no other request is affected.
   */
  readonly answer: RequestListener;
}

/** Creates the router of an app. */
export function createRouter(options: RouterOptions): Router {
  const { path, health, ready, gate, log } = options;
  const graphql = gate.guardGraphQL(options.graphql);
  const graphiql = options.graphiql && gate.guard(options.graphiql);
  const page = options.page && gate.guard(options.page);
  const endpoint = `${path}/graphql`;
  const routes = new Map<string, Answer>([
    [
      endpoint,
      (request, response) =>
        (graphiql && wantsPage(request) ? graphiql : graphql)(request, response),
    ],
    [`${path}/health`, health],
    [`${path}/ready`, ready],
  ]);
  if (page) routes.set(`${path}/`, page);
  // The page's own links are relative to it.
  if (page && path !== "") routes.set(path, gate.guard(redirectTo(`${path}/`)));
  const assets = page && `${path}/assets/`;
  const notFound = gate.guard(createNotFound(page ? `${path}/` : endpoint));

  const answerOf = (request: IncomingMessage): Answer | undefined => {
    const { path: asked } = targetOf(request);
    return (
      routes.get(asked) ?? (assets !== undefined && asked.startsWith(assets) ? page : undefined)
    );
  };
  return {
    owns: (request) => answerOf(request) !== undefined,
    async answer(request, response) {
      response.setHeader("x-content-type-options", "nosniff");
      try {
        await (answerOf(request) ?? notFound)(request, response);
      } catch (error) {
        log(`Cannot answer ${request.method} ${request.url}:`, error);
        response.destroy();
      }
    },
  };
}

/** Creates the answer where nothing is. @param begin where something is */
export function createNotFound(begin: string): Answer {
  const line = `Nothing is here. Begin at ${begin}.\n`;
  return ({ method }, response) => {
    response.writeHead(404, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(line),
    });
    response.end(method === "HEAD" ? undefined : line);
  };
}

function redirectTo(path: string): Answer {
  return (request, response) => {
    const { query } = targetOf(request);
    const location = query === "" ? path : `${path}?${query}`;
    response.writeHead(308, { location, "content-length": 0 }).end();
  };
}

/** Whether the client prefers HTML, as a browser does that shows an address. */
function wantsPage({ method, headers }: IncomingMessage): boolean {
  return (method === "GET" || method === "HEAD") && acceptedTypes(headers.accept)[0] === "page";
}
