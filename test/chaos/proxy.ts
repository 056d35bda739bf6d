import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BATCH, byFrame, type Frame } from "../fixtures/proxy.ts";

/** What happens to a round on its way: it is passed on, delayed, or its answer is lost. */
export type Fate = "pass" | "hold" | "lose";

/** A proxy of one node. While it does not listen, connections are refused, as by a dead node. */
export interface NodeProxy extends AsyncDisposable {
  listen(): Promise<void>;
  /** Stops listening. The node closes the connections. */
  refuse(): void;
}

export interface NodeProxyOptions {
  readonly ip: string;
  readonly port: number;
  readonly nodePort: number;
  /** Returns the fate of a round, that is of a batch. */
  readonly fateOf: () => Fate;
}

/** How long a round is delayed, in milliseconds. The server times out after 3 s, and settles the round. */
export const HELD = 4500;

/** Creates a proxy on the node's own address, where the driver looks for the node. */
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
