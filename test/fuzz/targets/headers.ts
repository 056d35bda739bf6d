import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Random } from "../../chaos/random.ts";
import type { Target } from "../case.ts";
import { problemsOf } from "../check.ts";
import { writeBody, writeOperation } from "../document.ts";
import { exchange, type Step } from "../raw-http.ts";
import { mutateBytes, oddText, randomBytes } from "../text.ts";
import { shown } from "./shown.ts";

/** How long an answer may take, in milliseconds. */
const PATIENCE = 1000;

/** Wrong and right headers, lengths and encodings, and bodies that break off. */
export const headers: Target = {
  name: "headers",
  async attempt(choices) {
    const { random, world } = choices;
    const body = encoded(writeBody(writeOperation(choices)), random);
    const lines = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${world.port}`, ...body.headers];
    if (random.chance(0.8)) lines.push(random.of(contentTypes));
    for (let count = random.whole(4); count > 0; count--) lines.push(random.of(extras)(random));
    if (random.chance(0.05)) lines.push(random.of(lines));
    const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
    const steps = inPieces(
      [random.chance(0.05) ? mutateBytes(head, random) : head, ...body.parts],
      random,
    );
    const response = await exchange(world.port, steps, { answer: PATIENCE });
    const answer = response ? String(response.status) : "none";
    return { sent: shown(steps), answer, problems: problemsOf(response, { mustAnswer: false }) };
  },
};

interface Encoded {
  readonly headers: readonly string[];
  readonly parts: readonly Buffer[];
}

/** Frames a body by a length or by chunks, rightly or wrongly. */
function encoded(json: string, random: Random): Encoded {
  const [coding, bytes] = random.of<readonly [string, Buffer]>([
    ["", Buffer.from(json)],
    ["", Buffer.from(json)],
    ["gzip", gzipSync(json)],
    ["x-gzip", gzipSync(json).subarray(0, -random.whole(10))],
    ["deflate", deflateSync(json)],
    ["deflate", deflateRawSync(json)],
    ["gzip", Buffer.from(json)],
    ["gzip, deflate", deflateSync(gzipSync(json))],
    [
      random.of(["br", "zstd", "identity", "GZIP", "", "constructor", "x".repeat(3000)]),
      Buffer.from(json),
    ],
  ]);
  const encoding = coding === "" ? [] : [`Content-Encoding: ${coding}`];
  const length = bytes.length;
  return random.of<() => Encoded>([
    () => ({ headers: [...encoding, `Content-Length: ${length}`], parts: [bytes] }),
    () => ({
      headers: [
        ...encoding,
        `Content-Length: ${random.of([0, -1, 1, length - 1, length + 1, 102_401, 1e15, "1e3", "0x10", "+5", "5, 5", "", "9".repeat(30)])}`,
      ],
      parts: [bytes],
    }),
    () => ({ headers: [...encoding, "Transfer-Encoding: chunked"], parts: chunked(bytes, random) }),
    () => ({
      headers: [...encoding, `Content-Length: ${length}`, "Transfer-Encoding: chunked"],
      parts: chunked(bytes, random),
    }),
    () => ({
      headers: [
        ...encoding,
        `Transfer-Encoding: ${random.of(["gzip, chunked", "chunked, gzip", "identity", "xchunked", "chunked\r\nTransfer-Encoding: chunked"])}`,
      ],
      parts: chunked(bytes, random),
    }),
    () => ({ headers: encoding, parts: [bytes] }),
  ])();
}

function chunked(bytes: Buffer, random: Random): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const chunk = bytes.subarray(at, (at += 1 + random.whole(400)));
    const size = random.chance(0.02)
      ? random.of(["zz", "-1", "fffffffffffffffff", "", "7fffffff"])
      : chunk.length.toString(16);
    const extension = random.chance(0.05) ? `;a="${"x".repeat(random.of([1, 20_000]))}"` : "";
    parts.push(Buffer.from(`${size}${extension}\r\n`), chunk, Buffer.from("\r\n"));
  }
  if (random.chance(0.8))
    parts.push(Buffer.from(random.of(["0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "0\r\n"])));
  return parts;
}

/** Sends parts one after the other, sometimes slowly, and sometimes not to the end. */
function inPieces(parts: readonly Buffer[], random: Random): readonly Step[] {
  const bytes = Buffer.concat(parts);
  if (random.chance(0.5)) return random.chance(0.9) ? [bytes] : [bytes, bytes];
  const end = random.chance(0.5) ? bytes.length : random.whole(bytes.length);
  const middle = random.whole(end);
  const pieces: Step[] = [bytes.subarray(0, middle), random.whole(30), bytes.subarray(middle, end)];
  return random.chance(0.5) ? [...pieces, random.whole(30), "cut"] : pieces;
}

const contentTypes = [
  "Content-Type: application/json",
  "Content-Type: application/json",
  "Content-Type: application/json; charset=utf-8",
  "Content-Type: application/json; charset=utf-16",
  'Content-Type: application/json; charset="utf-8\\"',
  "Content-Type: APPLICATION/JSON",
  "Content-Type: application/graphql",
  "Content-Type: application/x-www-form-urlencoded",
  "Content-Type: multipart/form-data; boundary=x",
  "Content-Type: text/plain",
  "Content-Type: ",
  "Content-Type: /",
  "Content-Type: ;;;;",
  `Content-Type: application/json;${" a=b;".repeat(500)}`,
  "Content-Type: application/json\r\nContent-Type: text/plain",
];

const accepts = [
  "*/*",
  "application/json",
  "application/graphql-response+json",
  "text/event-stream",
  "text/html",
  "application/json;q=0",
  "application/json;q=9",
  "application/json;q=NaN, */*;q=0.1",
  "a/b, ".repeat(500),
  "*/json",
  ",",
  "",
  "application/graphql-response+json; charset=utf-8, application/json; charset=latin1",
];

const extras: readonly ((random: Random) => string)[] = [
  (random) => `Accept: ${random.of(accepts)}`,
  (random) => `Accept-Encoding: ${random.of(["gzip", "br;q=1", "*;q=0", ""])}`,
  (random) =>
    `Connection: ${random.of(["close", "keep-alive", "upgrade", "close, keep-alive", "Content-Length"])}`,
  (random) => `Expect: ${random.of(["100-continue", "200-ok", ""])}`,
  (random) => `Upgrade: ${random.of(["websocket", "h2c", "TLS/1.0", ""])}`,
  (random) => `Host: ${random.of(["", "localhost:99999", "[::1", "a b", "evil.example"])}`,
  (random) => `Origin: ${random.of(["null", "http://evil.example", "::", "file://"])}`,
  (random) =>
    `X-Forwarded-For: ${random.of(["1.2.3.4", "::1, unknown", "a".repeat(5000), ",,,,"])}`,
  (random) => `Forwarded: ${random.of(["for=1.2.3.4", 'for="[::1]:x"', ";;"])}`,
  (random) => `Cookie: ${oddLatin(random)}`,
  (random) => `X-${random.whole(1000)}: ${"x".repeat(random.of([10, 4000, 17_000]))}`,
  (random) => `${random.of(["X Y", "", "X\0", ":", "__proto__", "constructor"])}: 1`,
  (random) =>
    Array.from({ length: random.of([10, 150, 2100]) }, (_, at) => `X-${at}: 1`).join("\r\n"),
];

function oddLatin(random: Random): string {
  return random.chance(0.5)
    ? Buffer.from(oddText(random))
        .toString("latin1")
        .replace(/[\r\n]/g, "")
    : randomBytes(random, 40)
        .toString("latin1")
        .replace(/[\r\n]/g, "");
}
