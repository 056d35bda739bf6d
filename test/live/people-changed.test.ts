import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { change, CREATE, createParty, DELETE, WATCH } from "../fixtures/parties.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

type Watched = ReturnType<TestApp["subscribe"]>;
const next = async (watched: Watched) => (await watched.next()).value.data.peopleChanged;

test("peopleChanged sends the present count at once, then newer ones with larger ballots", async () => {
  const key = await createParty(app, { people: 5 });
  const watched = app.subscribe(WATCH, { ...key });
  const seen = [await next(watched)];
  for (const expected of [5, 6, 7]) {
    await change(app, key, expected, 1);
    seen.push(await next(watched));
  }

  expect(seen.map(({ people }) => people)).toEqual([5, 6, 7, 8]);
  const ballots = seen.map(({ asOf }) => BigInt(asOf));
  expect(ballots).toEqual(ballots.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(ballots).size).toBe(4);
});

test("many subscribers of one party all end at its newest count", async () => {
  const key = await createParty(app);
  const watchers = Array.from({ length: 20 }, () => app.subscribe(WATCH, { ...key }));
  await Promise.all(watchers.map(next));
  for (let people = 0; people < 10; people++) await change(app, key, people, 1);

  const last = await Promise.all(
    watchers.map(async (watched) => {
      for await (const { data } of watched) if (data.peopleChanged.people === 10) return 10;
      return undefined;
    }),
  );
  expect(last).toEqual(Array(20).fill(10));
});

test("with the present ballot as since only newer counts are sent", async () => {
  const key = await createParty(app);
  const first = app.subscribe(WATCH, { ...key });
  const { asOf } = await next(first);

  const resumed = app.subscribe(WATCH, { ...key, since: asOf });
  const later = next(resumed);
  await change(app, key, 0, 1);
  expect((await later).people).toBe(1);
});

test("with an older or newer ballot as since the present count is sent", async () => {
  const key = await createParty(app, { people: 2 });

  for (const since of ["1", "9000000000000000"]) {
    expect((await next(app.subscribe(WATCH, { ...key, since }))).people).toBe(2);
  }
});

test("watching an unknown party is an error", async () => {
  const watched = app.subscribe(WATCH, { city: "Rome", id: randomUUID() });
  const { value } = await watched.next();
  expect(value.errors[0].extensions.code).toBe("PARTY_NOT_FOUND");
});

test.each(["-0", "1.5", "x", "9223372036854775808"])(
  "the write time %s is refused",
  async (since) => {
    const key = await createParty(app);
    const { value } = await app.subscribe(WATCH, { ...key, since }).next();
    const refusal = { code: "BAD_USER_INPUT", argument: ["since"] };
    expect(value.errors[0].extensions).toEqual(refusal);

    const literal = `subscription { peopleChanged(city: "Rome", id: "${key.id}", since: "${since}") { people } }`;
    await expect(app.subscribe(literal).next()).rejects.toMatchObject([{ extensions: refusal }]);
  },
);

test("a subscription completes when the party is deleted, and a new party with its id can be watched", async () => {
  const key = await createParty(app, { people: 1 });
  const watched = app.subscribe(WATCH, { ...key });
  await next(watched);
  await app.run(DELETE, { ...key });
  expect(await watched.next()).toMatchObject({ done: true });

  await app.run(CREATE, { input: { ...key, name: "Again", people: 8 } });
  expect((await next(app.subscribe(WATCH, { ...key }))).people).toBe(8);
});

test("the party's other fields are read in the same moment as the count", async () => {
  const key = await createParty(app);
  const watched = app.subscribe(
    `subscription ($city: String!, $id: UUID!) {
      peopleChanged(city: $city, id: $id) { city id people party { people name } }
    }`,
    { ...key },
  );
  expect(await next(watched)).toEqual({ ...key, people: 0, party: { people: 0, name: "A party" } });
  await change(app, key, 0, 3);
  expect(await next(watched)).toEqual({ ...key, people: 3, party: { people: 3, name: "A party" } });
});

test("peopleChanged is served over Server-Sent Events", async () => {
  const key = await createParty(app, { people: 6 });
  const response = await fetch(app.url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ query: WATCH, variables: key }),
  });
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('"people":6')) break;
  }
  expect(text).toMatch(/^event: next\ndata: .*"people":6/m);
});
