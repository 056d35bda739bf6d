import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Result, startApp, startAppOn, type TestApp } from "../fixtures/app.ts";
import { ADD, BROWSE, CHANGE, CREATE, createParty, DELETE, type Key } from "../fixtures/parties.ts";
import { startProxy } from "../fixtures/proxy.ts";

// A change of the count with an operation id is applied once, however often it is sent.

let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  app = await startApp();
  other = await startAppOn(app.keyspace);
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const add = async (key: Key, delta: number, operationId?: string, service = app) =>
  answerOf(await service.run(ADD, { ...key, delta, operationId })).addPeople;
/** Returns the data of an answer. Its errors would tell why there is none. */
function answerOf({ data, errors }: Result) {
  expect(errors).toBeUndefined();
  return data;
}
const change = async (
  key: Key,
  expected: number,
  delta: number,
  operationId?: string,
  service = app,
) => (await service.run(CHANGE, { ...key, expected, delta, operationId })).data.changePeople;
const changed = (people: number) => ({ __typename: "PeopleChanged", people });
const peopleOf = async ({ city }: Key) =>
  (await app.run(BROWSE, { city })).data.partiesInCity.nodes[0].people;

test("a repeated change gets the same answer from each service, whatever was changed since", async () => {
  const key = await createParty(app);
  const [one, two] = [randomUUID(), randomUUID()];
  expect(await add(key, 5, one)).toEqual(changed(5));
  expect(await change(key, 5, -1, two)).toEqual(changed(4));
  expect(await add(key, 10)).toEqual(changed(14));
  for (const service of [app, other]) {
    expect(await add(key, 5, one, service)).toEqual(changed(5));
    expect(await change(key, 5, -1, two, service)).toEqual(changed(4));
    expect(await change(key, 5, -1, two.toUpperCase(), service)).toEqual(changed(4));
  }
  expect(await peopleOf(key)).toBe(14);
});

test("a change that is sent many times at once to both services is applied once", async () => {
  const key = await createParty(app);
  const ids = Array.from({ length: 8 }, () => randomUUID());
  const sent = ids.flatMap((id, number) =>
    [app, other, app, other].map((service) => add(key, number + 1, id, service)),
  );
  const answers = await Promise.all(sent);
  ids.forEach((_, number) => {
    const told = answers.slice(number * 4, number * 4 + 4);
    expect(told).toEqual(Array(4).fill(changed(told[0].people)));
  });
  expect(await peopleOf(key)).toBe(36);
});

test("many changes, each sent to both services at once, are applied once each", async () => {
  const key = await createParty(app);
  const ids = Array.from({ length: 50 }, () => randomUUID());
  const sendAll = () => Promise.all(ids.flatMap((id) => [add(key, 1, id), add(key, 1, id, other)]));
  const answers = await sendAll();
  expect(answers.map(({ people }) => people).toSorted((a, b) => a - b)).toEqual(
    ids.flatMap((_, number) => [number + 1, number + 1]),
  );
  expect(await sendAll()).toEqual(answers);
  expect(await peopleOf(key)).toBe(50);
});

test("of many changes that expect the same count, one is applied, and its repetition returns the same", async () => {
  const key = await createParty(app);
  const ids = Array.from({ length: 10 }, () => randomUUID());
  const send = () =>
    Promise.all(ids.map((id, at) => change(key, 0, 1, id, at % 2 === 0 ? app : other)));
  const first = await send();
  const applied = first.findIndex(({ __typename }) => __typename === "PeopleChanged");
  expect(first.filter(({ __typename }) => __typename === "PeopleStale")).toHaveLength(9);
  const again = await send();
  expect(again[applied]).toEqual(changed(1));
  expect(again.filter(({ __typename }) => __typename === "PeopleStale")).toHaveLength(9);
  expect(await peopleOf(key)).toBe(1);
});

test("a refused change is evaluated again when it is repeated", async () => {
  const key = await createParty(app);
  const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
  expect(await change(key, 3, 1, one)).toMatchObject({ __typename: "PeopleStale", actual: 0 });
  expect(await add(key, -2, two)).toMatchObject({ __typename: "PeopleOutOfRange" });
  const missing = { ...key, id: randomUUID() };
  expect(await add(missing, 1, three)).toEqual({ __typename: "PartyNotFound" });

  await add(key, 3);
  expect(await change(key, 3, 1, one)).toEqual(changed(4));
  expect(await add(key, -2, two)).toEqual(changed(2));
  expect(await add(key, 1, three)).toEqual(changed(3));
});

test("a change by 0 is remembered, too", async () => {
  const key = await createParty(app, { people: 7 });
  const id = randomUUID();
  expect(await add(key, 0, id)).toEqual(changed(7));
  await add(key, 1);
  expect(await add(key, 0, id)).toEqual(changed(7));
});

test("the same id on another change is an error about that argument, and changes nothing", async () => {
  const key = await createParty(app);
  const [added, expecting] = [randomUUID(), randomUUID()];
  await add(key, 5, added);
  await change(key, 5, 1, expecting);
  const others = [
    [ADD, { delta: 4, operationId: added }],
    [CHANGE, { expected: 0, delta: 5, operationId: added }],
    [ADD, { delta: 1, operationId: expecting }],
    [CHANGE, { expected: 5, delta: 2, operationId: expecting }],
    [CHANGE, { expected: 6, delta: 1, operationId: expecting }],
  ] as const;
  for (const [mutation, args] of others) {
    const { errors } = await other.run(mutation, { ...key, ...args });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: "BAD_USER_INPUT", argument: ["operationId"] },
    ]);
  }
  const { errors } = await app.run(ADD, { ...key, delta: 1, operationId: "one" });
  expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  expect(await peopleOf(key)).toBe(6);
});

test("an id belongs to one party: another party can use the same one", async () => {
  const [one, two] = [await createParty(app), await createParty(app)];
  const id = randomUUID();
  expect(await add(one, 1, id)).toEqual(changed(1));
  expect(await add(two, 2, id)).toEqual(changed(2));
});

test("an id is forgotten when its party is deleted", async () => {
  const key = await createParty(app);
  const id = randomUUID();
  expect(await add(key, 5, id)).toEqual(changed(5));
  await app.run(DELETE, { ...key });
  expect(await add(key, 5, id)).toEqual({ __typename: "PartyNotFound" });
  await other.run(CREATE, { input: { ...key, name: "Again", people: 100 } });
  expect(await add(key, 5, id)).toEqual(changed(105));
});

test("a party remembers a limited number of ids, and one more is refused", async () => {
  const key = await createParty(app);
  const ids = Array.from({ length: 1024 }, () => randomUUID());
  const send = (from: number, to: number) =>
    Promise.all(ids.slice(from, to).map((id) => add(key, 1, id)));
  for (let from = 0; from < 1024; from += 256) {
    const counts = (await send(from, from + 256)).map(({ people }) => people);
    expect(Math.max(...counts)).toBe(from + 256);
  }
  const { errors } = await app.run(ADD, { ...key, delta: 1, operationId: randomUUID() });
  expect(errors?.[0]?.extensions).toEqual({ code: "TOO_MANY_OPERATIONS" });
  expect(await add(key, 1)).toEqual(changed(1025));
  const again = await send(0, 100);
  expect(again.map(({ people }) => people)).not.toContain(1025);
  expect(await peopleOf(key)).toBe(1025);
});

test("a change whose answer was lost is sent again and applied once", async () => {
  await using proxy = await startProxy(inject("cassandra").contactPoints[0]!);
  await using slow = await startAppOn(app.keyspace, {
    contactPoint: proxy.contactPoint,
    pollInterval: 0,
  });
  const key = await createParty(slow);
  const id = randomUUID();
  // The answers to the round and to its settlement.
  proxy.loseAnswer(1);
  proxy.loseAnswer(2);
  expect(await change(key, 0, 1, id, slow)).toEqual({ __typename: "OutcomeUnknown" });
  expect(await change(key, 0, 1, id, other)).toEqual(changed(1));
  expect(await change(key, 0, 1, id, slow)).toEqual(changed(1));
  expect(await peopleOf(key)).toBe(1);
});

test("a change whose request is late is sent to another service and applied once", async () => {
  await using proxy = await startProxy(inject("cassandra").contactPoints[0]!);
  await using slow = await startAppOn(app.keyspace, {
    contactPoint: proxy.contactPoint,
    pollInterval: 0,
  });
  const key = await createParty(slow);
  const id = randomUUID();
  const release = proxy.holdRequest(1);
  const late = change(key, 0, 1, id, slow);
  expect(await change(key, 0, 1, id, other)).toEqual(changed(1));
  expect(await change(key, 1, -1, undefined, other)).toEqual(changed(0));
  await release();
  expect(await late).toEqual(changed(1));
  expect(await peopleOf(key)).toBe(0);
});
