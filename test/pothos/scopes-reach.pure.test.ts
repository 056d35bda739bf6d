import { graphql, parse, subscribe } from "graphql";
import { expect, test } from "vitest";
import { createViewer, type Viewer } from "../../src/pothos/index.ts";
import { createUsableSchema } from "../../src/server/usable-schema.ts";
import { bankSchema, createBankBuilder, Deposit, DepositByRating } from "./bank.ts";
import type { Data } from "./service.ts";

// A column is protected wherever its value goes: in entries of an order, in outcomes and in events.

const having = (...scopes: readonly string[]) => createViewer({ claims: { sub: "ann" }, scopes });
const staff = createViewer({ claims: { sub: "bob", staff: true }, scopes: [] });

const row = { bank: "B", holder: "ann", rating: 9, balance: 3n, pin: "1234" };

/** A service with one deposit, to which every change succeeds unless it is refused. */
const serviceOf = (viewer: Viewer) => ({
  viewer,
  session: { load: async () => row, run: async () => row },
  lanes: { change: async () => ({ outcome: "changed", answer: 4n }) },
  live: untouched,
});

const untouched = new Proxy({}, { get: () => undefined });

async function told(schema: Data, source: string, viewer: Viewer) {
  const contextValue = serviceOf(viewer);
  const { data, errors = [] } = await graphql({ schema, source, contextValue });
  return { data, codes: errors.map(({ extensions }) => extensions["code"]) };
}

/** Builds a schema with an object of the order, whichever object is defined first. */
function schemaWithEntries(first: "order" | "source") {
  const builder = createBankBuilder();
  const entries = () => builder.tableObject("DepositEntry", DepositByRating);
  if (first === "order") entries();
  builder.tableObject("Deposit", Deposit, {
    scopes: true,
    columns: { rating: { scope: "audit" } },
  });
  if (first === "source") entries();
  const Shelf = builder.objectRef<object>("Shelf").implement({
    fields: (t) => ({
      entry: t.field({ type: "DepositEntry" as never, resolve: () => row as never }),
    }),
  });
  builder.queryType({
    fields: (t) => ({
      entry: t.row(DepositByRating),
      shelf: t.field({ type: Shelf, resolve: () => ({}) }),
    }),
  });
  builder.subscriptionType({ fields: (t) => ({ entries: t.follow(DepositByRating) }) });
  return builder.toSchema();
}

test.each(["order", "source"] as const)(
  "an order's object keeps the scopes of its source's columns, with the %s defined first",
  async (first) => {
    const schema = schemaWithEntries(first);
    const source = '{ entry(bank: "B", rating: 9, holder: "ann") { holder } }';
    expect(await told(schema, source, having("deposit:read"))).toEqual({
      data: { entry: null },
      codes: ["FORBIDDEN"],
    });
    expect(await told(schema, source, having("audit"))).toMatchObject({ codes: ["FORBIDDEN"] });
    expect(await told(schema, source, having("deposit:read", "audit"))).toEqual({
      data: { entry: { holder: "ann" } },
      codes: [],
    });
    const ownField = "{ shelf { entry { rating } } }";
    expect((await told(schema, ownField, having("deposit:read"))).codes).toEqual(["FORBIDDEN"]);
    expect((await told(schema, ownField, having("audit"))).codes).toEqual([]);
    const followed = await subscribe({
      schema,
      document: parse('subscription { entries(bank: "B") { __typename } }'),
      contextValue: serviceOf(having("deposit:read")),
    });
    expect(followed).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
  },
);

/** Builds a schema whose balances have authScopes. */
function schemaWithAuth(columns: object) {
  const builder = createBankBuilder();
  builder.tableObject("Deposit", Deposit, { columns });
  builder.queryType({ fields: (t) => ({ deposit: t.row(Deposit) }) });
  builder.mutationType({
    fields: (t) => ({ pay: t.add(Deposit, "balance"), set: t.change(Deposit, "balance") }),
  });
  return builder.toSchema();
}

test("authScopes of a column cover the outcomes that contain it", async () => {
  const schema = schemaWithAuth({ balance: { authScopes: { staff: true } } });
  const paid = (selected: string) =>
    `mutation { pay(bank: "B", holder: "ann", delta: "1") { ... on DepositBalanceChanged { ${selected} } } }`;
  for (const selected of ["balance", "asOf", "deposit { balance }"]) {
    const { data, codes } = await told(schema, paid(selected), having());
    expect([selected, codes.length]).toEqual([selected, 1]);
    expect(JSON.stringify(data)).not.toMatch(/[34]/);
  }
  expect((await told(schema, paid("bank holder"), having())).codes).toEqual([]);
  expect(await told(schema, paid("balance"), staff)).toEqual({
    data: { pay: { balance: "4" } },
    codes: [],
  });
});

test("a refusal does not tell the value of a column with authScopes in its message either", async () => {
  const changed = async (columns: object, selected: string) => {
    const schema = schemaWithAuth(columns);
    const lanes = {
      change: async (_table: unknown, _key: unknown, change: (row: object) => unknown) => ({
        outcome: "refused",
        reason: change({ assume() {}, get: () => 3n, refuse: (reason: unknown) => reason }),
      }),
    };
    const source = `mutation { set(bank: "B", holder: "ann", expected: "7", delta: "1") { ... on DepositBalanceStale { ${selected} } } }`;
    const contextValue = { ...serviceOf(having()), lanes };
    const { data, errors = [] } = await graphql({ schema, source, contextValue });
    return [JSON.stringify(data), errors.length];
  };
  const guarded = { balance: { authScopes: { staff: true } } };
  expect(await changed({}, "message")).toEqual(['{"set":{"message":"balance is 3, not 7."}}', 0]);
  expect(await changed(guarded, "message")).toEqual([
    '{"set":{"message":"balance does not have the expected value."}}',
    0,
  ]);
  expect(await changed(guarded, "actual")).toEqual(['{"set":null}', 1]);
});

test("a function as authScopes needs the row, which outcomes do not have", () => {
  const build = (columns: object) => () => schemaWithAuth(columns);
  expect(build({ balance: { authScopes: () => true } })).toThrow(
    'Type "DepositBalanceChanged" has column "balance" of table "deposit", but not the whole row that the function authScopes of this column may need: let the column need a scope instead: columns: { "balance": { scope: … } }. A map as authScopes is possible, too.',
  );
  expect(build({ holder: { authScopes: () => true } })).toThrow(
    'has column "holder" of table "deposit", but not the whole row that the function authScopes of this column may need: give authScopes to the fields that return rows instead.',
  );
  expect(build({ pin: { authScopes: () => true } })).not.toThrow();
});

test("the event about a column apart tells nothing without the column's scope", async () => {
  const type = "DepositRatingChanged";
  const { [type]: whole } = bankSchema.getTypeMap() as Data;
  const fields = Object.values(whole.getFields()) as Data[];
  expect(fields.map(({ name }) => name)).toEqual(["bank", "holder", "rating", "asOf", "deposit"]);
  for (const { name, extensions } of fields) {
    expect([name, extensions.cassandra.scopes]).toEqual([name, [["audit"]]]);
  }
  const usableOf = createUsableSchema(bankSchema);
  const usable = (viewer: Viewer) => usableOf(viewer).schema();
  expect(usable(having("deposit:read")).getType(type)).toBeUndefined();
  expect(usable(having("deposit:read")).getType("DepositUpdated")).toBeDefined();
  expect(usable(having("deposit:read", "audit")).getType(type)).toBeDefined();
});
