import { parse, subscribe, validate } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStranger, createViewer, openViewer } from "../../src/pothos/index.ts";
import { graphqlTwice } from "../fixtures/graphql-twice.ts";
import { bankSchema, bankTables } from "./bank.ts";
import { type Data, openService, type Service } from "./service.ts";

// Two identities and one schema, whose letters are bound to the viewer: whatever one sends, it gets only its own.

const viewerOf = (sub: string, claims: object = {}) => ({
  viewer: createViewer({ claims: { sub, ...claims }, scopes: [] }),
});
const ann = viewerOf("ann");
const bob = viewerOf("bob");

let service: Service;
beforeAll(async () => {
  service = await openService(bankSchema, ...bankTables);
  for (const [who, whose] of [
    ["ann", ann],
    ["bob", bob],
  ] as const) {
    for (const at of [1, 2, 3]) await write(`${who} ${at}`, at, whose);
  }
}, 60_000);
afterAll(() => service?.[Symbol.asyncDispose]());

const write = (body: string, at: number, context: object) =>
  service.run(
    `mutation ($input: WriteLetterInput!) { writeLetter(input: $input) { __typename } }`,
    { input: { at, body } },
    context,
  );

const bodies = async (source: string, context: object, variables: object = {}) => {
  const [connection]: Data[] = Object.values(await service.run(source, variables, context));
  return connection.nodes.map(({ body }: Data) => body);
};

test("one document gives each viewer its own rows", async () => {
  const source = "{ myLetters { nodes { body } } }";
  expect(await bodies(source, ann)).toEqual(["ann 1", "ann 2", "ann 3"]);
  expect(await bodies(source, bob)).toEqual(["bob 1", "bob 2", "bob 3"]);
  const byBody = "{ myLettersByBody { nodes { body } } }";
  expect(await bodies(byBody, ann)).toEqual(["ann 1", "ann 2", "ann 3"]);
  expect(await bodies(byBody, bob)).toEqual(["bob 1", "bob 2", "bob 3"]);
  const row = "{ myLetter(at: 2) { owner body } }";
  expect(await service.run(row, {}, ann)).toEqual({ myLetter: { owner: "ann", body: "ann 2" } });
  expect(await service.run(row, {}, bob)).toEqual({ myLetter: { owner: "bob", body: "bob 2" } });
});

describe("the owner is nothing that a client can give", () => {
  test.each([
    '{ myLetters(owner: "bob") { nodes { body } } }',
    '{ myLettersByBody(owner: "bob") { nodes { body } } }',
    '{ myLetter(owner: "bob", at: 1) { body } }',
    'mutation { writeLetter(input: { owner: "bob", at: 9 }) { __typename } }',
    'mutation { editLetter(owner: "bob", at: 1, input: { body: "" }) { __typename } }',
    'mutation { editLetter(at: 1, input: { owner: "bob", body: "" }) { __typename } }',
    'mutation { burnLetter(owner: "bob", at: 1) { __typename } }',
    'subscription { lettersChanged(owner: "bob") { __typename } }',
  ])("%s is not valid", (source) => {
    expect(validate(bankSchema, parse(source)).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^(Unknown argument|Field) "owner"/),
    ]);
  });

  test("nor in a variable", async () => {
    const source =
      "mutation ($input: WriteLetterInput!) { writeLetter(input: $input) { __typename } }";
    const [error] = await service.fail(source, { input: { at: 9, owner: "bob" } }, ann);
    expect(error).toMatchObject({ message: expect.stringContaining('"owner" is not defined') });
  });
});

describe("a cursor leads to no other partition", () => {
  const pages = [
    ["myLetters", "after: $after"],
    ["myLetters", "after: $after, order: REVERSED"],
    ["myLetters", "after: $after, at: { gte: 0 }"],
    ["myLettersByBody", "after: $after"],
  ] as const;
  const pageOf = (field: string, args: string) =>
    `query ($after: String) { ${field}(${args}) { nodes { body } } }`;

  /** Returns the cursor of somebody's first letter. */
  async function cursorOf(field: string, context: object): Promise<string> {
    const data = await service.run(
      `{ ${field}(first: 1) { pageInfo { endCursor } } }`,
      {},
      context,
    );
    return data[field].pageInfo.endCursor;
  }

  test.each(pages)("that somebody else got of %s(%s)", async (field, args) => {
    const after = await cursorOf(field, bob);
    expect(await service.fail(pageOf(field, args), { after }, ann)).toMatchObject([
      { extensions: { code: "BAD_CURSOR" } },
    ]);
  });

  test.each(pages)("that is made of %s(%s)", async (field, args) => {
    type Parts = [field: string, partition: string, clustering: string];
    const read = (cursor: string) =>
      JSON.parse(Buffer.from(cursor, "base64url").toString()) as Parts;
    const made = (parts: readonly unknown[]) =>
      Buffer.from(JSON.stringify(parts)).toString("base64url");
    const own = read(await cursorOf(field, ann));
    const others = read(await cursorOf(field, bob));
    const forged = [
      [own[0], others[1], own[2]],
      [own[0], others[1], others[2]],
      [own[0], [others[1]], own[2]],
      [own[0], "", own[2]],
      [own[0], `${own[1]} ${others[1]}`, own[2]],
    ];
    for (const parts of forged) {
      const after = made(parts);
      expect(await service.fail(pageOf(field, args), { after }, ann)).toMatchObject([
        { extensions: { code: "BAD_CURSOR" } },
      ]);
    }
    // Its own partition with the other's place in it shows its own rows from that place on.
    const after = made([own[0], own[1], others[2]]);
    const result = await graphqlTwice({
      schema: bankSchema,
      source: pageOf(field, args),
      variableValues: { after },
      contextValue: service.contextOf(ann),
    });
    const shown: readonly Data[] = (result.data as Data)?.[field].nodes ?? [];
    expect(shown.every(({ body }) => body.startsWith("ann"))).toBe(true);
  });
});

test("changes and deletions reach only the viewer's own rows", async () => {
  await write("bob 7", 7, bob);
  const edit = 'mutation { editLetter(at: 7, input: { body: "ann was here" }) { __typename } }';
  expect(await service.run(edit, {}, ann)).toEqual({
    editLetter: { __typename: "LetterNotFound" },
  });
  const burn = "mutation { burnLetter(at: 7) { __typename } }";
  expect(await service.run(burn, {}, ann)).toEqual({
    burnLetter: { __typename: "LetterNotFound" },
  });
  await write("ann 7", 7, ann);
  expect(await service.run(burn, {}, ann)).toEqual({ burnLetter: { __typename: "LetterDeleted" } });
  expect(await service.run("{ myLetter(at: 7) { body } }", {}, bob)).toEqual({
    myLetter: { body: "bob 7" },
  });
});

test("a subscription sends only the viewer's own changes", async () => {
  const events = async (context: object) =>
    (await subscribe({
      schema: bankSchema,
      document: parse(
        "subscription { lettersChanged { ... on LetterCreated { letter { body } } } }",
      ),
      contextValue: service.contextOf(context),
    })) as AsyncGenerator<Data>;
  const ofAnn = await events(ann);
  const ofBob = await events(bob);
  const [toAnn, toBob] = [ofAnn.next(), ofBob.next()];
  await write("bob 8", 8, bob);
  expect((await toBob).value.data).toEqual({ lettersChanged: { letter: { body: "bob 8" } } });
  await write("ann 8", 8, ann);
  expect((await toAnn).value.data).toEqual({ lettersChanged: { letter: { body: "ann 8" } } });
  await Promise.all([ofAnn.return(undefined), ofBob.return(undefined)]);
});

test.each([
  ["a stranger", createStranger({ scopes: ["letter:read"] })],
  ["everybody, where nobody can sign in", openViewer],
])("%s has no rows of its own, also none without a name", async (_, viewer) => {
  const requests = [
    "{ myLetters { nodes { body } } }",
    "{ myLetter(at: 1) { body } }",
    "mutation { writeLetter(input: { at: 1 }) { __typename } }",
    "mutation { burnLetter(at: 1) { __typename } }",
  ];
  for (const source of requests) {
    expect(await service.fail(source, {}, { viewer })).toMatchObject([
      { message: "Sign in first.", extensions: { code: "UNAUTHENTICATED" } },
    ]);
  }
});

test("identities that differ only in case, blanks or Unicode form have different rows", async () => {
  const names = ["zoë", "zoe\u0308", "Zoë", " zoë", "zoë "];
  for (const [at, name] of names.entries()) await write(name, at, viewerOf(name));
  for (const name of names) {
    expect(await bodies("{ myLetters { nodes { body } } }", viewerOf(name))).toEqual([name]);
  }
});
