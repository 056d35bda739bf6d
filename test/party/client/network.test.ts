import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PartyClient, createPartyClient } from "../../../src/party/client/index.ts";
import { startApp, type TestApp } from "../../fixtures/app.ts";
import { ADD } from "../../fixtures/parties.ts";
import { listen } from "../../fixtures/listen.ts";
import { startWay, type Way } from "../../fixtures/way.ts";

let app: TestApp;
let way: Way;
let client: PartyClient;
beforeAll(async () => {
  app = await startApp();
  way = await startWay(app.url);
  client = createPartyClient({ url: way.url });
});
afterAll(async () => {
  await client.close();
  await way[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

async function create() {
  const city = `City ${randomUUID()}`;
  const result = await client.createParty({ input: { city, name: "A party" } });
  if (result.__typename !== "PartyCreated") throw new Error(result.message);
  return { city, id: result.party.id };
}

/** A server that answers everything with this, and counts. */
async function answering(status: number, body: string) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume().on("end", () => response.writeHead(status).end(body));
  });
  const port = await listen(server, "127.0.0.1");
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("a change of the count whose answer was lost is sent again, and counts once", async () => {
  const key = await create();
  way.loseAnswers(2);
  expect(await client.addPeople({ ...key, delta: 2 })).toMatchObject({ people: 2 });
  way.loseAnswers(2);
  const change = { ...key, expected: 2, delta: 3 };
  expect(await client.changePeople(change)).toMatchObject({ people: 5 });
  expect(await client.party(key)).toMatchObject({ people: 5 });
});

test("a create whose answer was lost is sent again, makes one party, and has been a create", async () => {
  const city = `City ${randomUUID()}`;
  way.loseAnswers(2);
  const result = await client.createParty({ input: { city, name: "A party" } });
  expect(result).toMatchObject({ __typename: "PartyCreated", party: { city, name: "A party" } });
  expect((await client.partiesInCity({ city })).nodes).toHaveLength(1);
});

test("with an id of the caller's it may find its own party", async () => {
  const key = { city: `City ${randomUUID()}`, id: randomUUID() };
  way.loseAnswers(1);
  const result = await client.createParty({ input: { ...key, name: "A party" } });
  expect(result).toMatchObject({ __typename: "PartyExists", party: key });
});

test("another mutation whose answer was lost is not sent again", async () => {
  const key = await create();
  way.loseAnswers(1);
  const lost = { name: "ClientError", code: "NETWORK_ERROR", errors: [] };
  await expect(client.deleteParty(key)).rejects.toMatchObject(lost);
  expect(await client.party(key)).toBeNull();
});

test("where nobody answers a change is sent four times", async () => {
  await using nowhere = await startWay(app.url);
  nowhere.refuse(true);
  await using own = createPartyClient({ url: nowhere.url });
  const change = own.addPeople({ city: "Rome", id: randomUUID(), delta: 1 });
  await expect(change).rejects.toMatchObject({ code: "NETWORK_ERROR" });
  expect(nowhere.accepted).toBe(4);
});

test("a change without an id of the caller's is made though the party can remember no more ids", async () => {
  const key = await create();
  const direct = { ...key, delta: 1 };
  for (let sent = 0; sent < 1024; sent += 64) {
    const some = Array.from({ length: 64 }, () =>
      app.run(ADD, { ...direct, operationId: randomUUID() }),
    );
    await Promise.all(some);
  }
  await expect(client.addPeople({ ...direct, operationId: randomUUID() })).rejects.toMatchObject({
    code: "TOO_MANY_OPERATIONS",
  });
  expect(await client.addPeople(direct)).toMatchObject({ people: 1025 });
  expect(await client.changePeople({ ...direct, expected: 1025 })).toMatchObject({ people: 1026 });
  expect(await client.addPeople({ ...direct, operationId: null })).toMatchObject({ people: 1027 });
});

test("a refusal is not sent again", async () => {
  await using server = await answering(200, '{"errors":[{"message":"No."}]}');
  await using own = createPartyClient({ url: server.url });
  const change = own.addPeople({ city: "Rome", id: randomUUID(), delta: 1 });
  await expect(change).rejects.toMatchObject({ code: "BAD_RESPONSE", message: "No." });
  expect(server.requests()).toBe(1);
});

test("the error of a service that is not there says where it was looked for, and why it failed", async () => {
  await using server = await answering(200, "");
  const { url } = server;
  await server[Symbol.asyncDispose]();
  await using own = createPartyClient({ url });
  await expect(own.party({ city: "Rome", id: randomUUID() })).rejects.toMatchObject({
    code: "NETWORK_ERROR",
    message: `No answer from ${url}: connect ECONNREFUSED ${new URL(url).host}.`,
  });
});

test("of a name with several addresses it has what was said at each", async () => {
  await using server = await answering(200, "");
  const { port } = new URL(server.url);
  await server[Symbol.asyncDispose]();
  await using own = createPartyClient({ url: `http://localhost:${port}/graphql` });
  await expect(own.party({ city: "Rome", id: randomUUID() })).rejects.toMatchObject({
    code: "NETWORK_ERROR",
    message: expect.stringMatching(/: (connect ECONNREFUSED (::1|127\.0\.0\.1):\d+(, |\.$))+$/),
  });
});

test.each([
  [
    200,
    "<!doctype html>",
    "BAD_RESPONSE",
    'with HTTP status 200 OK and the body "<!doctype html>"',
  ],
  [404, "", "BAD_RESPONSE", "with HTTP status 404 Not Found and no body"],
  [200, '"text"', "BAD_RESPONSE", "does not answer like a GraphQL service"],
  [500, "{}", "BAD_RESPONSE", "with HTTP status 500"],
  [502, "<h1>Bad Gateway</h1>", "NETWORK_ERROR", "No answer from"],
])("the answer %i %j is %s", async (status, body, code, message) => {
  await using server = await answering(status, body);
  await using own = createPartyClient({ url: server.url });
  const failed = own.party({ city: "Rome", id: randomUUID() });
  await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("an answer that takes too long counts as lost", async () => {
  const silent = createServer(() => {});
  const port = await listen(silent, "127.0.0.1");
  await using own = createPartyClient({ url: `http://127.0.0.1:${port}/graphql`, timeout: 50 });
  await expect(own.party({ city: "Rome", id: randomUUID() })).rejects.toMatchObject({
    code: "NETWORK_ERROR",
    message: expect.stringMatching(/^No answer from .*: none in 50 ms\.$/),
  });
  silent.closeAllConnections();
  silent.close();
});

test("an abort ends a call with the signal's reason, also between two attempts", async () => {
  const reason = new Error("The page is left.");
  const aborted = { signal: AbortSignal.abort(reason) };
  await expect(client.partiesInCity({ city: "Rome" }, aborted)).rejects.toBe(reason);

  const leaving = new AbortController();
  const refusing = createPartyClient({
    url: way.url,
    fetch: async () => {
      leaving.abort(reason);
      throw new TypeError("fetch failed");
    },
  });
  const change = { city: "Rome", id: randomUUID(), delta: 1 };
  const { signal } = leaving;
  await expect(refusing.addPeople(change, { signal })).rejects.toBe(reason);
});

test("closing the client fails what waits for an answer, and what is asked later", async () => {
  const silent = createServer(() => {});
  const port = await listen(silent, "127.0.0.1");
  const own = createPartyClient({ url: `http://127.0.0.1:${port}/graphql` });
  const waiting = own.partiesInCity({ city: "Rome" });
  await Promise.all([expect(waiting).rejects.toMatchObject({ code: "CLOSED" }), own.close()]);
  await expect(own.partiesInCity({ city: "Rome" })).rejects.toMatchObject({ code: "CLOSED" });
  silent.closeAllConnections();
  silent.close();
});

test("headers go with each request", async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end('{"data":{"party":null}}');
  });
  const port = await listen(server, "127.0.0.1");
  const url = `http://127.0.0.1:${port}/graphql`;
  await using own = createPartyClient({ url, headers: { authorization: "Bearer me" } });
  expect(await own.party({ city: "Rome", id: randomUUID() })).toBeNull();
  expect(seen).toEqual(["Bearer me"]);
  server.closeAllConnections();
  server.close();
});

test.each(["ws://localhost/graphql", "localhost", "/graphql", ""])(
  "the address %j is refused",
  (url) => {
    expect(() => createPartyClient({ url })).toThrow("give one like http://localhost:4000/graphql");
  },
);
