import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import * as application from "../../src/party/application.ts";
import { createServer, type Server, type ServerOptions } from "../../src/server/index.ts";
import { startIssuer } from "../fixtures/issuer.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { openGreetedSocket } from "../fixtures/raw-socket.ts";
import { codesIn, errorsIn, send } from "../fixtures/send.ts";
import { type Own, schema, SeatTable } from "./theatre.ts";

let keyspace: TestKeyspace;
let seats: TestKeyspace;
/** As it is without options. */
let local: Server;
/** Reachable, behind a proxy that is trusted. */
let proxied: Server;
beforeAll(async () => {
  keyspace = await createKeyspace(...application.tables);
  seats = await createKeyspace(SeatTable);
  local = await serve({});
  proxied = await serve({
    hosts: ["api.example.com"],
    origins: ["https://app.example.com"],
    trustedProxies: ["127.0.0.9"],
    allowAnonymous: true,
  });
});
afterAll(async () => {
  await local.close();
  await proxied.close();
  await seats[Symbol.asyncDispose]();
  await keyspace[Symbol.asyncDispose]();
});

const serve = (options: Partial<ServerOptions>) =>
  createServer({ ...application, session: keyspace.session, log: () => {}, ...options });

type Headers = Readonly<Record<string, string>>;

const query = JSON.stringify({ query: "{ __typename }" });
const json = { "content-type": "application/json" };
const portOf = ({ url }: Server) => Number(new URL(url).port);

const ask = (server: Server, headers: Headers, from = "127.0.0.1") =>
  send(server.url, { headers: { ...json, ...headers }, body: query, from });

/** Sends the text of a request, and returns the status of the response. */
async function statusOf(server: Server, request: string): Promise<number> {
  const socket = connect(portOf(server), "127.0.0.1");
  socket.write(request);
  const [head] = await once(socket, "data");
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(String(head))![1]);
}

/** Opens a WebSocket, and returns 101, or the status with which it is refused. */
async function upgrade(server: Server, headers: Headers, from = "127.0.0.1"): Promise<number> {
  const options = { headers, localAddress: from };
  const socket = new WebSocket(server.webSocketUrl, "graphql-transport-ws", options);
  socket.on("error", () => {});
  const opened = once(socket, "open").then(() => 101);
  const refused = once(socket, "unexpected-response").then(([, { statusCode }]) => statusCode);
  const status = await Promise.race([opened, refused]);
  socket.terminate();
  return status;
}

describe("a host by which the server is not called", () => {
  test.each([
    "evil.example",
    "localhost.evil.example",
    "EVIL.example.:4000",
    "0.0.0.0",
    "192.0.2.1",
    "[2001:db8::1]:4000",
    "user@localhost",
  ])("gets nothing but how to allow it: %s", async (host) => {
    const refused = await ask(local, { host });
    expect(refused.status).toBe(421);
    expect(codesIn(refused)).toEqual(["FORBIDDEN_HOST"]);
    expect(refused.text).toContain("list it in ALLOWED_HOSTS (hosts)");
    for (const path of ["/", "/graphql", "/assets/page/main.ts", "/nothing"]) {
      const page = await send(new URL(path, local.url), {
        method: "GET",
        headers: { host, accept: "text/html" },
      });
      expect(page.status).toBe(421);
      expect(page.text).toMatch(/^This server is not called by the host ".*\n$/);
    }
    expect(await upgrade(local, { host })).toBe(421);
  });

  test("is still told whether the server is up", async () => {
    for (const path of ["/health", "/ready"]) {
      const headers = { host: "evil.example" };
      const { status } = await send(new URL(path, local.url), { method: "GET", headers });
      expect(status).toBe(200);
    }
  });

  test("is found in an absolute target, too, whatever Host says", async () => {
    const at = (target: string, host: string) =>
      statusOf(local, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const path = "/graphql?query=%7B__typename%7D";
    expect(await at(`http://localhost:4000${path}`, "localhost")).toBe(200);
    expect(await at(`http://evil.example${path}`, "localhost")).toBe(421);
    expect(await at(`HTTPS://evil.example${path}`, "localhost")).toBe(421);
    expect(await at(`http://localhost@evil.example${path}`, "localhost")).toBe(421);
    expect(await at(`http://localhost${path}`, "evil.example")).toBe(421);
  });

  test("is refused before the body is there", async () => {
    const head = `POST /graphql HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n`;
    expect(await statusOf(local, head)).toBe(421);
  });

  test("is refused by a server for others, which is called by the names that it lists", async () => {
    expect((await ask(proxied, { host: "api.example.com" })).status).toBe(200);
    expect((await ask(proxied, { host: "API.example.com.:8443" })).status).toBe(200);
    expect((await ask(proxied, { host: "localhost" })).status).toBe(200);
    expect((await ask(proxied, { host: "www.api.example.com" })).status).toBe(421);
  });
});

test.each([
  "localhost",
  "LOCALHOST:4000",
  "localhost.",
  "party.localhost",
  "127.0.0.5",
  "[::1]:4000",
])("a program of this machine may call the server %s", async (host) => {
  expect((await ask(local, { host })).status).toBe(200);
  expect(await upgrade(local, { host })).toBe(101);
});

test("several Host headers are refused, and none", async () => {
  const rest = "Connection: close\r\n\r\n";
  const target = "/graphql?query=%7B__typename%7D";
  const twice = `GET ${target} HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n${rest}`;
  expect(await statusOf(local, twice)).toBe(400);
  expect(await statusOf(local, `GET ${target} HTTP/1.0\r\n${rest}`)).toBe(421);
  expect(await statusOf(local, `GET ${target} HTTP/1.1\r\nHost:\r\n${rest}`)).toBe(421);
  const socket = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`;
  const hosts = "Host: localhost\r\nHost: evil.example\r\n";
  expect(await statusOf(local, `GET /graphql HTTP/1.1\r\n${hosts}${socket}`)).toBe(400);
});

describe("X-Forwarded-Host and X-Forwarded-Proto", () => {
  const forwarded = (host: string, more: Headers = {}) => ({
    host: "127.0.0.1",
    "x-forwarded-host": host,
    ...more,
  });

  test("count only from a trusted proxy", async () => {
    const own = forwarded("api.example.com", {
      "x-forwarded-proto": "https",
      origin: "https://api.example.com",
    });
    expect((await ask(proxied, own, "127.0.0.9")).status).toBe(200);
    expect(await upgrade(proxied, own, "127.0.0.9")).toBe(101);
    expect((await ask(proxied, own)).status).toBe(403);
    expect(await upgrade(proxied, own)).toBe(403);
    expect((await ask(local, own)).status).toBe(403);
  });

  test("name a host that must be allowed, and do not replace one that is not", async () => {
    expect((await ask(proxied, forwarded("evil.example"), "127.0.0.9")).status).toBe(421);
    const rebound = forwarded("api.example.com", { host: "evil.example" });
    expect((await ask(proxied, rebound, "127.0.0.9")).status).toBe(421);
  });

  test("mean what was added last, if there are several", async () => {
    const own = { "x-forwarded-proto": "http, https", origin: "https://api.example.com" };
    const added = forwarded("evil.example, api.example.com", own);
    expect((await ask(proxied, added, "127.0.0.9")).status).toBe(200);
    const first = forwarded("api.example.com, evil.example", own);
    expect((await ask(proxied, first, "127.0.0.9")).status).toBe(421);
  });

  test("are not believed from this machine's proxies, unless these are listed", async () => {
    await using byDefault = await serve({ hosts: ["api.example.com"], allowAnonymous: true });
    const own = forwarded("api.example.com", { origin: "http://api.example.com" });
    expect((await ask(byDefault, own)).status).toBe(403);
  });
});

describe("a page of another origin", () => {
  const foreign = [
    "https://evil.example",
    "null",
    "file://",
    "http://localhost:1",
    "http://localhost.evil.example",
    "http://127.0.0.1",
    "https://app.example.com, http://localhost",
  ];

  test.each(foreign)("is refused, and learns nothing: %s", async (origin) => {
    for (const server of [local, proxied]) {
      const refused = await ask(server, { origin });
      expect(refused.status).toBe(403);
      expect(codesIn(refused)).toEqual(["FORBIDDEN_ORIGIN"]);
      expect(refused.headers["access-control-allow-origin"]).toBeUndefined();
      expect(refused.headers["vary"]).toBe("accept, origin");
      expect(await upgrade(server, { origin })).toBe(403);
      const headers = { origin, "access-control-request-method": "POST" };
      const preflight = await send(server.url, { method: "OPTIONS", headers });
      expect(preflight.status).toBe(403);
      expect(preflight.headers["access-control-allow-methods"]).toBeUndefined();
    }
  });

  test.each([
    ["a form", { method: "POST", type: "text/plain", site: "cross-site" }],
    ["a form of a sibling", { method: "POST", type: "text/plain", site: "same-site" }],
    ["an image", { method: "GET", type: "", site: "cross-site" }],
  ])("cannot send what needs no permission: %s", async (_, { method, type, site }) => {
    const origin: Headers = method === "POST" ? { origin: "https://evil.example" } : {};
    const headers = { "content-type": type, "sec-fetch-site": site, ...origin };
    const url = `${local.url}?query=${encodeURIComponent("{ __typename }")}`;
    const refused = await send(url, { method, headers, body: method === "POST" ? query : "" });
    expect(codesIn(refused)).toEqual(["FORBIDDEN_ORIGIN"]);
  });

  test("cannot read events", async () => {
    const subscription = "subscription { partiesChanged { __typename } }";
    const url = `${local.url}?query=${encodeURIComponent(subscription)}`;
    for (const headers of [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const accept = { accept: "text/event-stream", ...headers };
      expect((await send(url, { method: "GET", headers: accept })).status).toBe(403);
    }
  });

  test("may link to the page and to GraphiQL, and show neither within itself", async () => {
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const asBrowser = { accept: "text/html", ...link };
    for (const path of ["/", "/graphql"]) {
      const url = new URL(path, local.url);
      const { status, headers } = await send(url, { method: "GET", headers: asBrowser });
      expect(status).toBe(200);
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      const loaded = { ...asBrowser, "sec-fetch-mode": "no-cors" };
      expect((await send(url, { method: "GET", headers: loaded })).status).toBe(403);
    }
    // A link that executes something would be no link.
    const url = `${local.url}?query=%7B__typename%7D`;
    const { status } = await send(url, { method: "GET", headers: { ...link, accept: "*/*" } });
    expect(status).toBe(403);
  });

  test("may use the server if its origin is listed", async () => {
    const origin = "https://app.example.com";
    const answer = await ask(proxied, { origin, "sec-fetch-site": "cross-site" });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "retry-after, www-authenticate",
      vary: "accept, origin",
    });
    expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
    // It may read errors, too.
    const headers = { ...json, origin };
    const wrong = await send(proxied.url, { headers, body: "{" });
    expect(wrong.status).toBe(400);
    expect(wrong.headers["access-control-allow-origin"]).toBe(origin);
    expect(await upgrade(proxied, { origin })).toBe(101);
  });

  test("is told before what it may send, without anything being executed", async () => {
    const origin = "https://app.example.com";
    const request = {
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, content-type, x-tenant",
    };
    const preflight = await send(proxied.url, {
      method: "OPTIONS",
      headers: { origin, ...request },
    });
    expect(preflight).toMatchObject({ status: 204, text: "" });
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "accept, authorization, content-type, *",
      "access-control-max-age": "7200",
    });
    expect(preflight.headers["access-control-allow-credentials"]).toBeUndefined();
    // Neither is one.
    for (const headers of [{ origin }, request]) {
      expect((await send(proxied.url, { method: "OPTIONS", headers })).status).toBe(405);
    }
  });
});

test("the server's own page is known by its origin, or by what browsers say of it", async () => {
  const { origin } = new URL(local.url);
  expect((await ask(local, { origin })).status).toBe(200);
  expect(await upgrade(local, { origin })).toBe(101);
  // Behind a proxy that ends TLS and is not trusted.
  const secure = origin.replace("http:", "https:");
  expect((await ask(local, { origin: secure })).status).toBe(403);
  expect((await ask(local, { origin: secure, "sec-fetch-site": "same-origin" })).status).toBe(200);
  // A page of another port, whose origin a proxy that drops the port lets look like the server's.
  expect((await ask(local, { origin, "sec-fetch-site": "same-site" })).status).toBe(403);
  const sandboxed = { origin: "null", "sec-fetch-site": "same-origin" };
  expect((await ask(local, sandboxed)).status).toBe(403);
});

describe("without sign-in, a server", () => {
  const refusal =
    "Set up sign-in (AUTH_ISSUER, signIn), or allow everybody (ALLOW_ANONYMOUS=1, allowAnonymous).";

  test("is not opened for other machines by oversight", async () => {
    const options = { ...application, session: keyspace.session };
    for (const reach of [{ host: "0.0.0.0" }, { hosts: ["api.example.com"] }, { hosts: ["*"] }]) {
      await expect(createServer({ ...options, ...reach })).rejects.toThrow(refusal);
    }
    await using server = await serve({ host: "0.0.0.0", allowAnonymous: true });
    expect((await ask(server, {})).status).toBe(200);
    expect((await ask(server, { host: "192.0.2.7" })).status).toBe(421);
  });

  test("answers no client of another machine, for whom a proxy asks", async () => {
    const from = (client: string) => ask(local, { "x-forwarded-for": client });
    for (const client of ["192.0.2.7", "192.0.2.7, 127.0.0.1", "2001:db8::1", "unknown", ""]) {
      const refused = await from(client);
      expect(refused.status).toBe(403);
      expect(codesIn(refused)).toEqual(["FORBIDDEN_ADDRESS"]);
      expect(refused.text).toContain(refusal);
      expect(await upgrade(local, { "x-forwarded-for": client })).toBe(403);
    }
    for (const client of ["127.0.0.1", "::1", "127.0.0.1:4000, [::1]:80"]) {
      expect((await from(client)).status).toBe(200);
    }
  });
});

describe("what a server for others tells", () => {
  let open: Server;
  beforeAll(async () => {
    open = await serve({
      hosts: ["*"],
      allowAnonymous: true,
      graphiql: true,
      introspection: "all",
    });
  });
  afterAll(() => open.close());

  const run = async (server: Server, text: string, variables?: object) => {
    const body = JSON.stringify({ query: text, variables });
    return send(server.url, { headers: json, body });
  };

  test("is not its schema, unless that is switched on", async () => {
    for (const text of [
      "{ __schema { types { name } } }",
      '{ a: __type(name: "Party") { name } }',
    ]) {
      const refused = await run(proxied, text);
      expect(codesIn(refused)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
      expect(refused.text).toContain("Introspection is off on this server");
      expect(codesIn(await run(open, text))).toEqual([]);
      expect(codesIn(await run(local, text))).toEqual([]);
    }
    expect((await run(proxied, "{ __typename }")).text).toBe('{"data":{"__typename":"Query"}}');
  });

  test.each<[string, string, object?]>([
    ["a field", "{ partie { __typename } }"],
    ["a type", "query ($a: Partyy) { __typename }"],
    ["an argument", '{ partiesInCity(cty: "Rome") { nodes { id } } }'],
    ["a field of an argument", "mutation { createParty(input: { cty: 1 }) { __typename } }"],
    [
      "a field of a variable",
      "mutation ($input: CreatePartyInput!) { createParty(input: $input) { __typename } }",
      { input: { cty: "Rome" } },
    ],
    [
      "a variable whose own text looks like a suggestion",
      "mutation ($input: CreatePartyInput!) { createParty(input: $input) { __typename } }",
      { input: { cty: 'Did you mean "city"?' } },
    ],
  ])("is no name that is like a wrong one: %s", async (_, text, variables) => {
    const suggested = await run(open, text, variables);
    expect(suggested.text).toContain("Did you mean");
    const silent = await run(proxied, text, variables);
    expect(codesIn(silent)).toEqual(codesIn(suggested));
    expect(silent.text).not.toMatch(/ Did you mean (?!\\"city\\"\?\\?" \})/);
  });

  test.each<[string, string, string, object?]>([
    [
      "an argument",
      "{ partiesInCity { __typename } }",
      'A required argument of "partiesInCity" is missing.',
    ],
    [
      "a field of an argument",
      "mutation { createParty(input: {}) { __typename } }",
      "A required field of the value is missing.",
    ],
    [
      "a field of a variable",
      "mutation ($input: CreatePartyInput!) { createParty(input: $input) { __typename } }",
      "A required field of the value is missing.",
      { input: {} },
    ],
  ])("is no name of what is required: %s", async (_, text, reduced, variables) => {
    const whole = await run(open, text, variables);
    expect(whole.text).toMatch(/of (required )?type \\"String!/);
    const silent = await run(proxied, text, variables);
    expect(codesIn(silent)).toEqual(codesIn(whole));
    expect(errorsIn(silent)[0]!.message).toContain(reduced);
    expect(silent.text).not.toMatch(/String|\bcity\b/);
  });

  test("is no text of its parser", async () => {
    const wrong = '{ partiesInCity(\n  city: "Rome" ] }';
    expect((await run(local, wrong)).text).toContain("Syntax Error: ");
    const refused = await run(proxied, wrong);
    expect(codesIn(refused)).toEqual(["GRAPHQL_PARSE_FAILED"]);
    expect(refused.text).toContain("The document is not valid GraphQL at line 2, column 16.");
    expect(refused.text).not.toContain("Syntax Error");
  });

  test("is GraphiQL only if that is switched on", async () => {
    const html = { method: "GET", headers: { accept: "text/html,*/*;q=0.8" } };
    expect((await send(open.url, html)).headers["content-type"]).toBe("text/html; charset=utf-8");
    const without = await send(proxied.url, html);
    expect(without.status).toBe(400);
    expect(codesIn(without)).toEqual(["BAD_REQUEST"]);
    const pageOf = async ({ url }: Server) =>
      (await send(new URL("/", url), { method: "GET" })).text;
    expect(await pageOf(open)).toMatch(/<a href="graphql">try it in GraphiQL<\/a>/);
    expect(await pageOf(proxied)).not.toContain("GraphiQL");
    expect([open.showsGraphiQL, local.showsGraphiQL, proxied.showsGraphiQL]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

test("every answer says that its type is meant, and GraphQL's that it must not be stored", async () => {
  const get = (path: string, headers: Headers = {}) =>
    send(new URL(path, local.url), { method: "GET", headers });
  for (const path of ["/", "/health", "/ready", "/graphql", "/nothing", "/assets/page/main.ts"]) {
    expect((await get(path)).headers["x-content-type-options"]).toBe("nosniff");
  }
  const executed = "/graphql?query=%7B__typename%7D";
  for (const accept of ["*/*", "application/graphql-response+json", "text/event-stream"]) {
    const { status, headers } = await get(executed, { accept });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      vary: "accept, origin",
      "x-content-type-options": "nosniff",
    });
  }
  expect((await get(executed, { accept: "text/event-stream" })).headers).toMatchObject({
    "x-accel-buffering": "no",
  });
  const graphiql = await get("/graphql", { accept: "text/html" });
  expect(graphiql.headers).toMatchObject({
    vary: "accept, accept-encoding, origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
});

describe("a cookie", () => {
  /** In how many places the context has found the cookie. */
  const seen: number[] = [];
  let theatre: Server;
  beforeAll(async () => {
    theatre = await createServer<Own>({
      schema,
      tables: [SeatTable],
      session: seats.session,
      origins: ["https://app.example.com"],
      context({ headers, rawHeaders, headersDistinct }) {
        const given = [headers.cookie, headersDistinct["cookie"], rawHeaders].flat();
        seen.push(given.filter((text) => text?.includes(cookie)).length);
        return { user: "somebody" };
      },
    });
  });
  afterAll(() => theatre.close());

  const cookie = "session=ada";

  test("of a request from a page of another server reaches no context", async () => {
    const foreign = { cookie, origin: "https://app.example.com" };
    seen.length = 0;
    expect((await ask(theatre, foreign)).status).toBe(200);
    using socket = await openGreetedSocket(theatre.webSocketUrl, { headers: foreign });
    const url = `${theatre.url}?query=${encodeURIComponent("subscription { count(to: 1) }")}`;
    const headers = { ...foreign, accept: "text/event-stream" };
    expect((await send(url, { method: "GET", headers })).status).toBe(200);
    expect(seen).toEqual([0, 0, 0]);
    socket.send({ type: "ping" });
    expect(await socket.next()).toEqual({ type: "pong" });
  });

  test("of a request that is refused is not even looked at", async () => {
    seen.length = 0;
    const evil = { cookie, origin: "https://evil.example" };
    expect((await ask(theatre, evil)).status).toBe(403);
    expect(await upgrade(theatre, evil)).toBe(403);
    expect(seen).toEqual([]);
  });

  test("is the application's own affair in requests of its own page", async () => {
    seen.length = 0;
    await ask(theatre, { cookie, origin: new URL(theatre.url).origin });
    expect(seen).toEqual([3]);
  });
});

test("/ready tells the reason to programs of this machine only, and the log each change once", async () => {
  await using broken = await createKeyspace(...application.tables);
  const log: string[] = [];
  const options = {
    ...application,
    session: broken.session,
    log: (line: string) => log.push(line),
  };
  await using mine = await createServer(options);
  await using others = await createServer({ ...options, hosts: ["*"], allowAnonymous: true });
  await broken.session.cql("DROP TABLE party_by_date");
  const reason = "The database does not match the models: table party_by_date is missing.";
  const ready = (server: Server, headers: Headers = {}) =>
    send(new URL("/ready", server.url), { method: "GET", headers });
  const whole = await ready(mine);
  expect(whole.status).toBe(503);
  expect(JSON.parse(whole.text)).toEqual({ status: "unavailable", reason });
  const strangers = [
    ready(others),
    ready(mine, { host: "evil.example" }),
    ready(mine, { "x-forwarded-for": "192.0.2.7" }),
    ready(mine, { "x-forwarded-for": "127.0.0.1" }),
  ];
  for (const { status, text: body } of await Promise.all(strangers)) {
    expect(status).toBe(503);
    expect(body).toBe('{"status":"unavailable"}');
  }
  expect(log.filter((line) => line.startsWith("/ready"))).toEqual([
    `/ready: ${reason}`,
    `/ready: ${reason}`,
  ]);
});

test("/ready tells operators the reason, who say by a token who they are", async () => {
  await using issuer = await startIssuer();
  await using broken = await createKeyspace(...application.tables);
  const options = { ...application, session: broken.session, log: () => {} };
  await using others = await createServer({ ...options, hosts: ["*"], signIn: issuer.signIn });
  await broken.session.cql("DROP TABLE party_by_date");
  const reasonFor = async (authorization: string) => {
    const headers = { authorization };
    const { status, text: body } = await send(new URL("/ready", others.url), {
      method: "GET",
      headers,
    });
    expect(status).toBe(503);
    return JSON.parse(body).reason;
  };
  expect(await reasonFor(`Bearer ${await issuer.sign({ scope: "a operator" })}`)).toBe(
    "The database does not match the models: table party_by_date is missing.",
  );
  for (const token of [await issuer.sign({ scope: "operators" }), await issuer.sign(), "x"]) {
    expect(await reasonFor(`Bearer ${token}`)).toBeUndefined();
  }
  expect(await reasonFor("Basic YTpi")).toBeUndefined();
});

test("a socket that is refused is told why", async () => {
  const socket = connect(portOf(local), "127.0.0.1");
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
  );
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(answer).toContain('Pages of "null" may not use this server');
});
