import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ClientError } from "../../../src/client/index.ts";
import { type PartyClient, createPartyClient } from "../../../src/party/client/index.ts";
import { createDirectory, type Running, runCommand, startCommand } from "../../fixtures/command.ts";
import { createKeyspace } from "../../fixtures/keyspace.ts";
import { tables } from "../../../src/party/index.ts";

// The client of the application, on a service that runs only what the command `documents` has listed from it.

const operations = fileURLToPath(
  new URL("../../../src/party/client/operations.ts", import.meta.url),
);

const opened = new AsyncDisposableStack();
let served: Running;
let url = "";
let directory = "";
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  directory = opened.use(await createDirectory()).path;
  const keyspace = opened.use(await createKeyspace(...tables));
  const list = join(directory, "documents.json");
  const listing = await runCommand(["documents", operations, "--out", list]);
  expect(listing.code).toBe(0);
  env = {
    CASSANDRA_CONTACT_POINTS: inject("cassandra").contactPoints.join(","),
    CASSANDRA_LOCAL_DATA_CENTER: inject("cassandra").localDataCenter,
    CASSANDRA_KEYSPACE: keyspace.name,
    ALLOWED_DOCUMENTS: list,
    PORT: "0",
  };
  served = opened.use(startCommand(["serve"], { env }));
  const banner = await served.printed("Ctrl-C stops everything.");
  expect(banner).not.toContain("curl");
  url = /GraphiQL +(\S+)/.exec(banner)![1]!;
});
afterAll(() => opened.disposeAsync());

/** What has been sent: the bodies of requests and the messages of sockets. */
interface Recorded extends AsyncDisposable {
  readonly client: PartyClient;
  readonly sent: string[];
}

function recording(persisted: boolean): Recorded {
  const sent: string[] = [];
  class RecordingSocket extends WebSocket {
    override send(data: string) {
      sent.push(data);
      super.send(data);
    }
  }
  const client = createPartyClient({
    url,
    persisted,
    fetch(to, init) {
      sent.push(init?.body as string);
      return fetch(to, init);
    },
    webSocket: RecordingSocket,
  });
  return { client, sent, [Symbol.asyncDispose]: () => client.close() };
}

describe.each([
  ["texts", false],
  ["ids", true],
])("the client that sends %s", (_, persisted) => {
  test("reads, writes and subscribes", async () => {
    await using recorded = recording(persisted);
    const { client, sent } = recorded;
    const city = `City ${String(persisted)}`;
    const created = await client.createParty({ input: { city, name: "A party" } });
    if (created.__typename !== "PartyCreated") throw new Error(created.message);
    const key = { city, id: created.party.id };

    const events = client.partiesChanged({ city });
    expect((await events.next()).value).toEqual({ __typename: "PartiesReset", city });
    const counts = client.peopleChanged(key);
    expect((await counts.next()).value).toMatchObject({ people: 0 });
    expect(await client.addPeople({ ...key, delta: 2 })).toMatchObject({ people: 2 });
    expect((await counts.next()).value).toMatchObject({ people: 2 });
    expect((await events.next()).value).toMatchObject({ __typename: "PeopleChanged" });
    expect((await client.partiesInCity({ city })).nodes).toHaveLength(1);
    await counts.return();
    await events.return();

    const texts = sent.filter((each) => /fragment|peopleChanged/.test(each));
    if (persisted) expect(texts).toEqual([]);
    else expect(texts.length).toBeGreaterThan(4);
  });

  test("fails with the code if it sends something else", async () => {
    await using recorded = recording(persisted);
    const { client } = recorded;
    const refused = { name: "ClientError", code: "DOCUMENT_NOT_ALLOWED" };
    await expect(client.send("{ a: __typename }")).rejects.toMatchObject(refused);
    const text = "subscription ($city: String!) { partiesChanged(city: $city) { __typename } }";
    const values = client.subscribe(text, { city: "Rome" });
    await expect(values.next()).rejects.toBeInstanceOf(ClientError);
    const another = client.subscribe(text, { city: "Rome" });
    await expect(another.next()).rejects.toMatchObject(refused);
  });
});

test("event streams are allowed as sockets are", async () => {
  const { peopleChangedSubscription } = await import("../../../src/party/client/operations.ts");
  const subscribe = (query: string) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({
        query,
        variables: { city: "Nowhere", id: "00000000-0000-4000-8000-000000000001" },
      }),
    });
  const allowed = await subscribe(peopleChangedSubscription);
  expect(await allowed.text()).toContain("PARTY_NOT_FOUND");
  const refused = await subscribe(`${peopleChangedSubscription} `);
  expect([refused.status, await refused.text()]).toEqual([
    403,
    expect.stringContaining("DOCUMENT_NOT_ALLOWED"),
  ]);
});

test("GraphiQL's introspection is refused", async () => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('"code":"DOCUMENT_NOT_ALLOWED"');
});

test("a list that does not fit the schema stops serve with the document and a remedy", async () => {
  const path = join(directory, "old.json");
  const list = JSON.parse(await readFile(env["ALLOWED_DOCUMENTS"]!, "utf8")) as object;
  const id = "9da3f6f6e1bdd0aaea6c3f56e3b4d8c5f2f0cc7f2c9d8be4f9b5d4cc14d5bd8e";
  await writeFile(path, JSON.stringify({ ...list, [id]: "{ nope }" }));
  const wrong = await runCommand(["serve"], { env: { ...env, ALLOWED_DOCUMENTS: path } });
  expect(wrong).toMatchObject({
    code: 4,
    err: expect.stringContaining(`The document "${id}" must`),
  });
  const correct = /its id, (\w+)\./.exec(wrong.err)![1]!;
  await writeFile(path, JSON.stringify({ ...list, [correct]: "{ nope }" }));
  const unfit = await runCommand(["serve"], { env: { ...env, ALLOWED_DOCUMENTS: path } });
  expect(unfit.code).toBe(4);
  expect(unfit.err).toContain(
    `partyfinder: ALLOWED_DOCUMENTS does not fit the schema. The document "${correct}" cannot be run: Cannot query field "nope" on type "Query". Write the list again by the command "documents".\n`,
  );
});
