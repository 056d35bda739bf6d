import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { change, createParty, DELETE, FOLLOW, UPDATE } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** Follows a city, and waits until the follower has seen a party being created. */
async function follow(city: string) {
  const followed = app.subscribe(FOLLOW, { city });
  const first = followed.next();
  // The socket opens asynchronously, so parties are created until an event arrives.
  let isSeen = false;
  void first.then(() => (isSeen = true));
  while (!isSeen) await createParty(app, { city });
  return async () => (await followed.next()).value.data.partiesChanged;
}

test("partiesChanged sends the changes in its city, and none of another city", async () => {
  const city = "Followed";
  const next = await follow(city);
  await createParty(app, { city: "Another" });
  const key = await createParty(app, { city });
  let event = await next();
  while (event.party.id !== key.id) event = await next();
  expect(event).toEqual({ __typename: "PartyCreated", party: { id: key.id, people: 0 } });

  await change(app, key, 0, 2);
  expect(await next()).toEqual({
    __typename: "PeopleChanged",
    id: key.id,
    people: 2,
    asOf: expect.stringMatching(/^\d+$/),
  });
  await change(app, key, 0, 2);
  await app.run(UPDATE, { ...key, input: { name: "Renamed" } });
  expect(await next()).toEqual({
    __typename: "PartyUpdated",
    party: { id: key.id, name: "Renamed" },
  });
  await app.run(DELETE, { ...key });
  expect(await next()).toEqual({ __typename: "PartyDeleted", ...key });
});

test("partiesChanged is served over Server-Sent Events", async () => {
  const city = "Streamed";
  const response = await fetch(app.url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ query: FOLLOW, variables: { city } }),
  });
  const key = await createParty(app, { city });
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(key.id)) break;
  }
  expect(text).toContain('"__typename":"PartyCreated"');
});
