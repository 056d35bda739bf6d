import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import {
  ADD,
  BROWSE,
  change,
  CREATE,
  DELETE,
  FOLLOW,
  type Key,
  UPCOMING,
  UPDATE,
  WATCH,
} from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const PARTY = `query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { city id name } }`;
const date = "2040-01-01T00:00:00.000Z";

const create = async (input: Readonly<Record<string, unknown>>) =>
  (await app.run(CREATE, { input })).data.createParty;
const browse = async (city: string, page: object = {}) =>
  (await app.run(BROWSE, { city, ...page })).data.partiesInCity;
const idsIn = async (city: string) => (await browse(city)).nodes.map(({ id }: Key) => id);

/** Follows the city of a party until its events arrive. */
async function follow(key: Key) {
  const events = app.subscribe(FOLLOW, { city: key.city });
  const next = async () => (await events.next()).value.data.partiesChanged;
  let first: object | undefined;
  void next().then((event) => (first = event));
  await eventually(async () => {
    await app.run(ADD, { ...key, delta: 1 });
    await app.run(ADD, { ...key, delta: -1 });
    expect(first).toBeDefined();
  });
  return {
    /** Returns the last event: that the party was deleted. */
    async end() {
      let event = await next();
      while (event.__typename !== "PartyDeleted") event = await next();
      await events.return!();
      return event;
    },
  };
}

/** Returns both spellings of a new city. */
function newCity() {
  const city = `Zu\u0308rich ${randomUUID()}`;
  return { nfd: city, nfc: city.normalize("NFC") };
}

/** Stores a party as another program does. */
async function store(city: string, name = "Old"): Promise<Key> {
  const id = randomUUID();
  await app.keyspace.session.cql(
    `INSERT INTO party (city, id, name, people, date) VALUES (?, ${id}, ?, 3, '${date}') IF NOT EXISTS`,
    [city, name],
  );
  return { city, id };
}

describe("two spellings of a city are one city", () => {
  test("for creates, pages and reads", async () => {
    const { nfd, nfc } = newCity();
    const one = await create({ city: nfd, name: "Cafe\u0301", date });
    const other = await create({ city: nfc, name: "Caf\u00e9", date });
    const party = { city: nfc, name: "Caf\u00e9" };
    expect([one.party, other.party]).toMatchObject([party, party]);
    expect(await create({ city: nfd, name: "C", id: one.party.id })).toMatchObject({
      __typename: "PartyExists",
    });

    const ids = [String(one.party.id), String(other.party.id)].toSorted();
    for (const city of [nfd, nfc]) {
      expect((await idsIn(city)).toSorted()).toEqual(ids);
      const { data } = await app.run(UPCOMING, { city });
      expect(data.upcomingParties.nodes.map(({ id }: Key) => id).toSorted()).toEqual(ids);
      expect((await app.run(PARTY, { city, id: ids[0] })).data.party).toMatchObject(party);
    }
  });

  test("for a page and the cursors of the next one", async () => {
    const { nfd, nfc } = newCity();
    await create({ city: nfc, name: "A" });
    await create({ city: nfc, name: "B" });
    const first = await browse(nfd, { first: 1 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    const after = first.pageInfo.endCursor;
    expect((await browse(nfd, { after })).nodes).toHaveLength(1);
    expect((await browse(nfc, { after })).nodes).toHaveLength(1);
  });

  test("for changes and live values", async () => {
    const { nfd, nfc } = newCity();
    const { party } = await create({ city: nfc, name: "A" });
    const key = { city: nfd, id: party.id };
    const followed = await follow(key);
    const watched = app.subscribe(WATCH, key);
    await watched.next();

    expect(await change(app, key, 0, 2)).toMatchObject({ people: 2 });
    expect((await watched.next()).value.data.peopleChanged.people).toBe(2);
    expect((await app.run(ADD, { ...key, delta: 1 })).data.addPeople).toMatchObject({ people: 3 });
    expect((await watched.next()).value.data.peopleChanged.people).toBe(3);
    const updated = await app.run(UPDATE, { ...key, input: { name: "Cafe\u0301" } });
    expect(updated.data.updateParty).toMatchObject({ party: { city: nfc, name: "Caf\u00e9" } });
    await app.run(DELETE, { ...party });
    expect(await followed.end()).toEqual({ __typename: "PartyDeleted", city: nfc, id: party.id });
    expect(await watched.next()).toMatchObject({ done: true });
  });
});

describe("a look-alike is refused", () => {
  test.each([
    ["a zero-width space", "Ro\u200bme", "U+200B", 3],
    ["an override", "\u202eemoR", "U+202E", 1],
    ["a line break", "New\nYork", "U+000A", 4],
    ["a joiner between letters", "Ro\u200dme", "U+200D", 3],
  ])("with %s", async (_, look, character, position) => {
    const message = `must be one line without control, zero-width or bidirectional characters, but has ${character} at position ${position}`;
    const outcome = await create({ city: look, name: look });
    expect(outcome.errors).toEqual([
      { path: ["city"], code: "NOT_A_LINE", message: `city ${message}.` },
      { path: ["name"], code: "NOT_A_LINE", message: `name ${message}.` },
    ]);
    const { errors } = await app.run(BROWSE, { city: look });
    expect(errors).toMatchObject([
      {
        message: `Argument "city" ${message}.`,
        extensions: { code: "BAD_USER_INPUT", argument: ["city"] },
      },
    ]);
    const followed = app.subscribe(FOLLOW, { city: look });
    expect((await followed.next()).value.errors).toMatchObject([
      { extensions: { code: "BAD_USER_INPUT" } },
    ]);
  });

  test("as a new name", async () => {
    const { nfc: city } = newCity();
    const { party } = await create({ city, name: "A" });
    const { data } = await app.run(UPDATE, { city, id: party.id, input: { name: "A\u2066" } });
    expect(data.updateParty.errors).toEqual([{ path: ["name"], code: "NOT_A_LINE" }]);
  });
});

describe.each([
  ["in another spelling", () => newCity().nfd],
  ["with a zero-width space", () => `Ro\u200bme ${randomUUID()}`],
  ["with a line break", () => `New\nYork ${randomUUID()}`],
])("a party that was stored before in a city %s", (_, newName) => {
  test("is read, page by page too", async () => {
    const city = newName();
    const keys = [await store(city), await store(city, "O\u200bd\u0308")];
    const first = await browse(city, { first: 1 });
    const { nodes } = await browse(city, { after: first.pageInfo.endCursor });
    const found = [...first.nodes, ...nodes].map(({ city, id }: Key) => ({ city, id }));
    expect(new Set(found)).toEqual(new Set(keys));
    expect((await app.run(PARTY, { ...keys[1]! })).data.party).toEqual({
      ...keys[1],
      name: "O\u200bd\u0308",
    });
  });

  test("is watched and changed", async () => {
    const key = await store(newName(), "O\u200bd");
    const followed = await follow(key);
    const watched = app.subscribe(WATCH, { ...key });
    expect((await watched.next()).value.data.peopleChanged.people).toBe(3);

    expect(await change(app, key, 3, 1)).toMatchObject({ people: 4 });
    expect((await watched.next()).value.data.peopleChanged.people).toBe(4);
    const moved = await app.run(UPDATE, { ...key, input: { date: "2041-01-01T00:00:00.000Z" } });
    expect(moved.data.updateParty.party).toMatchObject({ ...key, name: "O\u200bd", people: 4 });
    const { data } = await app.run(UPCOMING, { city: key.city });
    expect(data.upcomingParties.nodes).toMatchObject([{ id: key.id }]);

    await app.run(DELETE, { ...key });
    expect(await watched.next()).toMatchObject({ done: true });
    expect(await followed.end()).toEqual({ __typename: "PartyDeleted", ...key });
  });

  test("is deleted", async () => {
    const key = await store(newName());
    const { data } = await app.run(DELETE, { ...key });
    expect(data.deleteParty).toEqual({ __typename: "PartyDeleted" });
    expect((await app.run(DELETE, { ...key })).data.deleteParty).toEqual({
      __typename: "PartyNotFound",
    });
  });
});

test("a party that was stored before does not hide the parties of the city as it is spelt now", async () => {
  const { nfd, nfc } = newCity();
  const old = await store(nfd);
  const { party } = await create({ city: nfd, name: "New" });
  expect(await idsIn(nfd)).toEqual([old.id]);
  expect(await idsIn(nfc)).toEqual([party.id]);
  expect((await app.run(PARTY, { city: nfd, id: party.id })).data.party).toMatchObject({
    city: nfc,
  });
  await app.run(DELETE, { ...old });
  expect(await idsIn(nfd)).toEqual([party.id]);
});

test("a repeated delete does not delete the party of another spelling", async () => {
  const { nfd, nfc } = newCity();
  const old = await store(nfd);
  // Copied to the city as it is spelt now.
  await create({ city: nfc, name: "Copy", id: old.id });
  await app.run(DELETE, { ...old });
  expect((await app.run(DELETE, { ...old })).data.deleteParty.__typename).toBe("PartyNotFound");
  expect(await idsIn(nfc)).toEqual([old.id]);
});
