import { expect, test } from "vitest";
import { startApp } from "./fixtures/app.ts";
import { BROWSE, change, CREATE, DELETE, WATCH } from "./fixtures/parties.ts";

test("a party is created, counted by two clients, watched by a third, and deleted", async () => {
  await using app = await startApp();
  const browse = async (city: string) => (await app.run(BROWSE, { city })).data.partiesInCity.nodes;

  expect(await browse("Rome")).toEqual([]);

  const { data } = await app.run(CREATE, { input: { city: "Rome", name: "Ferragosto" } });
  expect(data.createParty).toMatchObject({
    __typename: "PartyCreated",
    party: { city: "Rome", name: "Ferragosto", people: 0 },
  });
  const key = { city: "Rome", id: data.createParty.party.id };
  expect(await browse("Rome")).toEqual([{ ...key, name: "Ferragosto", people: 0 }]);
  expect(await browse("Berlin")).toEqual([]);

  expect(await change(app, key, 0, +1)).toEqual({ __typename: "PeopleChanged", people: 1 });
  expect(await change(app, key, 1, -1)).toEqual({ __typename: "PeopleChanged", people: 0 });

  const watched = app.subscribe(WATCH, key);
  const first = (await watched.next()).value.data.peopleChanged;
  expect(first.people).toBe(0);

  // Two clients have seen 0. One of them changes the count, and the other one gets a refusal.
  expect(await change(app, key, 0, +1)).toEqual({ __typename: "PeopleChanged", people: 1 });
  expect(await change(app, key, 0, +1)).toEqual({
    __typename: "PeopleStale",
    expected: 0,
    actual: 1,
  });
  expect(await browse("Rome")).toEqual([{ ...key, name: "Ferragosto", people: 1 }]);

  const second = (await watched.next()).value.data.peopleChanged;
  expect(second.people).toBe(1);
  expect(BigInt(second.asOf)).toBeGreaterThan(BigInt(first.asOf));

  expect((await app.run(DELETE, key)).data.deleteParty).toEqual({ __typename: "PartyDeleted" });
  expect(await watched.next()).toMatchObject({ done: true });
  expect(await browse("Rome")).toEqual([]);
  expect(app.log).toEqual([]);
});
