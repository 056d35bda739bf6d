import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { BROWSE, createParty, WATCH } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const open = (headers: Readonly<Record<string, string>> = {}, path = "") =>
  new WebSocket(app.webSocketUrl + path, "graphql-transport-ws", { headers });

/** The status of an upgrade that is refused. */
async function refusal(socket: WebSocket): Promise<number | undefined> {
  const [, response] = await once(socket, "unexpected-response");
  socket.on("error", () => {});
  socket.terminate();
  return response.statusCode;
}

describe("a socket is refused", () => {
  test("to a page of another site", async () => {
    expect(await refusal(open({ origin: "https://evil.example" }))).toBe(403);
    expect(await refusal(open({ origin: "null" }))).toBe(403);
  });

  test("elsewhere than at /graphql", async () => {
    expect(await refusal(open({}, "/other"))).toBe(404);
  });

  test("at what is no address, and the service goes on", async () => {
    const socket = connectSocket(Number(new URL(app.url).port), "localhost");
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket";
    socket.write(`GET // HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n\r\n`);
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 404 /);
    expect((await app.run("{ __typename }")).data).toEqual({ __typename: "Query" });
  });
});

test("a page of our own may open a socket", async () => {
  const socket = open({ origin: new URL(app.url).origin });
  await once(socket, "open");
  socket.close();
});

test("a message that is too large closes the socket", async () => {
  const socket = open();
  await once(socket, "open");
  socket.send("x".repeat(70_000));
  expect((await once(socket, "close"))[0]).toBe(1009);
});

test.each(["no JSON", "[]", '{"type":"no such type"}', '{"type":"subscribe","id":"1"}'])(
  "the frame %s closes its socket, and the service goes on",
  async (frame) => {
    const socket = open();
    await once(socket, "open");
    socket.send(frame);
    const [code] = await once(socket, "close");
    expect(code).toBeGreaterThanOrEqual(4400);
    expect((await app.run("{ __typename }")).data).toEqual({ __typename: "Query" });
  },
);

test("queries run over it too", async () => {
  const { value } = await app.subscribe(BROWSE, { city: "Nobody" }).next();
  expect(value.data.partiesInCity.nodes).toEqual([]);
});

test.each([
  ["{ party(", "GRAPHQL_PARSE_FAILED"],
  ["{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
])("the document %s is an error of its own, the socket stays", async (query, code) => {
  const socket = open();
  await once(socket, "open");
  const send = (message: object) => socket.send(JSON.stringify(message));
  const receive = async () => JSON.parse(String((await once(socket, "message"))[0]));
  send({ type: "connection_init" });
  await receive();

  send({ type: "subscribe", id: "1", payload: { query } });
  expect((await receive()).payload[0].extensions).toEqual({ code });
  send({ type: "subscribe", id: "2", payload: { query: "{ __typename }" } });
  expect(await receive()).toMatchObject({ type: "next", id: "2" });
  socket.close();
});

test("a syntax error that a socket has met is over HTTP what it is there", async () => {
  const query = "{ met(";
  await expect(app.subscribe(query).next()).rejects.toBeDefined();
  const { errors } = await app.run(query);
  expect(errors?.[0]?.extensions).toEqual({ code: "GRAPHQL_PARSE_FAILED" });
});

test("a socket takes so many subscriptions and no more", async () => {
  const key = await createParty(app);
  const socket = open();
  await once(socket, "open");
  const refused = Promise.withResolvers<{ id: string; code: string }>();
  socket.on("message", (data: Buffer) => {
    const { type, id, payload } = JSON.parse(data.toString());
    if (type === "error") refused.resolve({ id, code: payload[0].extensions.code });
    if (type !== "connection_ack") return;
    for (let number = 1; number <= 101; number++) {
      const payload = { query: WATCH, variables: key };
      socket.send(JSON.stringify({ type: "subscribe", id: String(number), payload }));
    }
  });
  socket.send(JSON.stringify({ type: "connection_init" }));

  expect(await refused.promise).toEqual({ id: "101", code: "TOO_MANY_SUBSCRIPTIONS" });
  socket.close();
});

test("a service that closes completes its subscriptions and says that it goes away", async () => {
  const own = await startApp();
  const key = await createParty(own);
  const watched = own.subscribe(WATCH, { ...key });
  await watched.next();
  const socket = new WebSocket(own.webSocketUrl, "graphql-transport-ws");
  await once(socket, "open");

  const closed = once(socket, "close");
  await own.close();
  expect((await closed)[0]).toBe(1001);
  expect(await watched.next()).toMatchObject({ done: true });
  await own[Symbol.asyncDispose]();
});

test("a client that does not answer holds up no service that closes", async () => {
  const own = await startApp();
  const socket = new WebSocket(own.webSocketUrl, "graphql-transport-ws");
  await once(socket, "open");
  socket.pause();

  const before = Date.now();
  await own.close();
  expect(Date.now() - before).toBeLessThan(5000);
  socket.terminate();
  await own[Symbol.asyncDispose]();
});
