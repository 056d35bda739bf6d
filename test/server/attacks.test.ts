import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attacks, type Target } from "../bench/abuse/attacks.ts";
import { createHand } from "../bench/abuse/hand.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import {
  type AttackOperation,
  BY_ALIASES,
  BY_FRAGMENT,
  createLong,
  readPartitions,
  repeatNames,
  watchAtLength,
} from "../fixtures/attacks.ts";
import { eventually } from "../fixtures/eventually.ts";
import { BROWSE, createParty, type Key } from "../fixtures/parties.ts";
import { openPoster } from "../fixtures/poster.ts";
import { codesIn, send } from "../fixtures/send.ts";
import { json } from "./corpus.ts";

// Attacks from one address on a service with its default limits. How long its neighbours wait meanwhile is measured by
// `npm run bench -- abuse`.

/** How long each attack lasts, in milliseconds. */
const TIME = 2000;

const names = Object.keys(attacks) as (keyof typeof attacks)[];
/** What an attacker may be told. */
const answers = [
  "data",
  "PeopleChanged",
  "PartyCreated",
  "QUOTA_EXCEEDED",
  "429 QUOTA_EXCEEDED",
  "TOO_MANY_OPERATIONS",
  "OVERLOADED",
  "503 OVERLOADED",
  "TOO_MANY_TOKENS",
  "TOO_MANY_ROOT_FIELDS",
  "ANSWER_TOO_LARGE",
];

let app: TestApp;
let target: Omit<Target, "shared">;
/** Parties that nobody has attacked yet. */
const parties: Key[] = [];
beforeAll(async () => {
  app = await startApp(undefined, undefined, { limits: {}, allowAnonymous: true });
  for (const _ of names) parties.push(await createParty(app), await createParty(app));
  using poster = openPoster<{ createParty: { party: { id: string } } }>(app.url, { callers: 100 });
  const city = randomUUID();
  const create = async () => {
    const { query, variables = {} } = createLong(city);
    const { createParty: created } = await poster.post(query, variables);
    return { city, id: created.party.id };
  };
  const [long, ...own] = await Promise.all(Array.from({ length: 100 }, create));
  target = { url: app.url.replace("localhost", "127.0.0.1"), long: long!, own: own.slice(0, 50) };
});
afterAll(() => app[Symbol.asyncDispose]());

/** Reads a city and adds to a count at another address until the signal aborts. Returns every answer that is not right. */
async function liveBeside({ city, id }: Key, signal: AbortSignal): Promise<readonly string[]> {
  const agent = new Agent({ keepAlive: true, localAddress: "127.0.0.2" });
  const wrong: string[] = [];
  const post = async (query: string, variables: object, expected: string) => {
    const body = JSON.stringify({ query, variables });
    const { text } = await send(
      app.url.replace("localhost", "127.0.0.1"),
      { headers: json, body },
      agent,
    );
    if (!text.includes(expected)) wrong.push(text);
  };
  const add = `mutation ($city: String!, $id: UUID!, $operationId: UUID!) {
    addPeople(city: $city, id: $id, delta: 1, operationId: $operationId) { __typename }
  }`;
  while (!signal.aborted) {
    await post(BROWSE, { city }, id);
    await post(add, { city, id, operationId: randomUUID() }, "PeopleChanged");
    await sleep(20);
  }
  agent.destroy();
  return wrong;
}

test.each<[string, AttackOperation, string]>([
  ["1,899 aliased partitions", readPartitions(1899), "TOO_MANY_TOKENS"],
  ["65 in fewer than 1,000 tokens", readPartitions(65), "TOO_MANY_ROOT_FIELDS"],
  ["9,600 aliases of a name in 100 rows", repeatNames("a", BY_ALIASES), "TOO_MANY_TOKENS"],
  ["as many by a fragment", repeatNames("a", BY_FRAGMENT), "ANSWER_TOO_LARGE"],
  [
    "a subscription document of 84 kB",
    watchAtLength({ city: "a", id: randomUUID() }, 1),
    "ANSWER_TOO_LARGE",
  ],
])("%s is refused before it is executed", async (name, operation, code) => {
  const headers = { ...json, "x-forwarded-for": `192.0.2.${name.length}` };
  const answer = await send(app.url, { headers, body: JSON.stringify(operation) });
  expect(codesIn(answer)).toEqual([code]);
});

test.each(names)("beside %s, a neighbour gets every answer, and nothing is left", async (name) => {
  const [shared, own] = parties.splice(0, 2);
  const over = new AbortController();
  const beside = liveBeside(own!, over.signal);
  const outcomes = await attack(name, { ...target, shared: shared! });
  over.abort();
  expect(await beside).toEqual([]);
  expect(answers).toEqual(expect.arrayContaining(Object.keys(outcomes)));
  await eventually(() => expect(app.watched()).toBe(0));
});

async function attack(name: keyof typeof attacks, at: Target) {
  await using hand = createHand(at.url, TIME);
  await attacks[name](hand, at);
  return hand.taken().outcomes;
}
