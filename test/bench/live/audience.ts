import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { answer, cpu } from "../../fixtures/child.ts";
import { now } from "./clock.ts";
import {
  clientFrame,
  CLOSE,
  type Find,
  findEvents,
  findFrames,
  peopleIn,
  PING,
  TEXT,
} from "./messages.ts";
import { createRecord } from "./record.ts";

// The subscribers of a server, in their own process. A client library would need more time per message than the server, so
// these are bare sockets that share one buffer and search it for the count.

export type Transport = "WebSocket" | "SSE";

export interface Wanted {
  readonly url: string;
  readonly transport: Transport;
  readonly query: string;
  readonly variables: object;
}

/** When the first and the last subscriber got a count or a newer one. */
export interface Arrival {
  readonly first: number;
  readonly last: number;
}

interface Awaited extends PromiseWithResolvers<Arrival> {
  readonly people: number;
  missing: number;
  first: number;
}

/** How many subscribe concurrently by default. */
const AT_ONCE = 100;

/** The default time-out in milliseconds. */
const PATIENCE = 60_000;

const shared = Buffer.allocUnsafeSlow(64 * 1024);
const sockets: Socket[] = [];
/** The newest count of each subscriber, and when it arrived. */
const counts: number[] = [];
const times: number[] = [];
/** The newest message of the first subscriber, as text. */
let sample = "";
let awaited: Awaited | undefined;
let record: ReturnType<typeof createRecord> | undefined;

const answers = { subscribe, leave, all, sample: () => sample, begin, summary, cpu };
export type AudienceAnswers = typeof answers;
answer(answers);

/** Adds subscribers. Resolves when all subscriptions have started, as far as this is visible to a client. */
async function subscribe(wanted: Wanted, count: number, atOnce = AT_ONCE): Promise<void> {
  const numbers = Array.from({ length: count }, (_, at) => sockets.length + at).values();
  const work = async () => {
    for (const number of numbers) await subscribeOne(wanted, number);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** Destroys all sockets without closing the subscriptions. */
function leave(): void {
  for (const socket of sockets.splice(0)) socket.removeAllListeners().resetAndDestroy();
  counts.length = times.length = 0;
}

function subscribeOne(wanted: Wanted, number: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { hostname, port, pathname } = new URL(wanted.url);
  const isEvents = wanted.transport === "SSE";
  const { query, variables } = wanted;
  const find: Find = isEvents ? findEvents : findFrames;
  let rest: Buffer | undefined;
  let greeted = false;

  function read(length: number): boolean {
    const time = now();
    const chunk = shared.subarray(0, length);
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    const begin = greeted ? 0 : greet(bytes);
    const body = begin === 0 ? bytes : bytes.subarray(begin);
    const taken = greeted ? find(body, found) : 0;
    rest = taken < body.length ? Buffer.from(body.subarray(taken)) : undefined;
    return true;

    function found(start: number, end: number, opcode: number) {
      const people = opcode === TEXT ? peopleIn(body, start, end) : undefined;
      if (people === undefined) return handleOther(body.subarray(start, end), opcode);
      if (number === 0) sample = body.toString("utf8", start, end);
      received(number, people, time);
    }
  }

  /** Reads the head of the HTTP response. Returns its length, or 0 if it is incomplete. */
  function greet(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    const [status = ""] = bytes.toString("latin1", 0, end).split("\r\n", 1);
    if (!status.startsWith(isEvents ? "HTTP/1.1 200" : "HTTP/1.1 101")) fail(status);
    greeted = true;
    if (isEvents) resolve();
    else say({ type: "connection_init" });
    return end + 4;
  }

  /** Handles a message without a count. */
  function handleOther(message: Buffer, opcode: number) {
    if (opcode === PING) return socket.write(clientFrame(message, 10));
    if (opcode === CLOSE) return fail(`closed with ${message.readUInt16BE(0)}`);
    // There are comments between events, which keep the connection alive.
    if (isEvents) return message.includes("event: complete") && fail(message.toString());
    const { type } = JSON.parse(message.toString()) as { type: string };
    if (type === "ping") say({ type: "pong" });
    else if (type !== "connection_ack") fail(message.toString());
    else {
      say({ id: randomUUID(), type: "subscribe", payload: { query, variables } });
      resolve();
    }
  }

  function say(message: object) {
    socket.write(clientFrame(Buffer.from(JSON.stringify(message))));
  }

  function fail(reason: string) {
    const error = new Error(`Subscriber ${number + 1}: ${reason}`);
    reject(error);
    awaited?.reject(error);
  }

  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: { buffer: shared, callback: read },
  });
  socket.on("error", ({ message }) => fail(message));
  socket.on("close", () => fail("the server closed the connection"));
  const target = isEvents ? `${pathname}?${search(query, variables)}` : pathname;
  const head = isEvents ? ["Accept: text/event-stream"] : UPGRADE;
  socket.write(
    [`GET ${target} HTTP/1.1`, `Host: ${hostname}:${port}`, ...head, "", ""].join("\r\n"),
  );
  sockets.push(socket);
  counts[number] = -1;
  times[number] = 0;
  return promise;
}

const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Protocol: graphql-transport-ws",
];

function search(query: string, variables: object): string {
  return String(new URLSearchParams({ query, variables: JSON.stringify(variables) }));
}

function received(number: number, people: number, time: number): void {
  const before = counts[number]!;
  counts[number] = people;
  times[number] = time;
  record?.add(number, people, time);
  if (!awaited || before >= awaited.people || people < awaited.people) return;
  awaited.first = Math.min(awaited.first, time);
  awaited.missing -= 1;
  if (awaited.missing === 0) awaited.resolve({ first: awaited.first, last: time });
}

/** Waits until every subscriber has this count or a newer one. */
async function all(people: number, patience = PATIENCE): Promise<Arrival> {
  const had = times.filter((_, number) => counts[number]! >= people);
  const missing = counts.length - had.length;
  const first = had.reduce((least, time) => Math.min(least, time), Infinity);
  if (missing === 0) return { first, last: had.reduce((most, time) => Math.max(most, time), 0) };
  const waiting = { ...Promise.withResolvers<Arrival>(), people, missing, first };
  awaited = waiting;
  const timer = setTimeout(() => {
    const some = `${waiting.missing} of ${counts.length} subscribers`;
    waiting.reject(new Error(`${some} did not get ${people} in ${patience / 1000} s.`));
  }, patience);
  try {
    return await waiting.promise;
  } finally {
    clearTimeout(timer);
    awaited = undefined;
  }
}

/** Starts recording all counts that arrive. */
function begin(): void {
  record = createRecord(counts.length);
}

/** Returns the summary of the record. `answered` contains each count and when its change was answered, in order. */
function summary(answered: readonly (readonly [people: number, at: number])[]) {
  const result = record!.summary(answered);
  record = undefined;
  return result;
}
