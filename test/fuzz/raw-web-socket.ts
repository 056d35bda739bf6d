import { isUtf8 } from "node:buffer";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A frame as it is sent (RFC 6455, 5.2). Nothing is checked. */
export interface Frame {
  readonly opcode: number;
  readonly payload: string | Buffer;
  /** Default: true. */
  readonly fin?: boolean;
  /** The three reserved bits. Default: 0. */
  readonly reserved?: number;
  /** Default: true. */
  readonly masked?: boolean;
  /** Another length than the payload's. */
  readonly length?: number;
  /** Whether the length takes 8 bytes in any case. */
  readonly wide?: boolean;
}

/** A client's end of a WebSocket that writes any bytes, and checks the frames that it gets. */
export interface RawWebSocket extends Disposable {
  /** The received texts. */
  readonly texts: readonly string[];
  /** The code and the reason with which the server has closed the socket. */
  readonly closing: { readonly code: number; readonly reason: string } | undefined;
  /** What is wrong with the bytes that the server has sent. */
  readonly violations: readonly string[];
  /** The status of the answer to the handshake; undefined if it never came. */
  readonly status: number | undefined;
  write(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  /** Resolves when the connection is closed, or when some milliseconds are over. */
  closed(most: number): Promise<void>;
  cut(): void;
}

export interface Handshake {
  readonly port: number;
  /** Lines to add. */
  readonly headers?: readonly string[];
  readonly protocol?: string;
  /** Bytes to send at once behind the request. */
  readonly early?: Buffer;
}

/** Opens a WebSocket, and waits for the answer to the handshake. */
export async function openWebSocket(handshake: Handshake): Promise<RawWebSocket> {
  const { port, headers = [], protocol = "graphql-transport-ws", early } = handshake;
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const lines = [
    "GET /graphql HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
    ...headers,
  ];
  socket.write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
  if (early) socket.write(early);
  const raw = receiving(socket);
  await raw.answered;
  return raw;
}

/** Writes a frame. */
export function writeFrame(frame: Frame): Buffer {
  const { opcode, fin = true, reserved = 0, masked = true, wide = false } = frame;
  const payload = Buffer.from(frame.payload);
  const length = frame.length ?? payload.length;
  const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (wide || length >= 2 ** 16) head.push(mask | 127, ...bytesOf(length, 8));
  else if (length >= 126) head.push(mask | 126, ...bytesOf(length, 2));
  else head.push(mask | length);
  if (!masked) return Buffer.concat([Buffer.from(head), payload]);
  // The mask needs not be random here.
  const key = [1, 2, 3, 4];
  return Buffer.concat([
    Buffer.from([...head, ...key]),
    payload.map((byte, at) => byte ^ key[at % 4]!),
  ]);
}

function bytesOf(value: number, count: number): readonly number[] {
  return Array.from(
    { length: count },
    (_, at) => Math.floor(value / 256 ** (count - 1 - at)) % 256,
  );
}

function receiving(socket: Socket): RawWebSocket & { readonly answered: Promise<void> } {
  const answered = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const texts: string[] = [];
  const violations: string[] = [];
  let status: number | undefined;
  let closing: RawWebSocket["closing"];
  let bytes = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("close", () => {
    answered.resolve();
    ended.resolve();
  });
  socket.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (status === undefined) readHead();
    if (status === 101) readFrames();
  });

  function readHead() {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return;
    status = Number(bytes.toString("latin1", 9, 12));
    bytes = bytes.subarray(end + 4);
    answered.resolve();
  }

  function readFrames() {
    for (;;) {
      const frame = readFrame(bytes);
      if (!frame) return;
      bytes = bytes.subarray(frame.size);
      receive(frame);
    }
  }

  function receive({ first, masked, payload }: ReadFrame) {
    const opcode = first & 0x0f;
    if (closing) violations.push("a frame behind the closing frame");
    if (masked || (first & 0xf0) !== 0x80 || ![1, 8, 9, 10].includes(opcode)) {
      violations.push(`a frame that begins with 0x${first.toString(16)}`);
    }
    if (!isUtf8(payload) && opcode === 1) violations.push("a text that is not UTF-8");
    if (opcode === 1) texts.push(payload.toString());
    if (opcode === 9) write(writeFrame({ opcode: 10, payload }));
    if (opcode === 8) {
      const code = payload.length >= 2 ? payload.readUInt16BE() : 1005;
      closing = { code, reason: payload.toString("utf8", 2) };
    }
  }

  const write = (written: Buffer) => {
    if (socket.writable) socket.write(written);
  };
  return {
    answered: Promise.race([answered.promise, sleep(10_000)]),
    texts,
    violations,
    get status() {
      return status;
    },
    get closing() {
      return closing;
    },
    write,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closed: (most) => Promise.race([ended.promise, sleep(most)]),
    cut: () => socket.destroy(),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

interface ReadFrame {
  /** The first byte: the final bit, the reserved bits and the opcode. */
  readonly first: number;
  readonly masked: boolean;
  readonly payload: Buffer;
  /** Of the whole frame, in bytes. */
  readonly size: number;
}

/** Returns the first frame, if all of it is there. */
function readFrame(bytes: Buffer): ReadFrame | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes[0]!, bytes[1]!];
  const short = second & 0x7f;
  const begin = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < begin) return undefined;
  const length =
    short === 127
      ? Number(bytes.readBigUInt64BE(2))
      : short === 126
        ? bytes.readUInt16BE(2)
        : short;
  const size = begin + length;
  if (bytes.length < size) return undefined;
  return { first, masked: second >= 128, payload: bytes.subarray(begin, size), size };
}
