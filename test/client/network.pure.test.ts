import { createServer } from "node:http";
import { expect, test } from "vitest";
import { createClient } from "../../src/client/index.ts";
import { listen } from "../fixtures/listen.ts";

// How a client reports services that fail.

const QUERY = '{ seat(theatre: "Globe", id: "1") { taken } }';
const MUTATION = "mutation ($operationId: UUID) { addTaken(delta: 1, operationId: $operationId) }";

/** Starts a server that gives each request the same answer, and counts the requests. */
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

test("an answer with an error is not sent again", async () => {
  await using server = await answering(200, '{"errors":[{"message":"No."}]}');
  await using own = createClient({ url: server.url });
  const change = own.send(MUTATION);
  await expect(change).rejects.toMatchObject({ code: "BAD_RESPONSE", message: "No." });
  expect(server.requests()).toBe(1);
});

test("the error of a service that cannot be reached has its address and the reason", async () => {
  await using server = await answering(200, "");
  const { url } = server;
  await server[Symbol.asyncDispose]();
  await using own = createClient({ url });
  await expect(own.send(QUERY)).rejects.toMatchObject({
    code: "NETWORK_ERROR",
    message: `No answer from ${url}: connect ECONNREFUSED ${new URL(url).host}.`,
  });
});

test("the error of a host name with several addresses has the reason for each", async () => {
  await using server = await answering(200, "");
  const { port } = new URL(server.url);
  await server[Symbol.asyncDispose]();
  await using own = createClient({ url: `http://localhost:${port}/graphql` });
  await expect(own.send(QUERY)).rejects.toMatchObject({
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
  await using own = createClient({ url: server.url });
  const failed = own.send(QUERY);
  await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("an answer that takes too long counts as lost", async () => {
  const silent = createServer(() => {});
  const port = await listen(silent, "127.0.0.1");
  await using own = createClient({ url: `http://127.0.0.1:${port}/graphql`, timeout: 50 });
  await expect(own.send(QUERY)).rejects.toMatchObject({
    code: "NETWORK_ERROR",
    message: expect.stringMatching(/^No answer from .*: none in 50 ms\.$/),
  });
  silent.closeAllConnections();
  silent.close();
});

test("an abort ends a call with the signal's reason, also between two attempts", async () => {
  const reason = new Error("The page is left.");
  await using client = createClient({ url: "http://theatre/graphql" });
  const aborted = { signal: AbortSignal.abort(reason) };
  await expect(client.send(QUERY, {}, aborted)).rejects.toBe(reason);

  const leaving = new AbortController();
  const refusing = createClient({
    url: "http://theatre/graphql",
    fetch: async () => {
      leaving.abort(reason);
      throw new TypeError("fetch failed");
    },
  });
  const { signal } = leaving;
  await expect(refusing.send(MUTATION, {}, { signal })).rejects.toBe(reason);
});

test("closing the client fails calls that wait for an answer, and later ones", async () => {
  const silent = createServer(() => {});
  const port = await listen(silent, "127.0.0.1");
  const own = createClient({ url: `http://127.0.0.1:${port}/graphql` });
  const waiting = own.send(QUERY);
  await Promise.all([expect(waiting).rejects.toMatchObject({ code: "CLOSED" }), own.close()]);
  await expect(own.send(QUERY)).rejects.toMatchObject({ code: "CLOSED" });
  silent.closeAllConnections();
  silent.close();
});

test("headers go with each request", async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end('{"data":{"seat":null}}');
  });
  const port = await listen(server, "127.0.0.1");
  const url = `http://127.0.0.1:${port}/graphql`;
  await using own = createClient({ url, headers: { authorization: "Bearer me" } });
  expect(await own.send(QUERY)).toEqual({ seat: null });
  expect(seen).toEqual(["Bearer me"]);
  server.closeAllConnections();
  server.close();
});
