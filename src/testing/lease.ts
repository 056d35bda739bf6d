import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { Reused } from "./reuse.ts";

/** Where a Cassandra is that is lent. */
type Address = Omit<Reused, "release">;

// A lease is an open connection to a socket in the directory: however its holder ends, the system closes it.

const socketIn = (dir: string) => join(dir, "keeper.sock");

/** Uses the Cassandra that is lent in a directory; undefined if none is. */
export async function takeLease(dir: string): Promise<Reused | undefined> {
  const socket = createConnection(socketIn(dir)).setEncoding("utf8");
  const address = await received(socket);
  if (address === undefined) return undefined;
  // It goes when its keeper is killed, which the sessions will tell.
  socket.on("error", () => {}).unref();
  return { ...address, release: async () => void socket.destroy() };
}

/** What the lender says; undefined if there is none. */
async function received(socket: Socket): Promise<Address | undefined> {
  try {
    const [text]: unknown[] = await Promise.race([once(socket, "data"), once(socket, "close")]);
    return typeof text === "string" ? (JSON.parse(text) as Address) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Lends a Cassandra in a directory that this process has to itself; `unused` resolves, and no lease is given any more,
 * when for `idle` milliseconds nobody has had one.
 */
export async function lend(
  dir: string,
  address: Address,
  idle: number,
): Promise<{ readonly unused: Promise<void> }> {
  const { promise: unused, resolve } = Promise.withResolvers<void>();
  const holders = new Set<Socket>();
  const end = () => server.close(() => resolve());
  let timer = setTimeout(end, idle);
  const server = createServer((socket) => {
    clearTimeout(timer);
    holders.add(socket);
    socket.once("close", () => {
      holders.delete(socket);
      if (holders.size === 0) timer = setTimeout(end, idle);
    });
    // A holder that is killed resets the connection: that ends its lease as well.
    socket.on("error", () => {}).resume();
    socket.write(JSON.stringify(address));
  });
  // One that a killed process has left.
  await rm(socketIn(dir), { force: true });
  server.listen(socketIn(dir));
  await once(server, "listening");
  return { unused };
}
