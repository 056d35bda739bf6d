import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { limits } from "./limits.ts";

/**
 * Tracks the connections of a server, so that it can close without cutting an answer.
 *
 * Not left to a library: those that exist (http-terminator, stoppable, terminus) do not accept connections that wait in
 * the system, or close idle ones on which a request is under way, whose clients then get no answer.
 *
 * @returns a function that stops listening, and resolves when the last connection is closed: each answer from then on asks
 * its client to close, and connections without a request are closed after a moment in which one may still arrive
 */
export function createDrain(server: Server): () => Promise<void> {
  // By connection; of pipelined requests the last one. A set of responses would keep those that were removed, with their
  // requests, until a full garbage collection; so would a listener per response that closes over it. Measured: with
  // either, garbage collection takes twice as long.
  const answers = new Map<Socket, ServerResponse | undefined>();
  let accepted = 0;
  let state: "open" | "closing" | "leaving" = "open";

  server.on("connection", (socket: Socket) => {
    accepted += 1;
    answers.set(socket, undefined);
    socket.on("close", () => answers.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    answers.set(socket, response);
    if (state !== "open") askToClose(response);
    response.on("close", onClose);
  });

  function onClose(this: ServerResponse) {
    const { socket } = this.req;
    // Another request may have been pipelined, or the connection may be closed.
    if (answers.get(socket) !== this) return;
    answers.set(socket, undefined);
    if (state === "leaving") socket.destroySoon();
  }

  /**
   * Accepts the connections that wait in the operating system: their clients believe to be connected, and would be cut.
   * Each turn of the event loop accepts one.
   */
  async function acceptWaiting() {
    const end = Date.now() + limits.lastRequest;
    let before: number;
    do {
      before = accepted;
      await setImmediate();
    } while (accepted > before && Date.now() < end);
  }

  return async () => {
    const cut = setTimeout(() => {
      for (const socket of answers.keys()) socket.destroy();
    }, limits.drain);
    await acceptWaiting();
    state = "closing";
    for (const answer of answers.values()) if (answer) askToClose(answer);
    const closed = once(server, "close");
    // `close` of an HTTP server also cuts idle connections, on which the next request may be under way.
    NetServer.prototype.close.call(server);
    await Promise.race([closed, sleep(limits.lastRequest, undefined, { ref: false })]);
    state = "leaving";
    for (const [socket, answer] of answers) if (!answer) socket.destroySoon();
    await closed;
    clearTimeout(cut);
  };
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
