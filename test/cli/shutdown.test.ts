import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect as connectSocket } from "node:net";
import { text } from "node:stream/consumers";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { runCommand, type Running, startCommand } from "../fixtures/command.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace();
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Starts the service as a process, on the Cassandra of the test run, and waits until it is ready. */
async function startService(): Promise<{ readonly service: Running; readonly url: string }> {
  const { contactPoints, localDataCenter } = inject("cassandra");
  const env = {
    CASSANDRA_CONTACT_POINTS: contactPoints.join(","),
    CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
    CASSANDRA_KEYSPACE: keyspace.name,
    PORT: "0",
  };
  await runCommand(["sync"], { env });
  const service = startCommand(["serve"], { env });
  const url = /http:\S+\/graphql/.exec(await service.printed("Ctrl-C stops everything."))![0];
  const status = async () => (await fetch(new URL("/ready", url))).status;
  await expect.poll(status, { timeout: 5000 }).toBe(200);
  return { service, url };
}

/** Sends SIGTERM and returns the exit status. Fails if the process does not end in time. */
async function stop(service: Running): Promise<number | null> {
  const begun = Date.now();
  const { code } = await service.end("SIGTERM");
  expect(Date.now() - begun).toBeLessThan(5000);
  return code;
}

/** Posts an operation over a connection of the agent. Fails if the response is incomplete. */
async function post(
  url: string,
  agent: Agent,
  query: string,
): Promise<IncomingMessage & { body: string }> {
  const headers = { "content-type": "application/json" };
  const sent = request(url, { method: "POST", agent, headers }).end(JSON.stringify({ query }));
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return Object.assign(response, { body: await text(response) });
}

const create = () =>
  `mutation { createParty(input: { city: "${randomUUID()}", name: "A party" }) { __typename } }`;

test("every request of 50 clients that keep sending is answered during shutdown", async () => {
  const { service, url } = await startService();
  let answered = 0;

  /** Sends mutations one after another on one connection, until the server no longer accepts connections. */
  async function keepSending() {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let last: string | undefined;
    for (;;) {
      try {
        const { body, headers } = await post(url, agent, create());
        expect(JSON.parse(body)).toEqual({ data: { createParty: { __typename: "PartyCreated" } } });
        answered += 1;
        last = headers.connection;
      } catch (error) {
        agent.destroy();
        return { error, last };
      }
    }
  }

  const clients = Array.from({ length: 50 }, keepSending);
  await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(200);
  expect(await stop(service)).toBe(0);
  for (const { error, last } of await Promise.all(clients)) {
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    expect(last).toBe("close");
  }
});

test("shutdown completes subscriptions, and does not wait for idle connections", async () => {
  const { service, url } = await startService();
  const agent = new Agent({ keepAlive: true });
  const id = randomUUID();
  const party = `city: "Rome", id: "${id}"`;
  await post(
    url,
    agent,
    `mutation { createParty(input: { ${party}, name: "Mine" }) { __typename } }`,
  );
  const silent = connectSocket(Number(new URL(url).port), "localhost");
  await once(silent, "connect");
  const query = `subscription { peopleChanged(${party}) { people } }`;

  const headers = { "content-type": "application/json", accept: "text/event-stream" };
  const sse = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  const client = createClient({ url: url.replace("http", "ws"), retryAttempts: 0 });
  const counts = client.iterate({ query });
  expect((await counts.next()).value).toEqual({ data: { peopleChanged: { people: 0 } } });

  expect(await stop(service)).toBe(0);
  expect(await counts.next()).toMatchObject({ done: true });
  expect(await sse.text()).toMatch(/"people":0.*\n\nevent: complete\n/s);
  agent.destroy();
  silent.destroy();
});
