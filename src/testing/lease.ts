import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { Reused } from "./reuse.ts";

/** The address of a Cassandra that is lent. */
type LentAddress = Omit<Reused, "release">;

// A lease is an open connection to a socket in the directory. The system closes it when its holder ends in any way.

const socketIn = (dir: string) => join(dir, "keeper.sock");

/** Takes a lease on the Cassandra that is lent in a directory. Returns undefined if there is none. */
export async function takeLease(dir: string): Promise<Reused | undefined> {
  const socket = createConnection(socketIn(dir)).setEncoding("utf8");
  const address = await receiveAddress(socket);
  if (address === undefined) return undefined;
  // If the keeper is killed, the sessions report that Cassandra has ended.
  socket.on("error", () => {}).unref();
  return { ...address, release: async () => void socket.destroy() };
}

/** Returns the address that the lender sends, or undefined if there is no lender. */
async function receiveAddress(socket: Socket): Promise<LentAddress | undefined> {
  try {
    const [text]: unknown[] = await Promise.race([once(socket, "data"), once(socket, "close")]);
    return typeof text === "string" ? (JSON.parse(text) as LentAddress) : undefined;
  } catch {
    return undefined;
  }
}

/** Options of {@link lend}. */
export interface LendOptions {
  readonly address: LentAddress;
  /** How long there may be no lease, in milliseconds. */
  readonly idle: number;
}

/**
 * Lends a Cassandra in a directory that this process has locked. When there has been no lease for the idle time, no
 * further lease is given, and `unused` resolves.
 */
export async function lend(
  dir: string,
  { address, idle }: LendOptions,
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
    // A holder that is killed resets the connection, which also ends its lease.
    socket.on("error", () => {}).resume();
    socket.write(JSON.stringify(address));
  });
  // A killed process may have left its socket.
  await rm(socketIn(dir), { force: true });
  server.listen(socketIn(dir));
  await once(server, "listening");
  return { unused };
}
