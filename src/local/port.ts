import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { LocalError } from "./error.ts";

/** Which port to use: another one if the wanted one is taken (0: any), or this one only. */
export type PortChoice = { readonly wanted: number } | { readonly only: number };

/**
 * Chooses a free port. Tells if it is not the wanted one.
 *
 * Fails with `PORT_TAKEN` if only one will do.
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
  const message = `Cassandra needs port ${port}, where its clients look for it, but another program has taken it.`;
  throw new LocalError("PORT_TAKEN", message);
}

/** Whether a server could listen there: nobody does, on this address or on all of them. */
async function isFree(ip: string, port: number): Promise<boolean> {
  // Both are asked: macOS lets one listen on an address although another listens on all of them.
  return !(await accepts(ip, port)) && (await canListen(ip, port));
}

/**
 * A free port below those that operating systems hand out for outgoing connections (32768 and up), so that
 * none of these takes it in the moment before it is used; random, so that two processes do not choose the same.
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
