import type { ServerResponse } from "node:http";
import type { DocumentNode, ExecutionResult } from "graphql";
import { createDrained, deliver, type Delivered, type Outlet } from "./delivery.ts";
import type { KeepAlive, Peer } from "./keep-alive.ts";
import type { Operations, Params } from "./operation.ts";

/** Answers subscriptions by Server-Sent Events, as Yoga's own handler does, but each event is made once for all. */
export interface EventStreams {
  /**
   * Answers, until the subscription is over or the client leaves.
   *
   * @param subscribe yoga's, with its plugins
   * @returns the result if it was refused: nothing was answered then
   */
  answer(
    response: ServerResponse,
    params: Params,
    document: DocumentNode,
    subscribe: (root: Delivered) => Promise<AsyncIterableIterator<never> | ExecutionResult>,
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
    async answer(response, params, document, subscribe) {
      const outlet = createOutlet(response);
      const root: Delivered = {
        deliver: (source) => deliver(source, operations.join(params, document), outlet),
      };
      const events = await subscribe(root);
      if (!(Symbol.asyncIterator in events)) return events;
      // The client may have gone meanwhile.
      if (response.destroyed) return void (await events.return?.());
      response.once("close", keepAlive.add(peerOf(response)));
      response.once("close", () => void events.return?.());
      response.writeHead(200, headers).write(PING);
      await events.next();
      response.end("event: complete\ndata:\n\n");
      return undefined;
    },
  };
}

function createOutlet(response: ServerResponse): Outlet {
  return {
    get isFull() {
      return response.writableNeedDrain;
    },
    send: ({ event }) => void response.write(event, "latin1"),
    onDrain: createDrained(response),
  };
}

/** Nobody answers on an event stream: whoever takes what is sent is there. */
function peerOf(response: ServerResponse): Peer {
  const peer: Peer = {
    unanswered: 0,
    ping() {
      if (response.writableNeedDrain) return;
      peer.unanswered = 0;
      response.write(PING);
    },
    drop: () => response.destroy(),
  };
  return peer;
}
