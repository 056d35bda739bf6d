import { connect as connectSocket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/cassandra/index.ts";
import * as application from "../../src/party/application.ts";
import { createServer } from "../../src/server/index.ts";
import { type Result, startApp, type TestApp } from "../fixtures/app.ts";
import { CHANGE, createParty } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(app.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });

describe("GraphiQL", () => {
  const page = (headers: Readonly<Record<string, string>> = {}) =>
    fetch(app.url, { headers: { accept: "text/html", ...headers } });

  test("is what a browser gets", async () => {
    const response = await page();
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toContain("<title>Partyfinder</title>");
  });

  test("needs no other host", async () => {
    const html = await (await page()).text();
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=["'](https?:)?\/\//);
  });

  test("is compressed where the browser can, and taken from its cache the next time", async () => {
    const response = await page({ "accept-encoding": "gzip" });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(Number(response.headers.get("content-length"))).toBeLessThan(3_000_000);

    const plain = await page({ "accept-encoding": `gzip${",a".repeat(1000)}` });
    expect(plain.headers.get("content-encoding")).toBeNull();

    const again = await page({ "if-none-match": response.headers.get("etag")! });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });
});

describe("what is not GraphQL over HTTP is refused", () => {
  test.each([
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
    "application/graphql",
  ])("a body of %s", async (type) => {
    const response = await post("query=mutation{x}", { "content-type": type });
    expect(response.status).toBe(415);
    expect((await response.json()).errors[0].extensions.code).toBe("UNSUPPORTED_MEDIA_TYPE");
  });

  test("a mutation by GET", async () => {
    const key = await createParty(app);
    const url = new URL(app.url);
    url.searchParams.set("query", CHANGE);
    url.searchParams.set("variables", JSON.stringify({ ...key, expected: 0, delta: 1 }));
    expect((await fetch(url)).status).toBe(405);
    const { data } = await app.run(CHANGE, { ...key, expected: 0, delta: 1 });
    expect(data.changePeople.people).toBe(1);
  });

  test("a body that is too large", async () => {
    const response = await post(JSON.stringify({ query: `{ ${"x".repeat(200_000)} }` }));
    expect(response.status).toBe(413);
  });

  test("a batch", async () => {
    const response = await post(JSON.stringify([{ query: "{ __typename }" }]));
    expect(response.status).toBe(400);
  });

  test.each(["{", "null", "[]", '{"query": 5}'])("the body %s", async (body) => {
    const response = await post(body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  test("a page of another site, which is not allowed to read an answer", async () => {
    const response = await post('{"query":"{ __typename }"}', { origin: "https://evil.example" });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("an unknown path", async () => {
    const response = await fetch(new URL("/nothing", app.url));
    expect(response.status).toBe(404);
    expect(await response.text()).toBe("Nothing is here. Begin at /.\n");
  });
});

test("a query by GET is answered", async () => {
  const url = new URL(app.url);
  url.searchParams.set("query", "{ __typename }");
  const response = await fetch(url, { headers: { accept: "application/json" } });
  expect(await response.json()).toEqual({ data: { __typename: "Query" } });
});

test("a syntax error has its code", async () => {
  const { errors } = await app.run("{ party(");
  expect(errors?.[0]?.extensions).toEqual({ code: "GRAPHQL_PARSE_FAILED" });
});

test("an unexpected error is masked, and logged once under the id that the client gets", async () => {
  const { session } = app.keyspace;
  const run: Session["run"] = async (statement) => {
    if (statement.cql.includes("FROM party ")) throw new Error("A defect");
    return session.run(statement);
  };
  const logged: string[] = [];
  await using broken = await createServer({
    ...application,
    session: { ...session, run },
    log: (line, error) => logged.push(`${line} ${String(error)}`),
  });
  const response = await fetch(broken.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: `{ partiesInCity(city: "Rome") { nodes { id } } }` }),
  });
  const { errors } = (await response.json()) as Result;

  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.message).toBe("Unexpected error.");
  const { code, requestId } = errors![0]!.extensions!;
  expect(code).toBe("INTERNAL_SERVER_ERROR");
  expect(logged).toEqual([expect.stringContaining(String(requestId))]);
  expect(logged[0]).toContain("A defect");
});

test("it closes with idle connections open, and answers what it has begun to read", async () => {
  const own = await startApp();
  const { port } = new URL(own.url);
  const idle = connectSocket(Number(port), "127.0.0.1");
  const answer = own.run(`{ partiesInCity(city: "Rome") { nodes { id } } }`);
  await answer;
  const before = Date.now();
  await own[Symbol.asyncDispose]();
  expect(Date.now() - before).toBeLessThan(10_000);
  idle.destroy();
});

test("of requests that were sent at once on one connection it answers all before it closes", async () => {
  await using own = await startApp();
  const { port } = new URL(own.url);
  const socket = connectSocket(Number(port), "127.0.0.1");
  const body = JSON.stringify({ query: `{ partiesInCity(city: "Rome") { nodes { id } } }` });
  const one = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  socket.write(one.repeat(3));
  // A query that is answered tells that the server has read what came before it.
  await own.run("{ __typename }");
  const closed = own[Symbol.asyncDispose]();
  const answers = await text(socket);
  expect(answers.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3);
  await closed;
});
