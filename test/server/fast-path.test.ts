import { once } from "node:events";
import { Agent, createServer, request as openRequest, type RequestListener } from "node:http";
import { type AddressInfo, connect as connectSocket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { GraphQLError } from "graphql";
import { auditServer } from "graphql-http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CassandraError, type Session } from "../../src/cassandra/index.ts";
import { createFastPath } from "../../src/server/fast-path.ts";
import { type App, createApp } from "../../src/server/index.ts";
import type { Yoga } from "../../src/server/yoga.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { browse, corpus, json, type Sent } from "./corpus.ts";
import { createParty, type Key, WATCH } from "../fixtures/parties.ts";

let plain: TestApp;
/** The service, on a database that fails in cities made for it. */
let app: App;
let key: Key;
const log: string[] = [];
/** Reads of the city `Slow` go through it. */
let gate = async () => {};

beforeAll(async () => {
  plain = await startApp();
  key = await createParty(plain);
  app = await createApp({
    session: failing(plain.keyspace.session),
    log: (line) => log.push(line),
  });
});
afterAll(async () => {
  await app.close();
  await plain[Symbol.asyncDispose]();
});
beforeEach(() => void log.splice(0));

function failing(session: Session): Session {
  const run: Session["run"] = async (statement) => {
    const has = (city: string) => statement.params.includes(city);
    if (has("Broken")) throw new Error("A secret.");
    if (has("Away")) throw new CassandraError("UNAVAILABLE", "No answer in time.");
    if (has("Teapot")) throw teapot();
    if (has("Slow")) await gate();
    return session.run(statement);
  };
  return { ...session, run };
}

/** Holds reads of the city `Slow` up. */
function hold() {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const passed = Promise.withResolvers<void>();
  gate = async () => {
    reached.resolve();
    await opened.promise;
    passed.resolve();
  };
  return { reached: reached.promise, open: opened.resolve, passed: passed.promise };
}

function teapot(): GraphQLError {
  const http = { status: 418, headers: { "x-tea": "green" } };
  return new GraphQLError("Short and stout.", { extensions: { code: "TEAPOT", http } });
}

const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

/** Sends a request, with these headers and no others than a host and a length. Gives all of the answer but its date. */
async function send(url: URL | string, { method = "POST", headers = {}, body = "" }: Sent) {
  const length =
    "transfer-encoding" in headers ? {} : { "content-length": Buffer.byteLength(body) };
  const sent = openRequest(url, { agent, method, headers: { ...length, ...headers } });
  sent.end(body);
  const [response] = await once(sent, "response");
  const chunks: Buffer[] = await Array.fromAsync(response);
  const { statusCode, statusMessage, rawHeaders } = response;
  const pairs = Array.from({ length: rawHeaders.length / 2 }, (_, at) =>
    rawHeaders.slice(at * 2, at * 2 + 2),
  );
  const shown = pairs.filter(([name]) => name !== "Date");
  return {
    statusCode,
    statusMessage,
    headers: shown,
    body: withoutIds(String(Buffer.concat(chunks))),
  };
}

const withoutIds = (text: string) => text.replaceAll(/("requestId":")[-\w]{36}"/g, '$1"');

/** What the client is told, and the log. */
async function told(url: string, sent: Sent) {
  const answer = await send(url, sent);
  return { ...answer, log: log.splice(0).map((line) => line.replace(/[-\w]{36}/, "")) };
}

test("whatever is sent, the answer is that of Yoga's own handler, to the byte", async () => {
  const all = corpus(key);
  expect(all.length).toBeGreaterThan(500);
  const statuses = new Set<number>();
  for (const [at, sent] of all.entries()) {
    const shown = `${sent.method} ${JSON.stringify(sent.headers)} ${String(sent.body).slice(0, 300)}`;
    // Yoga's own handler answers whatever has a query string. Both come first, in turns: they share what Yoga remembers.
    const [one, other] = at % 2 ? [app.url, `${app.url}?yoga`] : [`${app.url}?yoga`, app.url];
    const answer = await told(one, sent);
    expect(await told(other, sent), shown).toEqual(answer);
    expect(await told(one, sent), shown).toEqual(answer);
    statuses.add(answer.statusCode);
  }
  expect(statuses).toEqual(new Set([200, 400, 405, 406, 413, 415, 418]));
});

test("an event stream is that of Yoga's own handler, to the byte, until the client leaves", async () => {
  const body = JSON.stringify({ query: WATCH, variables: key });
  const begin = async (url: string) => {
    const leave = new AbortController();
    const headers = { ...json, accept: "text/event-stream" };
    const response = await fetch(url, { method: "POST", headers, body, signal: leave.signal });
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("data: ")) break;
    }
    leave.abort();
    const { date: _, ...others } = Object.fromEntries(response.headers);
    return { status: response.status, headers: others, text };
  };
  expect(await begin(app.url)).toEqual(await begin(`${app.url}?yoga`));
});

test("it passes the audit of GraphQL over HTTP", async () => {
  const results = await auditServer({ url: app.url });
  expect(results).toHaveLength(61);
  expect(results.filter(({ status }) => status !== "ok")).toEqual([]);
});

test("an unexpected error is logged once, under the id that the client gets", async () => {
  const sent = { headers: json, body: JSON.stringify(browse("Broken")) };
  expect((await send(app.url, sent)).body).toContain('"code":"INTERNAL_SERVER_ERROR"');
  expect(log).toEqual([expect.stringMatching(/^Unexpected error, request id [-\w]{36}:$/)]);
});

describe("Yoga's own handler gets", () => {
  const taken = "by the fast path";
  let handed: string;
  let url: string;
  const server = createServer();

  beforeAll(async () => {
    const own: RequestListener = (request, response) => {
      handed = "body" in request ? "with its body read" : "as it came";
      response.end();
    };
    const enveloped = {
      schema: {},
      parse: () => ({ kind: "Document", definitions: [] }),
      validate: () => [],
      contextFactory: () => ({}),
      execute: () => ({ data: {} }),
    };
    const noEventStreams = { answer: () => Promise.reject(new Error("Nobody subscribes.")) };
    const parts = { graphqlEndpoint: "/graphql", getEnveloped: () => enveloped };
    server.on(
      "request",
      createFastPath(Object.assign(own, parts) as unknown as Yoga, noEventStreams),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  beforeEach(() => void (handed = taken));

  const body = JSON.stringify({ query: "{ a }" });
  const accepting = (accept: string) => ({ headers: { ...json, accept }, body });
  test.each<[string, string, Sent]>([
    [taken, "/graphql", { headers: json, body }],
    [taken, "/graphql", accepting("*/*")],
    [taken, "/graphql", accepting("application/json, */*;q=0.1")],
    [taken, "/graphql", accepting("application/graphql-response+json")],
    [taken, "/graphql", { headers: { "content-type": "application/json; charset=utf-8" }, body }],
    ["as it came", "/graphql?yoga", { headers: json, body }],
    ["as it came", "/graphql/", { headers: json, body }],
    ["as it came", "/other", { headers: json, body }],
    ["as it came", "/graphql", { method: "GET" }],
    ["as it came", "/graphql", { method: "PUT", headers: json, body }],
    ["with its body read", "/graphql", accepting("text/event-stream")],
    ["as it came", "/graphql", { method: "GET", headers: { accept: "text/event-stream" } }],
    [
      "as it came",
      "/graphql?query={a}&variables=[",
      { method: "GET", headers: { accept: "text/event-stream" } },
    ],
    [
      "as it came",
      "/graphql?query={a}&other=1",
      { method: "GET", headers: { accept: "text/event-stream" } },
    ],
    ["as it came", "/graphql", accepting("multipart/mixed")],
    ["as it came", "/graphql", { headers: { "content-type": "text/plain" }, body }],
    ["as it came", "/graphql", { headers: { ...json, "transfer-encoding": "chunked" }, body }],
    ["as it came", "/graphql", { headers: json }],
    ["as it came", "/graphql", { headers: json, body: body.padEnd(200_000) }],
    ["with its body read", "/graphql", { headers: json, body: `[${body}]` }],
    ["with its body read", "/graphql", { headers: json, body: "{" }],
  ])("%s: %s", async (expected, path, sent) => {
    await send(url + path, sent);
    expect(handed).toBe(expected);
  });
});

describe("a client that goes away", () => {
  const head = (length: number) =>
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  const open = () => connectSocket(Number(new URL(app.url).port), "127.0.0.1");

  test("before its body is there is forgotten", async () => {
    const socket = open();
    socket.write(`${head(100)}{"query":`);
    await sleep(50);
    socket.destroy();
    await sleep(50);
    expect(log).toEqual([]);
  });

  test.each(["Slow", "Broken"])(
    "before its answer does not stop its operation (%s)",
    async (city) => {
      const held = hold();
      const query = `query ($a: String!, $b: String!) { a: partiesInCity(city: $a) { nodes { id } } b: partiesInCity(city: $b) { nodes { id } } }`;
      const body = JSON.stringify({ query, variables: { a: "Slow", b: city } });
      const socket = open();
      socket.write(head(body.length) + body);
      await held.reached;
      socket.destroy();
      await sleep(50);
      held.open();
      await held.passed;
      await sleep(50);
      expect(log).toHaveLength(city === "Broken" ? 1 : 0);
    },
  );
});

describe("a service that closes", () => {
  const start = () =>
    createApp({ session: failing(plain.keyspace.session), log: (line) => log.push(line) });

  /** Waits until a service listens no more. */
  const refuses = ({ url }: App) =>
    expect.poll(() => fetch(url).catch(() => undefined), { timeout: 5000 }).toBeUndefined();

  test("answers what it is about to answer, and asks the client to close", async () => {
    await using own = await start();
    const held = hold();
    const answer = send(own.url, { headers: json, body: JSON.stringify(browse("Slow")) });
    await held.reached;
    const closed = own.close();
    await refuses(own);
    held.open();
    const { statusCode, headers, body } = await answer;
    expect(statusCode).toBe(200);
    expect(headers).toContainEqual(["connection", "close"]);
    expect(JSON.parse(body).data.partiesInCity.nodes).toEqual([]);
    await closed;
  });

  test("answers what it has begun to read", async () => {
    await using own = await start();
    const body = JSON.stringify({ query: "{ __typename }" });
    const headers = { ...json, "content-length": body.length };
    const sent = openRequest(own.url, { method: "POST", headers });
    sent.write(body.slice(0, 10));
    const [socket] = await once(sent, "socket");
    await once(socket, "connect");
    const closed = own.close();
    await refuses(own);
    sent.end(body.slice(10));
    const [response] = await once(sent, "response");
    expect(await Array.fromAsync(response, String)).toEqual(['{"data":{"__typename":"Query"}}']);
    await closed;
  });
});
