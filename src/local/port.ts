import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { LocalError } from "./error.ts";

/** The port to use: `wanted` if it is free, otherwise another one (0 means any); or `only` this one. */
export type PortChoice = { readonly wanted: number } | { readonly only: number };

/**
 * Chooses a free port, and calls `progress` if it is not the wanted one.
 *
 * @throws LocalError `PORT_TAKEN` if the only port to use is taken
 */
export async function choosePort(
  ip: string,
  choice: PortChoice,
  progress: (line: string) => void,
): Promise<number> {
  if ("only" in choice) return requireFree(ip, choice.only);
  const { wanted } = choice;
  if (wanted !== 0 && (await isFree(ip, wanted))) return wanted;
  const other = await freePort(ip);
  if (wanted !== 0) progress(`Port ${wanted} is taken by another program: using ${other}.`);
  return other;
}

async function requireFree(ip: string, port: number): Promise<number> {
  if (await isFree(ip, port)) return port;
  const message = `Cassandra needs port ${port}, which its clients connect to, but another program has taken it.`;
  throw new LocalError("PORT_TAKEN", message);
}

/** Whether a server could listen on a port: no program listens on it, neither on this address nor on all addresses. */
async function isFree(ip: string, port: number): Promise<boolean> {
  // Both are checked, since macOS allows listening on an address while another program listens on all addresses.
  return !(await accepts(ip, port)) && (await canListen(ip, port));
}

/**
 * Returns a free port below those that operating systems use for outgoing connections (32768 and up), so that no such
 * connection takes it before it is used. The port is random, so that two processes do not choose the same.
 */
export async function freePort(ip: string): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(ip, port)) return port;
  }
}

function accepts(ip: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, ip);
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function canListen(ip: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, ip);
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
