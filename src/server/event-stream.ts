import type { ServerResponse } from "node:http";
import type { ExecutionResult } from "graphql";
import type { Visitor } from "../live/index.ts";
import { Delivery, onceDrained, type Outlet } from "./delivery.ts";
import type { Identity } from "./context.ts";
import type { KeepAlive, Peer } from "./keep-alive.ts";
import type { Payload } from "./payload.ts";
import { shownResult } from "./request-error.ts";
import type { Expiry } from "./sign-in/expiry.ts";
import { expiredToken } from "./sign-in/refusals.ts";

/** A result to send as the only event. */
interface StreamedResult {
  /** Sent beside those of event streams. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json: string;
}

/** A subscription to begin. */
export interface Begun {
  readonly identity: Identity | Promise<Identity>;
  readonly subscribe: (outlet: Outlet) => Promise<Delivery | ExecutionResult>;
}

/** What watches the event streams of a server. */
interface Watchers {
  readonly keepAlive: KeepAlive;
  readonly expiry: Expiry;
}

/** Answers by Server-Sent Events, in the protocol of graphql-sse ("distinct connections mode"). */
export interface EventStreams {
  /**
   * Begins the answer to a subscription, which lasts until the subscription is over, the client leaves or its token
   * expires.
   *
   * @returns the result if it was refused: nothing was answered then
   */
  begin(response: ServerResponse, begun: Begun): Promise<ExecutionResult | undefined>;
  /** Answers with one result. */
  send(response: ServerResponse, result: StreamedResult): void;
}

const streamHeaders = {
  "Content-Type": "text/event-stream",
  Connection: "keep-alive",
  "Cache-Control": "no-store",
  "Content-Encoding": "none",
  // Proxies such as nginx then pass each event on at once, whatever they do with other answers.
  "X-Accel-Buffering": "no",
};

/** A comment: browsers show a response from its first byte on. */
const PING = ":\n\n";

const COMPLETE = "event: complete\ndata:\n\n";

const nextEvent = (json: string) => `event: next\ndata: ${json}\n\n`;

/** Makes what answers a server's event streams. */
export function createEventStreams({ keepAlive, expiry }: Watchers): EventStreams {
  return {
    async begin(response, { identity, subscribe }) {
      const stream = new EventStream(response);
      const events = await subscribe(stream);
      if (!(events instanceof Delivery)) return events;
      stream.expires = (await identity).expires;
      // The client may have gone meanwhile.
      if (response.destroyed) return void events.return();
      keepAlive.add(stream);
      expiry.add(events);
      response.on("close", () => {
        keepAlive.remove(stream);
        expiry.remove(events);
        void events.return();
      });
      response.writeHead(200, streamHeaders).write(PING);
      void events.next();
      return undefined;
    },
    send(response, { headers, json }) {
      response.writeHead(200, { ...streamHeaders, ...headers });
      response.end(`${PING}${nextEvent(json)}${COMPLETE}`);
    },
  };
}

class EventStream implements Outlet, Peer {
  unanswered = 0;
  expires: number | undefined;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get isFull() {
    return this.#response.writableNeedDrain;
  }

  send({ event }: Payload) {
    this.#response.write(event, "latin1");
  }

  onDrain(visitor: Visitor) {
    onceDrained(this.#response, visitor);
  }

  end() {
    this.#response.end(COMPLETE);
  }

  expire() {
    const result = shownResult({ errors: [expiredToken()] });
    this.#response.end(nextEvent(JSON.stringify(result)) + COMPLETE);
  }

  /** Nobody answers on an event stream: whoever takes what is sent is there. */
  ping() {
    // An end that was written, and not read, is no longer full; behind it nothing may be written.
    if (this.isFull || this.#response.writableEnded) return;
    this.unanswered = 0;
    this.#response.write(PING);
  }

  drop() {
    this.#response.destroy();
  }
}
