import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BATCH, byFrame, type Frame } from "../fixtures/proxy.ts";

/** What becomes of a round on its way: it is passed on, kept back for a while, or its answer is lost. */
export type Fate = "pass" | "hold" | "lose";

/** A way to one node. While nobody listens on it, it refuses connections as a node that is gone does. */
export interface NodeProxy extends AsyncDisposable {
  listen(): Promise<void>;
  /** Stops listening. The connections are the node's to close. */
  refuse(): void;
}

export interface NodeProxyOptions {
  readonly ip: string;
  readonly port: number;
  readonly nodePort: number;
  /** Decides for each round, that is for each batch. */
  readonly fateOf: () => Fate;
}

/** How long a round is kept back, in milliseconds: the server has given it up at 3 s, and settled it. */
export const HELD = 4500;

/** Makes a proxy in front of a node, on the node's address, so that the driver finds it where it looks for the node. */
export function createNodeProxy({ ip, port, nodePort, fateOf }: NodeProxyOptions): NodeProxy {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const node = connect(nodePort, ip);
    for (const socket of [client, node]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => [client, node].forEach((each) => sockets.delete(each.destroy())));
    }
    pass(client, node, fateOf);
  });
  return {
    async listen() {
      server.listen(port, ip);
      await once(server, "listening");
    },
    refuse: () => void server.close(),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function pass(client: Socket, node: Socket, fateOf: () => Fate): void {
  const lost = new Set<number>();
  const send = async ({ bytes, stream, opcode }: Frame) => {
    const fate = opcode === BATCH ? fateOf() : "pass";
    if (fate === "hold") await sleep(HELD);
    if (fate === "lose") lost.add(stream);
    node.write(bytes);
  };
  client.on(
    "data",
    byFrame((frame) => void send(frame)),
  );
  node.on(
    "data",
    byFrame(({ stream, bytes }) => {
      if (!lost.delete(stream)) client.write(bytes);
    }),
  );
}
