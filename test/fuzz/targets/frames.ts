import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../chaos/random.ts";
import type { Target } from "../case.ts";
import { mutateBytes, oddText, randomBytes } from "../text.ts";
import { type Frame, openWebSocket, writeFrame } from "../raw-web-socket.ts";
import { answerOf, followJson, INIT, problemsOfSocket, writeSubscribe } from "./socket.ts";

/** How long a socket is observed at the end, in milliseconds. */
const LINGER = 60;

/** Wrong and right frames, and handshakes. */
export const frames: Target = {
  name: "frames",
  async attempt({ random, world }) {
    const valid = writeFrame({ opcode: 1, payload: INIT });
    const subscribe = writeFrame({
      opcode: 1,
      payload: writeSubscribe("1", followJson(world)),
    });
    const written = random.chance(0.8) ? [valid] : [];
    if (random.chance(0.5)) written.push(subscribe);
    for (let count = 1 + random.whole(5); count > 0; count--) written.push(...framesOf(random));
    const stream = Buffer.concat(written);
    const bytes = random.chance(0.2) ? mutateBytes(stream, random) : stream;
    const early = random.chance(0.2) ? bytes : undefined;
    const headers = random.chance(0.3) ? [random.of(handshakeHeaders)] : [];
    using socket = await openWebSocket({
      port: world.port,
      headers,
      ...(early && { early }),
      ...(random.chance(0.1) && { protocol: random.of(["graphql-ws", "", ",", oddName(random)]) }),
    });
    if (!early) {
      for (let at = 0; at < bytes.length;) {
        const end = random.chance(0.7) ? bytes.length : at + 1 + random.whole(40);
        socket.write(bytes.subarray(at, end));
        at = end;
        if (at < bytes.length) await sleep(random.whole(3));
      }
    }
    if (random.chance(0.3)) socket.cut();
    await socket.closed(LINGER);
    const sent = Buffer.concat([Buffer.from(headers.join("\r\n")), bytes]);
    return { sent, answer: answerOf(socket), problems: problemsOfSocket(socket) };
  },
};

const text = (payload: Frame["payload"], parts: Partial<Frame> = {}) =>
  writeFrame({ opcode: 1, payload, ...parts });
const control = (opcode: number, payload: Frame["payload"], parts: Partial<Frame> = {}) =>
  writeFrame({ opcode, payload, ...parts });

function framesOf(random: Random): readonly Buffer[] {
  const ping = '{"type":"ping"}';
  return random.of<() => readonly Buffer[]>([
    () => [text(ping)],
    () => [text(oddText(random))],
    () => [text(randomBytes(random, 50))],
    () => [control(2, ping)],
    () => [control(2, randomBytes(random, 50))],
    () => [control(random.of([3, 4, 7, 11, 15]), "x")],
    () => [text(ping, { masked: false })],
    () => [text(ping, { reserved: 1 + random.whole(7) })],
    () => [text(ping, { wide: true })],
    () => [text(ping, { length: random.of([0, 5, 126, 65_536, 65_537, 2 ** 31, 2 ** 53 - 1]) })],
    () => [text(ping, { length: 2 ** 63, wide: true })],
    () => [text("x".repeat(random.of([65_535, 65_536, 65_537, 200_000])))],
    () => [text('{"type":', { fin: false }), control(0, '"ping"}')],
    () => [text('{"type":', { fin: false }), control(9, "between"), control(0, '"ping"}')],
    () => [text("a", { fin: false }), text("b")],
    () => [control(0, "no beginning")],
    () => [text("x", { fin: false }), ...many(3000, () => control(0, "", { fin: false }))],
    () => [
      text("x", { fin: false }),
      ...many(40, () => control(0, "y".repeat(2000), { fin: false })),
    ],
    () => many(random.of([3, 2000]), () => control(9, "p".repeat(random.of([0, 125])))),
    () => [control(9, "p".repeat(126))],
    () => [control(9, "p", { fin: false })],
    () => [control(10, "nobody asked")],
    () => [control(8, "")],
    () => [control(8, "\x03")],
    () => [control(8, Buffer.from([0x03, 0xe8, 0xff, 0xfe]))],
    () => [control(8, Buffer.from([random.whole(256), random.whole(256)]))],
    () => [control(8, Buffer.from([0x03, 0xe8])), text(ping)],
    () => [randomBytes(random, 200)],
  ])();
}

function many(count: number, write: () => Buffer): readonly Buffer[] {
  return Array.from({ length: count }, write);
}

const handshakeHeaders = [
  "Sec-WebSocket-Extensions: permessage-deflate",
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits="x"',
  "Sec-WebSocket-Extensions: ;;,",
  "Sec-WebSocket-Version: 8",
  "Sec-WebSocket-Key: short",
  "Origin: http://evil.example",
  "Origin: null",
  "Origin: %%",
  "Sec-WebSocket-Protocol: graphql-transport-ws",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "Upgrade: h2c",
  `X-Long: ${"x".repeat(15_000)}`,
];

function oddName(random: Random): string {
  return Buffer.from(oddText(random))
    .toString("latin1")
    .replace(/[\r\n\0]/g, "");
}
