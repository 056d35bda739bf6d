import { parse, subscribe } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStranger, createViewer } from "../../src/pothos/index.ts";
import { graphqlTwice } from "../fixtures/graphql-twice.ts";
import { bankSchema, bankTables } from "./bank.ts";
import { type Data, openService, type Service } from "./service.ts";

// Columns with scopes: who sees their values, and who may give them.

const viewerOf = (...scopes: readonly string[]) => ({
  viewer: createViewer({ claims: { sub: "ann" }, scopes }),
});
const chief = viewerOf("deposit:admin", "audit", "visits", "ring:admin");
const reader = viewerOf("deposit:read");
const writer = viewerOf("deposit:write");

let service: Service;
beforeAll(async () => {
  service = await openService(bankSchema, ...bankTables);
}, 60_000);
afterAll(() => service?.[Symbol.asyncDispose]());

const create = (bank: string, input = "") =>
  service.run(
    `mutation { open(input: { bank: "${bank}", holder: "ann", pin: "1234" ${input} }) { __typename } }`,
    {},
    chief,
  );

/** Runs an operation, and returns its data with the places and codes of its errors. */
async function answer(source: string, context: object) {
  const contextValue = service.contextOf(context);
  const { data, errors = [] } = await graphqlTwice({ schema: bankSchema, source, contextValue });
  const refusals = errors.map(({ path, extensions }) => [path?.join("."), extensions["code"]]);
  return { data: data as Data, refusals };
}

test("a nullable column is null with an error for who may not see it, and the rest is shown", async () => {
  await create("nullable");
  const source = '{ deposit(bank: "nullable", holder: "ann") { balance pin } }';
  expect(await answer(source, reader)).toEqual({
    data: { deposit: { balance: "0", pin: null } },
    refusals: [["deposit.pin", "FORBIDDEN"]],
  });
  expect(await answer(source, chief)).toEqual({
    data: { deposit: { balance: "0", pin: "1234" } },
    refusals: [],
  });
});

test("another column costs its row", async () => {
  await create("whole");
  const source = '{ deposit(bank: "whole", holder: "ann") { balance rating } }';
  expect(await answer(source, reader)).toEqual({
    data: { deposit: null },
    refusals: [["deposit.rating", "FORBIDDEN"]],
  });
});

test("columns need their scopes in pages and under other names, too", async () => {
  await create("page");
  const source =
    '{ deposits(bank: "page") { nodes { holder secret: pin } edges { node { ...F } } } } fragment F on Deposit { pin }';
  const { data, refusals } = await answer(source, reader);
  expect(data.deposits.nodes).toEqual([{ holder: "ann", secret: null }]);
  expect(data.deposits.edges).toEqual([{ node: { pin: null } }]);
  expect(refusals).toEqual([
    ["deposits.nodes.0.secret", "FORBIDDEN"],
    ["deposits.edges.0.node.pin", "FORBIDDEN"],
  ]);
});

test("the error says which scope is needed", async () => {
  await create("message");
  const source = '{ deposit(bank: "message", holder: "ann") { pin } }';
  const path = ["deposit", "pin"];
  const scopes = ["deposit:admin"];
  expect(await service.fail(source, {}, reader)).toEqual([
    {
      message: 'This needs the scope "deposit:admin".',
      path,
      extensions: { code: "FORBIDDEN", scopes },
    },
  ]);
  const guest = { viewer: createStranger({ scopes: ["deposit:read"] }) };
  expect(await service.fail(source, {}, guest)).toEqual([
    {
      message: 'Sign in first: this needs the scope "deposit:admin".',
      path,
      extensions: { code: "UNAUTHENTICATED", scopes },
    },
  ]);
});

test("a row in a result hides its columns as everywhere", async () => {
  await create("result");
  const source =
    'mutation { open(input: { bank: "result", holder: "ann" }) { ... on DepositExists { deposit { balance pin } } } }';
  const errors = await service.fail(source, {}, writer);
  expect(errors).toMatchObject([
    { path: ["open", "deposit", "pin"], extensions: { code: "FORBIDDEN" } },
  ]);
});

test("who may not give a column changes nothing else with it", async () => {
  await create("given");
  const stored = async () =>
    (
      await service.run(
        '{ deposit(bank: "given", holder: "ann") { opened pin rating } }',
        {},
        chief,
      )
    ).deposit;
  const before = await stored();
  const source = `mutation ($input: AdjustInput!) {
    adjust(bank: "given", holder: "ann", input: $input) { __typename }
  }`;
  for (const input of [{ opened: { set: 9 }, pin: "0" }, { pin: null }]) {
    expect(await service.fail(source, { input }, writer)).toMatchObject([
      { path: ["adjust"], extensions: { code: "FORBIDDEN", scopes: ["deposit:admin"] } },
    ]);
  }
  expect(await stored()).toEqual(before);
  const { adjust } = await service.run(source, { input: { opened: { set: 9 } } }, writer);
  expect(adjust).toEqual({ __typename: "DepositUpdated" });
  expect(await stored()).toEqual({ ...before, opened: 9 });
});

test("a row gets the default of a column that its creator may not give", async () => {
  const source =
    'mutation { open(input: { bank: "default", holder: "ann" }) { __typename ... on DepositCreated { deposit { balance } } } }';
  const { open } = await service.run(source, {}, writer);
  expect(open).toEqual({ __typename: "DepositCreated", deposit: { balance: "0" } });
  const { deposit } = await service.run(
    '{ deposit(bank: "default", holder: "ann") { rating limit } }',
    {},
    chief,
  );
  expect(deposit).toEqual({ rating: 5, limit: 100 });
});

test("an event tells a column only to who may see it", async () => {
  await create("event");
  const events = async (context: object) => {
    const result = await subscribe({
      schema: bankSchema,
      document: parse(
        'subscription { version(bank: "event", holder: "ann") { deposit { balance pin } } }',
      ),
      contextValue: service.contextOf(context),
    });
    const iterator = (result as AsyncGenerator<Data>)[Symbol.asyncIterator]();
    const { value } = await iterator.next();
    await iterator.return?.(undefined);
    return value;
  };
  expect(await events(reader)).toMatchObject({
    data: { version: { deposit: { balance: "0", pin: null } } },
    errors: [{ path: ["version", "deposit", "pin"] }],
  });
  const { data, errors } = await events(chief);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ version: { deposit: { balance: "0", pin: "1234" } } });
});
