import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "../../src/local/port.ts";
import { seedParties } from "../../src/party/sample.ts";
import { tables } from "../../src/party/index.ts";
import { createWindows, useBrowser } from "../fixtures/browser.ts";
import { type Running, startCommand } from "../fixtures/command.ts";
import { EXECUTE, executeTab } from "../fixtures/graphiql.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { needs } from "../fixtures/needs.ts";
import { startNginx, type TestNginx } from "../fixtures/nginx.ts";
import { createParty } from "../fixtures/parties.ts";
import { codesIn, send } from "../fixtures/send.ts";

// The command `serve`, reached by others through nginx under a prefix.

useBrowser();
const hasNginx = needs("nginx") !== undefined;

let keyspace: TestKeyspace;
let service: Running;
let nginx: TestNginx;
let banner: string;
beforeAll(async () => {
  if (!hasNginx) return;
  keyspace = await createKeyspace(...tables);
  await seedParties(keyspace.session);
  const port = await freePort("127.0.0.1");
  const { contactPoints, localDataCenter } = inject("cassandra");
  service = startCommand(["serve"], {
    env: {
      CASSANDRA_CONTACT_POINTS: contactPoints.join(),
      CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
      CASSANDRA_KEYSPACE: keyspace.name,
      PORT: String(port),
      PATH_PREFIX: "/party/",
      ALLOWED_HOSTS: "party.example.com",
      TRUSTED_PROXIES: "127.0.0.1",
      ALLOW_ANONYMOUS: "1",
      GRAPHIQL: "1",
      INTROSPECTION: "all",
    },
  });
  banner = await service.printed("Ctrl-C stops everything.");
  nginx = await startNginx({ prefix: "/party/", upstream: port });
});
afterAll(async () => {
  await nginx?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  await keyspace?.[Symbol.asyncDispose]();
});

const endpoint = () => `${nginx.origin}/party/graphql`;

const json = { "content-type": "application/json" };

const client = {
  async run(query: string, variables: object = {}) {
    const body = JSON.stringify({ query, variables });
    return JSON.parse((await send(endpoint(), { headers: json, body })).text);
  },
};

const ADD =
  "mutation ($city: String!, $id: UUID!) { addPeople(city: $city, id: $id, delta: 1) { __typename } }";

test("the service says where its page and GraphiQL are", () => {
  expect(banner).toMatch(/Page +http:\/\/localhost:\d+\/party\/\n/);
  expect(banner).toMatch(/GraphiQL +http:\/\/localhost:\d+\/party\/graphql\n/);
});

describe.each(["origin", "secureOrigin"] as const)("at its %s", (which) => {
  const options = { ignoreHTTPSErrors: true };

  test("the page shows changes as they happen", async () => {
    await using windows = createWindows();
    const { city, id } = await createParty(client);
    const page = await windows.open(`${nginx[which]}/party?city=${city}&party=${id}`, options);
    expect(new URL(page.url()).pathname).toBe("/party/");
    const count = page.locator(".hero .wheels");
    await count.waitFor();
    const before = await count.innerText();
    await client.run(ADD, { city, id });
    await expect.poll(() => count.innerText()).not.toBe(before);
  });

  test("GraphiQL runs queries, and shows events as they happen", async () => {
    await using windows = createWindows();
    const page = await windows.open(`${nginx[which]}/party/graphql`, {
      ...options,
      shown: EXECUTE,
    });
    const result = page.locator(".result-window");
    await executeTab(page, { tab: "Browse", result: "Ferragosto on the roof" });
    await executeTab(page, { tab: "Watch", result: "peopleChanged" });
    const before = await result.innerText();
    await client.run(ADD, { city: "Rome", id: "00000000-0000-4000-8000-000000000001" });
    await expect.poll(() => result.innerText()).not.toBe(before);
  });
});

test("events arrive one by one, while their stream is open", async () => {
  const { city, id } = await createParty(client);
  const query = `subscription { peopleChanged(city: "${city}", id: "${id}") { people } }`;
  const over = new AbortController();
  const response = await fetch(`${endpoint()}?query=${encodeURIComponent(query)}`, {
    headers: { accept: "text/event-stream" },
    signal: over.signal,
  });
  expect(response.status).toBe(200);
  let events = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    events += chunk;
    const people = events.match(/(?<="people":)\d+/g)?.length ?? 0;
    if (people === 3) break;
    if (events.endsWith("}}}\n\n")) await client.run(ADD, { city, id });
  }
  over.abort();
  expect(events.match(/(?<="people":)\d+/g)).toEqual(["0", "1", "2"]);
});

test("WebSockets are passed on", async () => {
  const sockets = createClient({
    url: endpoint().replace("http", "ws"),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const results = sockets.iterate({ query: "{ __typename }" });
  expect((await results.next()).value).toEqual({ data: { __typename: "Query" } });
  await sockets.dispose();
});

test("hosts and origins are those that the client has used", async () => {
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const body = '{"query":"{ __typename }"}';
    const answer = await send(endpoint(), { headers: { ...json, ...headers }, body });
    return codesIn(answer)[0] ?? answer.status;
  };
  const host = "party.example.com";
  expect(await ask({ host })).toBe(200);
  expect(await ask({ host, origin: "http://party.example.com" })).toBe(200);
  expect(await ask({ host, origin: "https://party.example.com" })).toBe("FORBIDDEN_ORIGIN");
  expect(await ask({ host: "evil.example" })).toBe("FORBIDDEN_HOST");
  // nginx passes it on as it is.
  expect(await ask({ host, "x-forwarded-host": "evil.example" })).toBe("FORBIDDEN_HOST");
});
