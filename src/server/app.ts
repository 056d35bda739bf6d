import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { countAnswers } from "./answers.ts";
import type { AppOptions } from "./app-options.ts";
import { assemble, closing } from "./assemble.ts";
import { limits } from "./limits.ts";

/** GraphQL for a `node:http` server of your own. */
export interface App extends AsyncDisposable {
  /**
   * Answers a request if its path is one of the app's; else returns false, and does nothing. For HTTP/1.1; the body must
   * not have been read. Below a router that strips a prefix, `path` is the whole prefix, and `originalUrl` is used.
   */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** Accepts or refuses a WebSocket if its path is the app's; else returns false, and does nothing. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean;
  /** How many rows and partitions subscriptions watch at present. */
  readonly watched: number;
  /**
   * Completes the subscriptions, closes the WebSockets, waits for the answers in flight, at most `limits.drain` (4 s), and
   * closes all that the app has opened. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Creates an app to mount on a server of your own: GraphQL over HTTP, Server-Sent Events and WebSocket, and GraphiQL for
 * browsers, at `/graphql`; `/health` is 200 while the process runs, `/ready` while the database answers and has all
 * tables.
 *
 * @example
 * const app = await createApp({ schema, tables, session, path: "/api" });
 * const server = createServer((request, response) => {
 *   if (!app.answer(request, response)) response.writeHead(404).end();
 * });
 * server.on("upgrade", (request, stream, head) => {
 *   if (!app.upgrade(request, stream, head)) stream.destroy();
 * });
 * // Later: no new connections, then the app.
 * server.close();
 * await app.close();
 *
 * @throws CassandraError if it cannot connect; TypeError or RangeError if an option is wrong, e.g. if the schema
 * shows a table that is not among `tables`
 */
export async function createApp<Own extends object = object>(
  options: AppOptions<Own>,
): Promise<App> {
  const parts = await assemble(options);
  const answers = countAnswers(limits.drain);
  let isClosing = false;
  const closeOnce = closing(parts, () => answers.finished());
  const close = () => {
    isClosing = true;
    return closeOnce();
  };
  return {
    answer(request, response) {
      if (!parts.owns(request)) return false;
      if (isClosing) refuseRequest(response, { status: 503, line: "The service is stopping." });
      else if (request.httpVersionMajor !== 1)
        refuseRequest(response, { status: 505, line: "Use HTTP/1.1." });
      // Otherwise its client has gone while other code of the host was working.
      else if (!response.closed) {
        answers.count(response);
        parts.answer(request, response);
      }
      return true;
    },
    upgrade(request, stream, head) {
      if (!parts.isWebSocket(request)) return false;
      parts.upgrade(request, stream, head);
      return true;
    },
    get watched() {
      return parts.watched;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface RequestRefusal {
  readonly status: number;
  readonly line: string;
}

function refuseRequest(response: ServerResponse, { status, line }: RequestRefusal): void {
  const type = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  response.writeHead(status, type).end(`${line}\n`);
}
