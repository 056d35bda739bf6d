import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import { graphql, parse, subscribe } from "graphql";
import { expect, test } from "vitest";
import { asc, bigint, type Session, table, text } from "../../src/cassandra/index.ts";
import type { Lanes } from "../../src/lane/index.ts";
import type { Live } from "../../src/live/index.ts";
import CassandraPlugin, { type CassandraScalars } from "../../src/pothos/index.ts";

/** The accounts of a bank. Each has a secret. */
const Account = table(
  "account",
  { bank: text(), owner: text().as("holder"), balance: bigint().default(0n), pin: text() },
  { partition: ["bank"], clustering: [asc("owner")], lwt: true, lanes: { remembers: 60 } },
);

interface Context {
  readonly user: string | undefined;
  readonly session: Session;
  readonly lanes: Lanes;
  readonly live: Live;
}

const builder = new SchemaBuilder<{
  Context: Context;
  Scalars: CassandraScalars;
  AuthScopes: { bank: string; holder: string };
}>({
  plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
  relay: { cursorType: "String", nodesOnConnection: true },
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ user }) => ({
      bank: (bank) => user === `clerk of ${bank}`,
      holder: (holder) => user === holder,
    }),
  },
  cassandra: {
    session: ({ session }) => session,
    lanes: ({ lanes }) => lanes,
    live: ({ live }) => live,
  },
});

builder.tableObject("Account", Account, {
  authScopes: ({ bank }) => ({ bank }),
  columns: { pin: { authScopes: ({ owner }) => ({ holder: owner }) } },
});
builder.queryType({
  fields: (t) => ({
    account: t.row(Account, { authScopes: (_, { holder }) => ({ holder }) }),
    accounts: t.partition(Account, { authScopes: (_, { bank }) => ({ bank }) }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    open: t.create(Account, {
      args: { reason: t.arg.string({ required: true }) },
      authScopes: (_, { input, reason }) => ({ bank: `${String(input.bank)}${reason}` }),
    }),
    pay: t.add(Account, "balance", { authScopes: (_, { holder }) => ({ holder }) }),
    close: t.remove(Account, { authScopes: (_, { bank }) => ({ bank }) }),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    balanceChanged: t.watch(Account, "balance", { authScopes: (_, { holder }) => ({ holder }) }),
  }),
});
const schema = builder.toSchema();

/** A service that a request must not use. */
const untouched = new Proxy(
  {},
  {
    get(_, name) {
      throw new Error(`Touched: ${String(name)}`);
    },
  },
);
const contextOf = (user?: string) => ({
  user,
  session: untouched,
  lanes: untouched,
  live: untouched,
});

const requests = {
  account: '{ account(bank: "B", holder: "ann") { balance } }',
  accounts: '{ accounts(bank: "B") { nodes { balance } } }',
  open: 'mutation { open(input: { bank: "B", holder: "ann" }, reason: "") { __typename } }',
  pay: 'mutation { pay(bank: "B", holder: "ann", delta: "1") { __typename } }',
  close: 'mutation { close(bank: "B", holder: "ann") { __typename } }',
};

test.each(Object.entries(requests))(
  "%s is refused to a stranger before anything is read or written",
  async (field, source) => {
    const { data, errors } = await graphql({ schema, source, contextValue: contextOf("bob") });
    expect(data?.[field] ?? null).toBeNull();
    expect(errors?.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Not authorized to resolve /),
    ]);
  },
);

test.each([
  ["account", "ann"],
  ["accounts", "clerk of B"],
  ["open", "clerk of B"],
  ["pay", "ann"],
  ["close", "clerk of B"],
] as const)("%s goes on to the database for %s", async (field, user) => {
  const source = requests[field];
  const { errors } = await graphql({ schema, source, contextValue: contextOf(user) });
  expect(errors?.map(({ message }) => message)).toEqual([expect.stringMatching(/^Touched: /)]);
});

test("a subscription is refused to an unauthorized user before anything is watched", async () => {
  const document = parse('subscription { balanceChanged(bank: "B", holder: "ann") { balance } }');
  const result = await subscribe({ schema, document, contextValue: contextOf("bob") });
  expect(result).toMatchObject({
    errors: [{ message: expect.stringMatching(/^Not authorized to resolve /) }],
  });
});

test("authScopes of a column or a row get the whole row, whatever is selected", async () => {
  const asked: unknown[] = [];
  const session = {
    load: async (_table: unknown, _key: unknown, { columns }: { columns?: readonly string[] }) => {
      asked.push(columns);
      return { bank: "B", owner: "ann", balance: 1n, pin: "1234" };
    },
  };
  const source = '{ account(bank: "B", holder: "ann") { pin } }';
  await graphql({ schema, source, contextValue: { ...contextOf("ann"), session } });
  expect(asked).toEqual([undefined]);
});

test("a column can be visible to its owner only", async () => {
  const row = { bank: "B", owner: "ann", balance: 1n, pin: "1234" };
  const session = { load: async () => row };
  const source = '{ account(bank: "B", holder: "ann") { balance pin } }';
  const told = (user: string) =>
    graphql({ schema, source, contextValue: { ...contextOf(user), session } });
  expect((await told("ann")).errors?.map(({ path }) => path)).toEqual([["account", "balance"]]);
});

test("clients cannot compare a column that authScopes protect, and so guess its value", () => {
  const own = new SchemaBuilder<{ Context: Context; Scalars: CassandraScalars }>({
    plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
    relay: { cursorType: "String", nodesOnConnection: true },
    scopeAuth: { authScopes: () => ({}) },
    cassandra: { session: ({ session }) => session, lanes: ({ lanes }) => lanes },
  });
  own.tableObject("Account", Account, { columns: { pin: { authScopes: () => true } } });
  own.queryType({ fields: (t) => ({ account: t.row(Account) }) });
  own.mutationType({ fields: (t) => ({ close: t.remove(Account, { if: ["pin"] }) }) });
  expect(() => own.toSchema()).toThrow(
    'Table "account": the option if of t.remove cannot have the column "pin", which has authScopes, which are not checked for arguments: let the column need a scope instead.',
  );
});
