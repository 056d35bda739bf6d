import type { ServerResponse } from "node:http";
import type { ExecutionArgs, ExecutionResult } from "graphql";
import type { Visitor } from "../live/index.ts";
import { Delivery, onceDrained, type Outlet, type Subscribe, subscribeTo } from "./delivery.ts";
import type { KeepAlive, Peer } from "./keep-alive.ts";
import type { Operations, Params } from "./operation.ts";
import type { Payload } from "./payload.ts";

/** Answers subscriptions by Server-Sent Events, as Yoga's own handler does, but each event is made once for all. */
export interface EventStreams {
  /**
   * Begins an answer, which lasts until the subscription is over or the client leaves.
   *
   * @param subscribe yoga's, with its plugins
   * @returns the result if it was refused: nothing was answered then
   */
  answer(
    response: ServerResponse,
    params: Params,
    subscribe: Subscribe,
    args: ExecutionArgs,
  ): Promise<ExecutionResult | undefined>;
}

const headers = {
  "Content-Type": "text/event-stream",
  Connection: "keep-alive",
  "Cache-Control": "no-cache",
  "Content-Encoding": "none",
};

/** A comment: browsers show a response from its first byte on. */
const PING = ":\n\n";

/** Makes what answers a server's event streams. */
export function createEventStreams(operations: Operations, keepAlive: KeepAlive): EventStreams {
  return {
    async answer(response, params, subscribe, args) {
      const join = () => operations.join(params, args.document);
      const stream = new EventStream(response);
      const events = await subscribeTo(subscribe, args, join, stream);
      if (!(events instanceof Delivery)) return events;
      // The client may have gone meanwhile.
      if (response.destroyed) return void events.return();
      keepAlive.add(stream);
      response.on("close", () => {
        keepAlive.remove(stream);
        void events.return();
      });
      response.writeHead(200, headers).write(PING);
      void events.next();
      return undefined;
    },
  };
}

class EventStream implements Outlet, Peer {
  unanswered = 0;
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
    this.#response.end("event: complete\ndata:\n\n");
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
