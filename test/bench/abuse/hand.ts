import { Agent, request as openRequest } from "node:http";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { AttackOperation } from "../../fixtures/attacks.ts";
import { cpu } from "../../fixtures/child.ts";
import { outcomeIn } from "./outcome.ts";
import { createTally, type Tally } from "./tally.ts";

/** The address that all attacks come from. */
const ADDRESS = "127.0.0.1";

/** How many cores the attacker may use. */
const SHARE = 0.5;

/** The unsent bytes of a socket above which nothing more is sent. */
const UNSENT = 256 * 1024;

/** What an attack got. */
export interface Taken {
  readonly outcomes: Tally;
  /** How many operations were sent. */
  readonly sent: number;
  /** How many MiB were received. */
  readonly received: number;
  /** How many cores the attacker used. */
  readonly cores: number;
}

/** What an attack is carried out with. It closes all connections when it is disposed of. */
export interface Hand extends AsyncDisposable {
  /** Waits until the attacker may use the processor again. Returns false when the time is over. */
  turn(): Promise<boolean>;
  /** Sends an operation over HTTP and reads the answer. Concurrent ones use separate connections. */
  post(operation: AttackOperation): Promise<void>;
  /** Subscribes by Server-Sent Events. Resolves when the stream has ended. */
  stream(operation: AttackOperation): Promise<void>;
  /** Opens a WebSocket; undefined: it was refused. */
  open(options?: { readonly reads: boolean }): Promise<AttackSocket | undefined>;
  taken(): Taken;
}

/** A WebSocket of the attacker. */
export interface AttackSocket {
  readonly isOpen: boolean;
  /** Whether too much waits to be sent. */
  readonly isFull: boolean;
  start(operation: AttackOperation): void;
}

/** Creates the means of an attack that takes some milliseconds. */
export function createHand(url: string, time: number): Hand {
  const began = performance.now();
  const cpuBefore = cpu();
  const end = AbortSignal.timeout(time);
  const agent = new Agent({ keepAlive: true, localAddress: ADDRESS });
  const sockets = new Set<WebSocket>();
  const tally = createTally();
  let sent = 0;
  let received = 0;
  let operations = 0;

  const elapsed = () => performance.now() - began;
  const cores = () => (cpu() - cpuBefore) / 1000 / elapsed();

  /** Sends a request and passes on what arrives. Resolves when the answer has ended. */
  function exchange(
    operation: AttackOperation,
    accept: string,
    done: (status: number, text: Buffer) => void,
  ): Promise<void> {
    sent += 1;
    const body = JSON.stringify(operation);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      accept,
    };
    return new Promise((resolve) => {
      const fail = (error: NodeJS.ErrnoException) => {
        if (!end.aborted) tally.count(error.code ?? error.message);
        resolve();
      };
      const request = openRequest(url, { method: "POST", headers, agent, signal: end });
      request.on("error", fail);
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => {
          received += chunk.length;
          if (accept === EVENTS) return done(response.statusCode!, chunk);
          chunks.push(chunk);
        });
        response.on("error", fail);
        response.on("end", () => {
          if (accept !== EVENTS) done(response.statusCode!, Buffer.concat(chunks));
          resolve();
        });
      });
      request.end(body);
    });
  }

  return {
    async turn() {
      await setImmediate();
      while (!end.aborted && cores() > SHARE) await sleep(5);
      return !end.aborted;
    },
    post: (operation) =>
      exchange(operation, JSON_ANSWER, (status, text) =>
        tally.count(status === 200 ? outcomeIn(text) : `${status} ${outcomeIn(text)}`),
      ),
    stream: (operation) =>
      exchange(operation, EVENTS, (status, chunk) => {
        // A large event has many chunks. Only its beginning tells what it is.
        if (status !== 200) tally.count(`${status} ${outcomeIn(chunk)}`);
        else if (chunk.includes("event: next")) tally.count(outcomeIn(chunk));
      }),
    async open({ reads } = { reads: true }) {
      const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws", {
        localAddress: ADDRESS,
        perMessageDeflate: false,
        skipUTF8Validation: true,
        maxPayload: 0,
      });
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", (code) => {
        sockets.delete(socket);
        if (!end.aborted) tally.count(`socket closed with ${code}`);
      });
      const greeted = Promise.withResolvers<boolean>();
      for (const event of ["close", "unexpected-response"]) {
        socket.once(event, () => greeted.resolve(false));
      }
      socket.once("unexpected-response", (_, { statusCode }) => {
        tally.count(`socket refused with ${statusCode}`);
        socket.terminate();
      });
      end.addEventListener("abort", () => greeted.resolve(false));
      socket.once("open", () => socket.send('{"type":"connection_init"}'));
      socket.on("message", (data: Buffer) => {
        received += data.length;
        const head = data.toString("latin1", 0, 400);
        if (head.includes('"type":"connection_ack"')) {
          if (!reads) socket.pause();
          greeted.resolve(true);
        } else if (head.includes('"type":"ping"')) socket.send('{"type":"pong"}');
        else if (!head.includes('"type":"complete"')) tally.count(outcomeIn(data));
      });
      if (!(await greeted.promise)) {
        await sleep(100);
        return undefined;
      }
      return {
        get isOpen() {
          return socket.readyState === WebSocket.OPEN;
        },
        get isFull() {
          return socket.bufferedAmount > UNSENT;
        },
        start(operation) {
          sent += 1;
          const message = { type: "subscribe", id: String(++operations), payload: operation };
          socket.send(JSON.stringify(message));
        },
      };
    },
    taken: () => ({
      outcomes: tally.read(),
      sent,
      received: received / 2 ** 20,
      cores: cores(),
    }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate();
      agent.destroy();
    },
  };
}

const EVENTS = "text/event-stream";
const JSON_ANSWER = "application/json";
