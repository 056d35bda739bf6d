import { roomyLimits } from "../fixtures/roomy-limits.ts";
import { hash } from "node:crypto";
import { once } from "node:events";
import { Agent, request as openRequest } from "node:http";
import { connect as connectSocket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLError } from "graphql";
import { auditServer } from "graphql-http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CassandraError, type Session } from "../../src/cassandra/index.ts";
import { codes } from "../../src/server/error.ts";
import * as application from "../../src/party/application.ts";
import { createServer, type Server as App } from "../../src/server/index.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { CREATE, createParty, type Key, WATCH } from "../fixtures/parties.ts";
import { codesIn, errorsIn, send, type Sent } from "../fixtures/send.ts";
import { browse, corpus, json } from "./corpus.ts";

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
  app = await createServer({
    ...application,
    session: failing(plain.keyspace.session),
    limits: roomyLimits,
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
    const has = (city: string) => "params" in statement && statement.params.includes(city);
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

const TYPENAME = '{"query":"{ __typename }"}';
const ANSWER = '{"data":{"__typename":"Query"}}';
const post = (sent: Sent) =>
  send(app.url, { ...sent, headers: { ...json, ...sent.headers } }, agent);
const get = (query: string, headers = {}) =>
  send(`${app.url}?${query}`, { method: "GET", headers }, agent);

test("whatever is sent, each error has a code of the table, and tells nothing of the inside", async () => {
  const all = corpus(key);
  expect(all.length).toBeGreaterThan(500);
  const statuses = new Set<number>();
  for (const sent of all) {
    const shown = `${sent.method} ${JSON.stringify(sent.headers)} ${String(sent.body).slice(0, 300)}`;
    const answer = await send(app.url, sent, agent);
    statuses.add(answer.status);
    if (sent.method === "HEAD") continue;
    for (const code of codesIn(answer))
      expect([...Object.keys(codes), "PARTY_NOT_FOUND", "TEAPOT"], shown).toContain(code);
    expect(answer.text, shown).not.toMatch(/secret|"http"|originalError|stack|\.ts:/);
    if (answer.status >= 400) expect(errorsIn(answer), shown).not.toEqual([]);
    if (!String(sent.body).includes("Broken")) expect(log, shown).toEqual([]);
    log.splice(0);
  }
  expect(statuses).toEqual(new Set([200, 400, 403, 405, 406, 413, 415, 418]));
});

test("it passes the audit of GraphQL over HTTP", async () => {
  const results = await auditServer({ url: app.url });
  expect(results).toHaveLength(61);
  expect(results.filter(({ status }) => status !== "ok")).toEqual([]);
});

test("an unexpected error is logged once, under the id that the client gets", async () => {
  const answer = await post({ body: JSON.stringify(browse("Broken")) });
  expect(codesIn(answer)).toEqual(["INTERNAL_SERVER_ERROR"]);
  expect(log).toEqual([expect.stringMatching(/^Unexpected error, request id [-\w]{36}:$/)]);
});

test("an error can state the status and headers of its answer", async () => {
  const { status, headers, text } = await post({ body: JSON.stringify(browse("Teapot")) });
  expect([status, headers["x-tea"]]).toEqual([418, "green"]);
  expect(text).toContain('"extensions":{"code":"TEAPOT"}');
});

describe("what is no operation is refused", () => {
  const variables = (value: string) => `{"query":"{ __typename }","variables":${value}}`;
  test.each([
    ["", "BAD_REQUEST"],
    ["null", "BAD_REQUEST"],
    ["[]", "BAD_REQUEST"],
    [`[${TYPENAME}]`, "BAD_REQUEST"],
    ["{}", "BAD_REQUEST"],
    ['{"query":5}', "BAD_REQUEST"],
    ['{"query":"{ __typename }","id":"1"}', "BAD_REQUEST"],
    ['{"query":"{ __typename }","operationName":5}', "BAD_REQUEST"],
    [variables("[]"), "BAD_REQUEST"],
    [variables('"{}"'), "BAD_REQUEST"],
    [
      '{"query":"query A { a: __typename } query B { b: __typename }"}',
      "OPERATION_RESOLUTION_FAILURE",
    ],
    ['{"query":"query A { __typename }","operationName":"B"}', "OPERATION_RESOLUTION_FAILURE"],
  ])("%s", async (body, code) => {
    const answer = await post({ body });
    expect([answer.status, ...codesIn(answer)]).toEqual([400, code]);
  });

  test.each([
    "query=%7B__typename%7D&variables=undefined",
    "query=%7B__typename%7D&variables=[",
    "variables={}",
    "query=",
  ])("in an address: ?%s", async (query) => {
    const answer = await get(query);
    expect([answer.status, ...codesIn(answer)]).toEqual([400, "BAD_REQUEST"]);
    expect(log).toEqual([]);
  });

  test("by another method", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await send(app.url, { method, headers: json, body: TYPENAME }, agent);
      expect([answer.status, answer.headers["allow"], ...codesIn(answer)]).toEqual([
        405,
        "GET, POST",
        "METHOD_NOT_ALLOWED",
      ]);
    }
  });

  test("a mutation by GET, which is not run", async () => {
    const deletion = `mutation { deleteParty(city: "${key.city}", id: "${key.id}") { __typename } }`;
    const answer = await get(`query=${encodeURIComponent(deletion)}`);
    expect([answer.status, answer.headers["allow"], ...codesIn(answer)]).toEqual([
      405,
      "POST",
      "METHOD_NOT_ALLOWED",
    ]);
    const { data } = await plain.run(`{ party(city: "${key.city}", id: "${key.id}") { id } }`);
    expect(data.party.id).toBe(key.id);
  });
});

describe("what stands in an address", () => {
  test("is an operation with JSON as variables; what is empty is absent", async () => {
    const query = encodeURIComponent("query A($a: Boolean!) { __typename @include(if: $a) }");
    const answer = await get(
      `query=${query}&variables=%7B%22a%22:true%7D&operationName=&extensions=`,
    );
    expect(answer.text).toBe(ANSWER);
  });

  const city = (text: string) =>
    `query={partiesInCity(city:"${text}"){nodes{id}}}`.replaceAll('"', "%22");
  test.each(["%ff", "%c3%28", "%", "%zz"])("is refused where it is not UTF-8: %s", async (text) => {
    const answer = await get(city(text));
    expect([answer.status, ...codesIn(answer)]).toEqual([400, "BAD_REQUEST"]);
  });
});

describe("media types are compared as HTTP has them", () => {
  test.each([
    "Application/JSON",
    "application/json ; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json;charset=utf8",
    "application/json;x=y;charset=utf-8",
    "application/json;",
  ])("a body of %s is read", async (type) => {
    expect((await post({ headers: { "content-type": type }, body: TYPENAME })).text).toBe(ANSWER);
  });

  test.each([
    "text/plain",
    "application/graphql",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json, text/plain",
    "application/json; charset=iso-8859-1",
    "application/json; charset=utf-16",
    "json",
  ])("a body of %s is refused", async (type) => {
    const answer = await post({ headers: { "content-type": type }, body: TYPENAME });
    expect([answer.status, ...codesIn(answer)]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
  });

  const JSON_TYPE = "application/json; charset=utf-8";
  const RESPONSE_TYPE = "application/graphql-response+json; charset=utf-8";
  test.each([
    ["", JSON_TYPE],
    ["*/*", JSON_TYPE],
    ["application/*;q=0.1", JSON_TYPE],
    ["APPLICATION/JSON", JSON_TYPE],
    ['application/json; charset="utf-8"', JSON_TYPE],
    ['application/json;profile="a, b;c"', JSON_TYPE],
    ["application/json, text/plain, */*", JSON_TYPE],
    ["application/json;q=0.5, application/graphql-response+json;q=0.9", RESPONSE_TYPE],
    ["application/json;q=0, */*", RESPONSE_TYPE],
    ["application/graphql-response+json, application/json;q=0.9", RESPONSE_TYPE],
    ["text/event-stream", "text/event-stream"],
    ["image/webp, text/event-stream;q=0.1", "text/event-stream"],
  ])("Accept: %s is answered by %s", async (accept, type) => {
    const { status, headers } = await post({ headers: { accept }, body: TYPENAME });
    expect([status, headers["content-type"]]).toEqual([200, type]);
  });

  test.each(["text/html", "image/*", "application/json;q=0", "json", ","])(
    "Accept: %s is refused before anything is run",
    async (accept) => {
      const input = { city: "Refused", name: "Not made" };
      const body = JSON.stringify({ query: CREATE, variables: { input } });
      const answer = await post({ headers: { accept }, body });
      expect([answer.status, ...codesIn(answer)]).toEqual([406, "NOT_ACCEPTABLE"]);
      const { data } = await plain.run('{ partiesInCity(city: "Refused") { nodes { id } } }');
      expect(data.partiesInCity.nodes).toEqual([]);
    },
  );

  test("an Accept that is too long to be read accepts all", async () => {
    const others = "a/b,".repeat(3000);
    for (const accept of [`${others}text/html`, `${others}application/json;q=0`]) {
      const { status, headers } = await post({ headers: { accept }, body: TYPENAME });
      expect([status, headers["content-type"]]).toEqual([200, JSON_TYPE]);
    }
  });

  test("a Content-Type that is too long to be read is refused, and not repeated", async () => {
    const type = `application/json;${";".repeat(12_000)}`;
    const answer = await post({ headers: { "content-type": type }, body: TYPENAME });
    expect([answer.status, ...codesIn(answer)]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    expect(answer.text).toContain(
      "Send application/json, not a content type of more than 1000 characters.",
    );
  });

  test("a query is one event where only event streams are accepted", async () => {
    const { text } = await post({ headers: { accept: "text/event-stream" }, body: TYPENAME });
    expect(text).toBe(`:\n\nevent: next\ndata: ${ANSWER}\n\nevent: complete\ndata:\n\n`);
  });

  test("a subscription is refused where no event stream is accepted, and nothing is watched", async () => {
    const body = JSON.stringify({ query: WATCH, variables: key });
    const answer = await post({ headers: { accept: "application/json" }, body });
    expect([answer.status, ...codesIn(answer)]).toEqual([406, "NOT_ACCEPTABLE"]);
    expect(app.watched).toBe(0);
  });
});

describe("a body", () => {
  const latin1 = Buffer.from(
    JSON.stringify({
      query: CREATE,
      variables: { input: { city: "Bytes", name: "M\u00fcnchen" } },
    }),
    "latin1",
  );

  test.each(["application/json", "application/json; charset=utf-8"])(
    "that is not UTF-8 is refused, and nothing is written (%s)",
    async (type) => {
      const answer = await post({ headers: { "content-type": type }, body: latin1 });
      expect([answer.status, ...codesIn(answer)]).toEqual([400, "BAD_REQUEST"]);
      const { data } = await plain.run('{ partiesInCity(city: "Bytes") { nodes { name } } }');
      expect(data.partiesInCity.nodes).toEqual([]);
    },
  );

  test("may begin with a byte order mark", async () => {
    expect((await post({ body: `\ufeff${TYPENAME}` })).text).toBe(ANSWER);
  });

  test.each([
    ["identity", Buffer.from(TYPENAME)],
    ["gzip", gzipSync(TYPENAME)],
    ["GZIP", gzipSync(TYPENAME)],
    ["x-gzip", gzipSync(TYPENAME)],
    ["deflate", deflateSync(TYPENAME)],
  ])("can be coded by %s", async (coding, body) => {
    expect((await post({ headers: { "content-encoding": coding }, body })).text).toBe(ANSWER);
  });

  test.each([
    ["br", gzipSync(TYPENAME), 415],
    ["gzip, gzip", gzipSync(gzipSync(TYPENAME)), 415],
    ["__proto__", gzipSync(TYPENAME), 415],
    ["gzip", Buffer.from(TYPENAME), 400],
    ["gzip", gzipSync(TYPENAME).subarray(0, 20), 400],
    ["deflate", deflateRawSync(TYPENAME), 400],
    ["gzip", gzipSync(`${TYPENAME}${" ".repeat(200_000)}`), 413],
  ])("that says %s and is otherwise is refused", async (coding, body, status) => {
    const answer = await post({ headers: { "content-encoding": coding }, body });
    expect(answer.status).toBe(status);
    expect(codesIn(answer)).toHaveLength(1);
    if (status === 415) expect(answer.headers["accept-encoding"]).toBe("gzip, deflate");
  });

  test("that is too large is refused, also where its length is not told", async () => {
    const body = TYPENAME.padEnd(200_000);
    for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
      const answer = await post({ headers, body });
      expect([answer.status, ...codesIn(answer)]).toEqual([413, "REQUEST_ENTITY_TOO_LARGE"]);
    }
  });
});

describe("a persisted query of Apollo Client", () => {
  test.each([false, true])("is sent whole after the first refusal (by GET: %s)", async (byGet) => {
    const sent: unknown[] = [];
    const link = new PersistedQueryLink({
      sha256: (text) => hash("sha256", text),
      useGETForHashedQueries: byGet,
    });
    const client = new ApolloClient({
      link: link.concat(
        new HttpLink({
          uri: app.url,
          async fetch(url, init) {
            sent.push(init?.method);
            return fetch(url, init);
          },
        }),
      ),
      cache: new InMemoryCache(),
    });
    const ask = (city: string) =>
      client.query({ query: gql`{ partiesInCity(city: "${city}") { nodes { id } } }` });
    expect((await ask("Nobody")).data).toMatchObject({ partiesInCity: { nodes: [] } });
    // It does not try again with another one.
    await ask("Nobody else");
    expect(sent).toHaveLength(3);
  });

  test("is refused as Apollo's protocol has it, on each transport", async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } };
    const body = JSON.stringify({ extensions });
    for (const answer of [
      await post({ body }),
      await post({ body, headers: { accept: "text/event-stream" } }),
      await get(`extensions=${encodeURIComponent(JSON.stringify(extensions))}`),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.headers["cache-control"]).toContain("no-cache");
      expect(errorsIn(answer)).toEqual([
        {
          message: "PersistedQueryNotSupported",
          extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED" },
        },
      ]);
    }
  });
});

describe("a connection", () => {
  const open = () => connectSocket(Number(new URL(app.url).port), "127.0.0.1");

  test.each([
    ["http://localhost/graphql?query={__typename}", ANSWER],
    ["HTTP://LOCALHOST:80/graphql?query={__typename}", ANSWER],
    ["http://localhost/health", '{"status":"ok"}'],
  ])("takes the absolute address %s", async (address, answer) => {
    const socket = open();
    socket.write(`GET ${address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toContain(answer);
  });

  test.each(["//localhost/graphql", "*", "ftp://localhost/graphql"])(
    "finds nothing at %s",
    async (address) => {
      const socket = open();
      socket.write(`GET ${address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  const head = "Host: localhost\r\nContent-Type: application/json";
  test.each(["h2c", "h2c, websocket", "TLS/1.0"])(
    "that could be upgraded to %s is answered as if it could not",
    async (protocol) => {
      const upgrade = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk`;
      const socket = open();
      socket.write(`GET /health HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n\r\n`);
      expect(String((await once(socket, "data"))[0])).toContain('{"status":"ok"}');
      socket.write(
        `POST /graphql HTTP/1.1\r\n${head}\r\n${upgrade}\r\nContent-Length: ${TYPENAME.length}\r\n\r\n${TYPENAME}`,
      );
      expect(String((await once(socket, "data"))[0])).toContain(ANSWER);
      socket.destroy();
    },
  );

  test("tells how long it stays open for the next request: longer than load balancers keep theirs", async () => {
    const { headers } = await post({ body: TYPENAME });
    expect(headers["keep-alive"]).toBe("timeout=75");
  });

  test("is closed when no request comes in the time that is set", async () => {
    await using own = await createServer({
      ...application,
      session: plain.keyspace.session,
      idle: 100,
    });
    const socket = connectSocket(Number(new URL(own.url).port), "127.0.0.1");
    socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(await text(socket)).toContain('{"status":"ok"}');
  });
});

describe("a client that goes away", () => {
  const head = (length: number) =>
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
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
    createServer({
      ...application,
      session: failing(plain.keyspace.session),
      log: (line) => log.push(line),
    });

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
    const { status, headers, text } = await answer;
    expect(status).toBe(200);
    expect(headers["connection"]).toBe("close");
    expect(JSON.parse(text).data.partiesInCity.nodes).toEqual([]);
    await closed;
  });

  test("answers what it has begun to read", async () => {
    await using own = await start();
    const headers = { ...json, "content-length": TYPENAME.length };
    const sent = openRequest(own.url, { method: "POST", headers });
    sent.write(TYPENAME.slice(0, 10));
    const [socket] = await once(sent, "socket");
    await once(socket, "connect");
    const closed = own.close();
    await refuses(own);
    sent.end(TYPENAME.slice(10));
    const [response] = await once(sent, "response");
    expect(await Array.fromAsync(response, String)).toEqual([ANSWER]);
    await closed;
  });
});
