import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attacks, type Target } from "../bench/abuse/attacks.ts";
import { createHand } from "../bench/abuse/hand.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { createLong } from "../fixtures/attacks.ts";
import { eventually } from "../fixtures/eventually.ts";
import { BROWSE, createParty, type Key } from "../fixtures/parties.ts";
import { openPoster } from "../fixtures/poster.ts";
import { send } from "../fixtures/send.ts";
import { json } from "./corpus.ts";

// Attacks from one address on a service with its default limits. How long its neighbours wait meanwhile is measured by
// `npm run bench -- abuse`.

/** How long each attack lasts, in milliseconds. */
const TIME = 2000;

const names = Object.keys(attacks) as (keyof typeof attacks)[];
const refusals: Partial<Record<keyof typeof attacks, readonly string[]>> = {
  "1,899 aliased partitions": ["TOO_MANY_ROOT_FIELDS", "TOO_MANY_TOKENS"],
  "9,600 aliases of a long name": ["ANSWER_TOO_LARGE", "TOO_MANY_TOKENS"],
  "ten subscription documents of 84 kB": ["ANSWER_TOO_LARGE"],
  "a flood of operation ids": ["TOO_MANY_OPERATIONS"],
};

let app: TestApp;
let target: Omit<Target, "shared">;
/** Parties that nobody has attacked yet. */
const parties: Key[] = [];
beforeAll(async () => {
  app = await startApp(undefined, undefined, { limits: {} });
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

test.each(names)("beside %s, a neighbour gets every answer, and nothing is left", async (name) => {
  const [shared, own] = parties.splice(0, 2);
  const over = new AbortController();
  const beside = liveBeside(own!, over.signal);
  const outcomes = await attack(name, { ...target, shared: shared! });
  over.abort();
  expect(await beside).toEqual([]);
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining([...(refusals[name] ?? [])]));
  await eventually(() => expect(app.watched()).toBe(0));
});

async function attack(name: keyof typeof attacks, at: Target) {
  await using hand = createHand(at.url, TIME);
  await attacks[name](hand, at);
  return hand.taken().outcomes;
}
