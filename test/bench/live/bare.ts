import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type WebSocket, WebSocketServer } from "ws";
import { type Addition, type Ground, makeEvent, type Timed } from "./event.ts";
import { serveOn } from "./serve-on.ts";

/**
 * Serves a reference that sends an event to every socket by one call, `ws.send` or `res.write`, and does nothing else. The
 * text is created once. It supports just enough of the protocols for the same clients to subscribe, and just enough of
 * GraphQL to change the count.
 */
export function serveBare(ground: Ground): Promise<string> {
  const responses = new Set<ServerResponse>();
  const sockets = new Set<WebSocket>();

  function broadcast({ people, asOf }: Timed) {
    const payload = { data: { peopleChanged: { people, asOf } } };
    if (sockets.size > 0) {
      const frame = JSON.stringify({ id: ID, type: "next", payload });
      for (const socket of sockets) socket.send(frame);
    }
    if (responses.size > 0) {
      const event = `event: next\ndata: ${JSON.stringify(payload)}\n\n`;
      for (const response of responses) response.write(event);
    }
  }

  async function change(request: IncomingMessage, response: ServerResponse) {
    const { variables } = JSON.parse(await text(request)) as { variables: Addition };
    const addPeople = await makeEvent(ground, variables, broadcast);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ data: { addPeople } }));
  }

  const server = createServer((request, response) => {
    if (request.method === "POST") return void change(request, response);
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    responses.add(response);
    response.on("close", () => responses.delete(response));
  });
  new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) => {
    sockets.add(socket);
    socket.on("message", acknowledge);
    socket.on("close", () => sockets.delete(socket));
  });
  return serveOn(server);
}

/** As long as the ids that clients send. */
const ID = "00000000-0000-4000-8000-000000000000";

function acknowledge(this: WebSocket, message: Buffer): void {
  if (message.includes("connection_init")) this.send('{"type":"connection_ack"}');
}
