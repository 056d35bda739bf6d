import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PartyClient, createPartyClient } from "../../../src/party/client/index.ts";
import { startApp, type TestApp } from "../../fixtures/app.ts";
import { ADD } from "../../fixtures/parties.ts";
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

test("a change of the count whose answer was lost is sent again, and counted once", async () => {
  const key = await create();
  way.loseAnswers(2);
  expect(await client.addPeople({ ...key, delta: 2 })).toMatchObject({ people: 2 });
  way.loseAnswers(2);
  const change = { ...key, expected: 2, delta: 3 };
  expect(await client.changePeople(change)).toMatchObject({ people: 5 });
  expect(await client.party(key)).toMatchObject({ people: 5 });
});

test("a create whose answer was lost is sent again, creates one party, and answers PartyCreated", async () => {
  const city = `City ${randomUUID()}`;
  way.loseAnswers(2);
  const result = await client.createParty({ input: { city, name: "A party" } });
  expect(result).toMatchObject({ __typename: "PartyCreated", party: { city, name: "A party" } });
  expect((await client.partiesInCity({ city })).nodes).toHaveLength(1);
});

test("a create with the caller's id that is sent again answers PartyExists", async () => {
  const key = { city: `City ${randomUUID()}`, id: randomUUID() };
  way.loseAnswers(1);
  const result = await client.createParty({ input: { ...key, name: "A party" } });
  expect(result).toMatchObject({ __typename: "PartyExists", party: key });
});

test("a mutation without an id is sent once", async () => {
  const key = await create();
  way.loseAnswers(1);
  const lost = { name: "ClientError", code: "NETWORK_ERROR", errors: [] };
  await expect(client.deleteParty(key)).rejects.toMatchObject(lost);
  expect(await client.party(key)).toBeNull();
});

test("a change without the caller's id is made though the party remembers too many ids", async () => {
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
