import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { adjustableLimits } from "../../src/server/index.ts";
import { openPoster, type Poster } from "../fixtures/poster.ts";
import { eventually } from "../fixtures/eventually.ts";
import { CREATE, FOLLOW, WATCH } from "../fixtures/parties.ts";
import { type ServerProcess, startServerProcess } from "../fixtures/server-process.ts";

// Clients that stop reading.

const opened = new AsyncDisposableStack();
let server: ServerProcess;
// oxlint-disable-next-line typescript/no-explicit-any
let poster: Poster<any>;

beforeAll(async () => {
  server = opened.use(await startServerProcess());
  poster = opened.use(openPoster(server.url));
});
afterAll(() => opened.disposeAsync());

async function createParty(name = "A party") {
  const key = { city: randomUUID(), id: randomUUID() };
  await poster.post(CREATE, { input: { ...key, name } });
  return key;
}

type Key = Awaited<ReturnType<typeof createParty>>;

/** A client that subscribes and can stop reading. */
interface Reader {
  pause(): void;
  resume(): void;
  /** Whether a text has arrived. */
  has(text: string): boolean;
  /** Resolves with how the connection ended. */
  readonly closed: Promise<unknown>;
}

async function openSocket(query: string, variables: object): Promise<Reader> {
  const socket = new WebSocket(server.url.replace("http", "ws"), "graphql-transport-ws");
  opened.defer(() => socket.terminate());
  await once(socket, "open");
  let newest = "";
  socket.on("message", (data: Buffer) => (newest = data.toString()));
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  const payload = { query, variables };
  socket.send(JSON.stringify({ type: "subscribe", id: "1", payload }));
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    has: (text) => newest.includes(text),
    closed: once(socket, "close").then(([code]) => code),
  };
}

async function openStream(query: string, variables: object): Promise<Reader> {
  const url = new URL(server.url);
  url.search = String(new URLSearchParams({ query, variables: JSON.stringify(variables) }));
  const sent = request(url, { headers: { accept: "text/event-stream" } }).end();
  const [response] = await once(sent, "response");
  opened.defer(() => response.destroy());
  let newest = "";
  response.setEncoding("utf8");
  response.on("data", (text: string) => (newest = (newest + text).slice(-1000)));
  return {
    pause: () => response.pause(),
    resume: () => response.resume(),
    has: (text) => newest.includes(text),
    closed: new Promise((resolve) => {
      response.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
      response.on("end", () => resolve("end"));
    }),
  };
}

/** Makes so many changes of the count by one, as fast as possible. Returns the count after them. */
async function change(key: Key, changes: number): Promise<number> {
  const some = Array.from(
    { length: adjustableLimits.rootFields.default },
    (_, at) =>
      `a${at}: addPeople(city: $city, id: $id, delta: 1) { ... on PeopleChanged { people } }`,
  );
  const query = `mutation ($city: String!, $id: UUID!) { ${some.join(" ")} }`;
  let people = 0;
  let left = changes / some.length;
  const work = async () => {
    while (left-- > 0) {
      const data = await poster.post(query, key);
      people = Math.max(people, data[`a${some.length - 1}`].people);
    }
  };
  await Promise.all(Array.from({ length: 32 }, work));
  return people;
}

test("150,000 changes cost no memory while clients do not read, and each client gets the newest when it reads again", async () => {
  const key = await createParty();
  await change(key, 5000);
  const before = await server.ask("memory");
  const [socket, stream, follower] = await Promise.all([
    openSocket(WATCH, key),
    openStream(WATCH, key),
    openSocket(FOLLOW, key),
  ]);
  const readers = [socket, stream, follower];
  let people = 0;
  // Each burst takes less than the 30 s after which a client that reads nothing is cut off, also on a busy machine.
  for (let burst = 0; burst < 15; burst++) {
    for (const reader of readers) reader.pause();
    people = await change(key, 10_000);
    expect((await server.ask("memory")) - before).toBeLessThan(64 * 2 ** 20);
    for (const reader of readers) reader.resume();
    const newest = `"people":${people}`;
    await eventually(() => {
      for (const reader of readers) expect(reader.has(newest)).toBe(true);
    });
  }
  expect(people).toBe(155_000);
}, 300_000);

describe("a client that does not read for 30 seconds is disconnected", () => {
  const many = Array.from({ length: 300 }, (_, at) => `n${at}: name`).join(" ");
  const large = `subscription ($city: String!, $id: UUID!) { peopleChanged(city: $city, id: $id) { people party { ${many} } } }`;

  test("a stalled socket is closed with 1013 and a stalled event stream is cut, but a reading client is not", async () => {
    const key = await createParty("x".repeat(100));
    const [stalled, stream, reading] = await Promise.all([
      openSocket(large, key),
      openStream(large, key),
      openSocket(WATCH, key),
    ]);
    stalled.pause();
    stream.pause();
    // More data than the operating system buffers for a client that does not read.
    const more = setInterval(() => void change(key, 40), 100);
    let code: unknown;
    void reading.closed.then((closed) => (code = closed));
    await sleep(45_000);
    clearInterval(more);
    const people = await change(key, 40);
    await eventually(() => expect(reading.has(`"people":${people}`)).toBe(true));
    expect(code).toBeUndefined();
    stalled.resume();
    stream.resume();
    expect(await stalled.closed).toBe(1013);
    expect(await stream.closed).toBe("ECONNRESET");
  }, 120_000);
});
