import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** The wanted port, 9042 by default, or another one if it is taken, which is told. 0 stands for any. */
export async function choosePort(
  ip: string,
  wanted = 9042,
  progress: (line: string) => void,
): Promise<number> {
  if (wanted !== 0 && (await isFree(ip, wanted))) return wanted;
  const other = await freePort(ip);
  if (wanted !== 0) progress(`Port ${wanted} is taken by another program: using ${other}.`);
  return other;
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

/** Whether a Cassandra answers there: to OPTIONS, the one request that needs no connection set up. */
export function answersCql(ip: string, port: number): Promise<boolean> {
  const options = Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0]);
  const supported = 6;
  return new Promise((resolve) => {
    const socket = connect(port, ip, () => socket.write(options));
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(2000, () => answer(false));
    socket.once("data", (frame) => answer(frame[4] === supported));
    socket.once("error", () => answer(false));
    socket.once("close", () => answer(false));
  });
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
