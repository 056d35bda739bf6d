import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { limits } from "./limits.ts";

/**
 * Watches the connections of a server, so that it can let its clients go without cutting an answer.
 *
 * @returns what stops listening and ends when the last connection has: each answer from then on asks its client to
 * close, and connections without a request are closed after a moment in which one may still arrive
 */
export function createDrain(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  const answers = new Set<ServerResponse>();
  let accepted = 0;
  let state: "open" | "closing" | "leaving" = "open";

  server.on("connection", (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("request", (_, response) => {
    answers.add(response);
    if (state !== "open") askToClose(response);
    response.on("close", () => {
      answers.delete(response);
      if (state === "leaving") leave();
    });
  });

  /**
   * Takes the connections that wait in the system: their clients believe to be connected, and would be cut. Each turn
   * of the event loop takes one.
   */
  async function acceptWaiting() {
    const end = Date.now() + limits.lastRequest;
    let before: number;
    do {
      before = accepted;
      await setImmediate();
    } while (accepted > before && Date.now() < end);
  }

  function leave() {
    state = "leaving";
    const busy = new Set([...answers].map(({ socket }) => socket));
    for (const socket of sockets) if (!busy.has(socket)) socket.destroySoon();
  }

  return async () => {
    const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), limits.drain);
    await acceptWaiting();
    state = "closing";
    for (const response of answers) askToClose(response);
    const closed = once(server, "close");
    // The close of an HTTP server also cuts idle connections, on which the next request may be under way.
    NetServer.prototype.close.call(server);
    await Promise.race([closed, sleep(limits.lastRequest, undefined, { ref: false })]);
    leave();
    await closed;
    clearTimeout(cut);
  };
}

function askToClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
