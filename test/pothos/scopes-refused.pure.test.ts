import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import { expect, test } from "vitest";
import CassandraPlugin from "../../src/pothos/index.ts";
import { createBankBuilder, Deposit, DepositByRating, Visit } from "./bank.ts";
import type { Data } from "./service.ts";

// Schemas with scopes that cannot be built, and why.

type BankBuilder = ReturnType<typeof createBankBuilder>;

/** Builds a schema of deposits, with options that the compiler refuses, too. */
function building(options: object, more: (builder: BankBuilder) => void = () => {}) {
  return (builder: BankBuilder = createBankBuilder()) => {
    builder.tableObject("Deposit", Deposit, options);
    builder.queryType({ fields: (t) => ({ deposit: t.row(Deposit) }) });
    more(builder);
    return builder.toSchema();
  };
}

const withField = (options: object) =>
  building({}, (builder) => builder.queryField("other", (t) => t.row(Deposit, options)));

/** A builder without the plugin that checks scopes. */
const bareBuilder = (options: object = {}): Data =>
  new SchemaBuilder<object>({
    plugins: [RelayPlugin, CassandraPlugin],
    cassandra: { session: () => undefined, live: () => undefined },
    ...options,
  } as never);

test.each([
  [
    "scopes that are no object",
    building({ scopes: false }),
    'Table "deposit": the option scopes must name scopes as in { read: "deposit:read" }, of ASCII characters without spaces, quotes and backslashes, but has undefined as read.',
  ],
  [
    "scopes without one of the three",
    building({ scopes: { read: "r", write: "w" } }),
    'Table "deposit": the option scopes must name scopes as in { admin: "deposit:admin" }, of ASCII characters without spaces, quotes and backslashes, but has undefined as admin.',
  ],
  [
    "a scope that no token could grant",
    building({ scopes: { read: "to read", write: "w", admin: "a" } }),
    'Table "deposit": the option scopes must name scopes as in { read: "deposit:read" }, of ASCII characters without spaces, quotes and backslashes, but has "to read" as read.',
  ],
  [
    "a scope of a table that has none",
    withField({ scope: "admin" }),
    'Table "deposit": t.row needs the scope "admin" of the table, which has no scopes: add scopes: true to tableObject.',
  ],
  [
    "an empty scope",
    withField({ scope: "" }),
    'Table "deposit": t.row needs a scope such as "admin", of ASCII characters without spaces, quotes and backslashes, but has "".',
  ],
  [
    "a scope that is no text",
    withField({ scope: null }),
    'Table "deposit": t.row needs a scope such as "admin", of ASCII characters without spaces, quotes and backslashes, but has null.',
  ],
  [
    "a scope of a column, of a table that has none",
    building({ columns: { pin: { scope: "read" } } }),
    'Table "deposit": column "pin" needs the scope "read" of the table, which has no scopes: add scopes: true to tableObject.',
  ],
  [
    "a scope of a key column",
    building({ scopes: true, columns: { holder: { scope: "admin" } } }),
    'Table "deposit": column "holder" cannot need a scope, because it is part of the key, which cursors and errors contain: let the fields need it.',
  ],
])("%s", (_, build, message) => {
  expect(() => build()).toThrow(message);
});

test("scopes need the plugin that checks them, and its options", () => {
  const message =
    'Field "Query.deposit" needs scopes, which @pothos/plugin-scope-auth checks: add it to the builder\'s plugins, and scopeAuth: viewerScopes to its options.';
  expect(() => building({ scopes: true })(bareBuilder())).toThrow(message);
  expect(() => building({ scopes: true })(bareBuilder({ scopeAuth: {} }))).toThrow(message);
  const plugins = ["scopeAuth", RelayPlugin, CassandraPlugin];
  expect(() => building({ scopes: true })(bareBuilder({ plugins }))).toThrow(message);
  expect(() => building({})(bareBuilder())).not.toThrow();
});

test("the scope of a column needs the plugin, too", () => {
  const build = building({ columns: { pin: { scope: "secrets" } } });
  expect(() => build(bareBuilder())).toThrow('Field "Deposit.pin" needs scopes, which');
});

test("a subscription with scopes needs authorizeOnSubscribe", () => {
  const build = building({ scopes: true }, (builder) =>
    builder.subscriptionType({ fields: (t) => ({ version: t.watch(Deposit) }) }),
  );
  const lazy = createBankBuilder({ authorizeOnSubscribe: false });
  expect(() => build(lazy)).toThrow(
    'Field "Subscription.version" needs scopes, but would be watched before they are checked: add authorizeOnSubscribe: true to the builder\'s option scopeAuth, or use viewerScopes.',
  );
  expect(() =>
    building({ scopes: true })(createBankBuilder({ authorizeOnSubscribe: false })),
  ).not.toThrow();
});

test("metadata of a field says what it needs", () => {
  const builder = createBankBuilder();
  builder.tableObject("Deposit", Deposit, {
    scopes: { read: "r", write: "w", admin: "a" },
    columns: { rating: { scope: "audit" }, pin: { scope: "admin" } },
  });
  builder.tableObject("Visit", Visit);
  builder.queryType({
    fields: (t) => ({
      deposits: t.partition(Deposit, { from: { bank: () => "B" } }),
      byRating: t.partition(DepositByRating),
      visits: t.partition(Visit, { authScopes: () => true }),
      free: t.row(Visit),
    }),
  });
  builder.mutationType({ fields: (t) => ({ open: t.create(Deposit) }) });
  const schema = builder.toSchema();
  const metadata = (type: string, field: string) => {
    const { extensions } = (schema.getType(type) as Data).getFields()[field];
    const { scopes, inputScopes, byViewer } = extensions["cassandra"];
    return { scopes, inputScopes, byViewer };
  };
  const none = { scopes: undefined, inputScopes: undefined, byViewer: undefined };
  const read = ["r", "w", "a"];
  expect(metadata("Query", "deposits")).toEqual({ ...none, scopes: [read], byViewer: true });
  expect(metadata("Query", "byRating")).toEqual({ ...none, scopes: [read, ["audit"]] });
  expect(metadata("Query", "visits")).toEqual({ ...none, byViewer: true });
  expect(metadata("Query", "free")).toEqual(none);
  expect(metadata("Deposit", "pin")).toEqual({ ...none, scopes: [["a"]] });
  expect(metadata("Mutation", "open")).toEqual({
    ...none,
    scopes: [["w", "a"]],
    inputScopes: { input: { rating: ["audit"], pin: ["a"] } },
  });
  expect(metadata("OpenInput", "pin")).toEqual({ ...none, scopes: [["a"]] });
});
