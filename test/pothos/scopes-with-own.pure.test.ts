import { graphql, parse, subscribe } from "graphql";
import { describe, expect, test } from "vitest";
import { createStranger, createViewer, type Viewer } from "../../src/pothos/index.ts";
import { createBankBuilder, Deposit } from "./bank.ts";

// Scopes of a table, together with authScopes of the user's own.

type BankBuilder = ReturnType<typeof createBankBuilder>;
type Strategy = "any" | "all";

const reader = createViewer({ claims: { sub: "ann" }, scopes: ["deposit:read"] });
const readingClerk = createViewer({
  claims: { sub: "bob", staff: true },
  scopes: ["deposit:read", "audit"],
});
const clerk = createViewer({ claims: { sub: "carl", staff: true }, scopes: ["audit"] });
const stranger = createStranger({ scopes: [] });

/** What plugins call authScopes: a map, or a function that returns one, or a boolean. */
type OwnScopes = object | ((...call: readonly never[]) => unknown);

/** Tells whether a caller gets through to the resolver of a field with its own authScopes. */
async function passes(authScopes: OwnScopes, viewer: Viewer, strategy: Strategy = "any") {
  const builder = createBankBuilder({ defaultStrategy: strategy as never });
  defineFields(builder, authScopes);
  const schema = builder.toSchema();
  const contextValue = { viewer };
  const key = 'bank: "B", holder: "ann"';
  const query = await graphql({
    schema,
    source: `{ deposit(${key}) { __typename } }`,
    contextValue,
  });
  const event = await subscribe({
    schema,
    document: parse(`subscription { version(${key}) { __typename } }`),
    contextValue,
  });
  const outcomes = [query, event].map((result) =>
    "errors" in result ? (result.errors ?? []).map(({ message }) => message) : [],
  );
  const through = outcomes.map((messages) => messages.includes("Resolved."));
  expect(through[0]).toBe(through[1]);
  return through[0];
}

function defineFields(builder: BankBuilder, authScopes: OwnScopes) {
  const own = { authScopes } as object;
  const resolved = () => {
    throw new Error("Resolved.");
  };
  builder.tableObject("Deposit", Deposit, { scopes: true });
  builder.queryType({
    fields: (t) => ({ deposit: t.row(Deposit, { ...own, resolve: resolved }) }),
  });
  builder.subscriptionType({
    fields: (t) => ({ version: t.watch(Deposit, { ...own, subscribe: resolved }) }),
  });
}

const yes = async () => true;
const later = (value: unknown) => async () => value;

/** Own scopes, and whether a clerk passes them; everybody else does not. By strategy, if it matters. */
const cases: readonly (readonly [
  string,
  OwnScopes,
  boolean | Readonly<Record<Strategy, boolean>>,
])[] = [
  ["a map", { staff: true }, true],
  ["a map with the scope of the plugin", { scope: "audit" }, true],
  ["a map with a scope that nobody has", { scope: "none" }, false],
  ["a map of which one entry passes", { staff: true, scope: "none" }, { any: true, all: false }],
  ["a map of which all entries pass", { staff: true, scope: "audit" }, true],
  ["a map with $all", { $all: { staff: true, scope: "none" } }, false],
  ["a map with $any", { $any: { staff: true, scope: "none" } }, true],
  ["a function that returns a map", () => ({ staff: true }), true],
  ["a function that returns a map that fails", () => ({ scope: "none" }), false],
  ["a promise of a map", later({ staff: true }), true],
  ["a function that returns false", () => false, false],
  ["a promise of false", later(false), false],
];

describe.each(["any", "all"] as const)("with the strategy %s", (strategy) => {
  test.each(cases)("%s and the scope of the table must both pass", async (_, own, passing) => {
    const isPassing = typeof passing === "boolean" ? passing : passing[strategy];
    expect(await passes(own, readingClerk, strategy)).toBe(isPassing);
    expect(await passes(own, reader, strategy)).toBe(false);
    expect(await passes(own, clerk, strategy)).toBe(false);
    expect(await passes(own, stranger, strategy)).toBe(false);
  });

  test("a function that allows everybody replaces no scope", async () => {
    for (const own of [() => true, yes]) {
      expect(await passes(own, reader, strategy)).toBe(true);
      expect(await passes(own, clerk, strategy)).toBe(false);
    }
  });

  test("an empty map allows and refuses what it does without scopes", async () => {
    expect(await passes({}, reader, strategy)).toBe(strategy === "all");
    expect(await passes({}, clerk, strategy)).toBe(false);
  });
});

test("a function that returns nothing allows nobody", async () => {
  for (const own of [() => undefined, () => null, later(undefined)]) {
    expect(await passes(own, readingClerk)).toBe(false);
  }
});

test("own functions are not called for callers without the scope", async () => {
  const asked: unknown[] = [];
  const own = (_parent: never, args: never) => {
    asked.push(args);
    return true;
  };
  expect(await passes(own, stranger)).toBe(false);
  expect(asked).toEqual([]);
  expect(await passes(own, reader)).toBe(true);
  expect(asked).toEqual([
    { bank: "B", holder: "ann" },
    { bank: "B", holder: "ann" },
  ]);
});

test("scopes that a field gets by withAuth are kept", async () => {
  const builder = createBankBuilder();
  builder.tableObject("Deposit", Deposit, { scopes: true });
  builder.queryType({
    fields: (t) => ({
      deposit: t.withAuth({ staff: true }).row(Deposit, { resolve: () => null }),
    }),
  });
  const schema = builder.toSchema();
  const source = '{ deposit(bank: "B", holder: "ann") { __typename } }';
  const refusals = async (viewer: Viewer) => {
    const { errors = [] } = await graphql({ schema, source, contextValue: { viewer } });
    return errors.map(({ message, extensions }) => [extensions["code"], message]);
  };
  expect(await refusals(readingClerk)).toEqual([]);
  expect(await refusals(reader)).toEqual([
    ["FORBIDDEN", "Not authorized to resolve Query.deposit."],
  ]);
  expect(await refusals(clerk)).toEqual([["FORBIDDEN", 'This needs the scope "deposit:read".']]);
});
