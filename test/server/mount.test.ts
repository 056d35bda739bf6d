import { once } from "node:events";
import { Agent, createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { getIntrospectionQuery } from "graphql";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as application from "../../src/party/application.ts";
import { type App, createApp, limits } from "../../src/server/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { send } from "../fixtures/send.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { listen } from "../fixtures/listen.ts";
import { createWindows, useBrowser } from "../fixtures/browser.ts";

useBrowser();

let keyspace: TestKeyspace;
let app: App;
let host: Server;
let origin: string;
beforeAll(async () => {
  keyspace = await createKeyspace(...application.tables);
  app = await createApp({ ...application, session: keyspace.session, path: "/api/v1" });
  host = createServer((request, response) => {
    if (!app.answer(request, response)) response.end("The host's own.");
  });
  host.on("upgrade", (request, stream, head) => {
    if (!app.upgrade(request, stream, head)) stream.end("HTTP/1.1 404 Not Found\r\n\r\n");
  });
  origin = `http://localhost:${await listen(host, "127.0.0.1")}`;
});
afterAll(async () => {
  await app.close();
  host.close();
  await keyspace[Symbol.asyncDispose]();
});

const get = async (path: string, options: RequestInit = {}) => {
  const response = await fetch(new URL(path, origin), options);
  return { status: response.status, text: await response.text(), url: response.url };
};

test("what is below the app's path is answered by the app, all else by its host", async () => {
  const body = '{"query":"{ __typename }"}';
  const headers = { "content-type": "application/json" };
  const posted = await get("/api/v1/graphql", { method: "POST", headers, body });
  expect(JSON.parse(posted.text)).toEqual({ data: { __typename: "Query" } });
  expect((await get("/api/v1/ready")).text).toBe('{"status":"ready"}');
  expect((await get("/api/v1/health")).status).toBe(200);
  for (const path of ["/", "/graphql", "/ready", "/api", "/api/v1x", "/api/v1/nothing"]) {
    expect((await get(path)).text).toBe("The host's own.");
  }
  expect(await get("/api/v1/assets/nothing")).toMatchObject({
    status: 404,
    text: "Nothing is here. Begin at /api/v1/.\n",
  });
});

test("a large answer leaves the time for which its host keeps idle connections", async () => {
  const body = JSON.stringify({ query: getIntrospectionQuery() });
  const headers = { "content-type": "application/json" };
  for (const idle of [0, 12_000]) {
    const sockets: Socket[] = [];
    const own = createServer((request, response) => void app.answer(request, response));
    own.keepAliveTimeout = idle;
    own.on("connection", (socket) => sockets.push(socket));
    const url = `http://localhost:${await listen(own, "127.0.0.1")}/api/v1/graphql`;
    const agent = new Agent({ keepAlive: true });
    const { text } = await send(url, { headers, body }, agent);
    expect(text.length).toBeGreaterThan(limits.unsentBytes);
    await eventually(() => expect([0, 12_000, 13_000]).toContain(sockets[0]!.timeout));
    expect(sockets[0]!.timeout === 0).toBe(idle === 0);
    agent.destroy();
    own.close();
  }
});

test("a router that strips a prefix from the URL does not matter", async () => {
  const stripping = createServer((request, response) => {
    const { url } = request;
    Object.assign(request, { originalUrl: url, url: url!.slice("/api/v1".length) });
    app.answer(request, response);
  });
  const port = await listen(stripping, "127.0.0.1");
  expect((await fetch(`http://localhost:${port}/api/v1/ready`)).status).toBe(200);
  stripping.close();
});

test("a body that was read before is an error, not an endless wait", async () => {
  const reading = createServer(async (request, response) => {
    await Array.fromAsync(request);
    app.answer(request, response);
  });
  const port = await listen(reading, "127.0.0.1");
  const response = await fetch(`http://localhost:${port}/api/v1/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"query":"{ __typename }"}',
  });
  expect((await response.json()).errors[0].extensions.code).toBe("INTERNAL_SERVER_ERROR");
  reading.close();
});

test("WebSockets are below the path, too", async () => {
  const url = origin.replace("http", "ws");
  const client = createClient({ url: `${url}/api/v1/graphql`, webSocketImpl: WebSocket });
  const results = client.iterate({ query: "{ __typename }" });
  expect((await results.next()).value).toEqual({ data: { __typename: "Query" } });
  await client.dispose();
  const other = new WebSocket(`${url}/graphql`, "graphql-transport-ws");
  const [, refused] = await once(other, "unexpected-response");
  expect(refused.statusCode).toBe(404);
  other.on("error", () => {});
  other.terminate();
});

test("the page and GraphiQL work below the path", async () => {
  expect((await get("/api/v1?city=Rome")).url).toBe(`${origin}/api/v1/?city=Rome`);
  await using windows = createWindows();
  const page = await windows.open(`${origin}/api/v1/?city=Rome`);
  await page.waitForSelector("text=Rome");
  await page.click("text=try it in GraphiQL");
  await page.waitForSelector(".graphiql-execute-button");
  expect(page.url()).toBe(`${origin}/api/v1/graphql`);
  expect(await page.title()).toBe("Partyfinder");
  await page.click(".graphiql-execute-button");
  await page.waitForSelector('.result-window :text("nodes")');
});

test("when the app closes, its host goes on", async () => {
  await app.close();
  await eventually(async () => expect((await get("/api/v1/ready")).status).toBe(503));
  expect((await get("/")).text).toBe("The host's own.");
});
