import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import { test } from "vitest";
import CassandraPlugin, {
  type CassandraScalars,
  viewerScopes,
  type ViewerScopes,
} from "../../src/pothos/index.ts";
import { createBankBuilder, type BankContext, Deposit, Letter, Visit } from "./bank.ts";
import { createBuilder } from "./build.ts";

// Which scopes compile, and which fields bound to the viewer.

const bank = createBankBuilder();

test("tables, fields and columns take scopes", () => {
  bank.tableObject("Deposit", Deposit, {
    scopes: true,
    columns: { pin: { scope: "admin" }, rating: { scope: "audit", description: "Secret." } },
  });
  bank.tableObject("Visit", Visit, { scopes: { read: "r", write: "w", admin: "a" } });
  bank.queryFields((t) => ({
    deposit: t.row(Deposit, { scope: "audit", authScopes: { staff: true, scope: ["a", "b"] } }),
    deposits: t.partition(Deposit, { scope: "write" }),
  }));
  bank.mutationFields((t) => ({
    open: t.create(Deposit, { scope: "admin" }),
    adjust: t.update(Deposit, ["pin"], { scope: "admin" }),
    pay: t.add(Deposit, "balance", { scope: "admin" }),
    change: t.change(Deposit, "balance", { scope: "admin" }),
    reset: t.change(Deposit, { change: (row) => row.set({ pin: "0" }), refusals: {}, scope: "x" }),
    enter: t.put(Visit, { scope: "admin" }),
    close: t.remove(Deposit, { scope: "write" }),
  }));
  bank.subscriptionFields((t) => ({
    version: t.watch(Deposit, { scope: "admin" }),
    changes: t.follow(Deposit, { scope: "admin" }),
  }));
});

test("other scopes do not compile", () => {
  // @ts-expect-error false is no way to say that there are none.
  bank.tableObject("False", Deposit, { scopes: false });
  // @ts-expect-error admin is missing.
  bank.tableObject("Partial", Deposit, { scopes: { read: "r", write: "w" } });
  // @ts-expect-error there is no such kind.
  bank.tableObject("Stray", Deposit, { scopes: { read: "r", write: "w", admin: "a", own: "o" } });
  // @ts-expect-error there is no such column.
  bank.tableObject("Unknown", Deposit, { columns: { pins: { scope: "admin" } } });
  // @ts-expect-error a field needs one scope.
  bank.queryFields((t) => ({ several: t.row(Deposit, { scope: ["read", "audit"] }) }));
  // @ts-expect-error the builder has no such scope.
  bank.queryFields((t) => ({ own: t.row(Deposit, { authScopes: { clerk: true } }) }));
});

test("a builder without the viewer's scopes takes none", () => {
  const bare = createBuilder();
  // @ts-expect-error the builder needs AuthScopes: ViewerScopes.
  bare.tableObject("Deposit", Deposit, { scopes: true });
  // @ts-expect-error the builder needs AuthScopes: ViewerScopes.
  bare.tableObject("Column", Deposit, { columns: { pin: { scope: "admin" } } });
  // @ts-expect-error the builder needs AuthScopes: ViewerScopes.
  bare.queryFields((t) => ({ deposit: t.row(Deposit, { scope: "admin" }) }));
});

test("a scope of another meaning is none of the viewer's", () => {
  const other = new SchemaBuilder<{
    Context: BankContext;
    Scalars: CassandraScalars;
    AuthScopes: { scope: number };
  }>({
    plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
    relay: {},
    scopeAuth: { authScopes: () => ({ scope: (size) => size > 1 }) },
    cassandra: { session: ({ session }) => session },
  });
  // @ts-expect-error the builder needs AuthScopes: ViewerScopes.
  other.tableObject("Deposit", Deposit, { scopes: true });
});

test("viewerScopes are the options of a builder whose context has a viewer", () => {
  const plugins = [ScopeAuthPlugin, RelayPlugin, CassandraPlugin] as const;
  new SchemaBuilder<{
    Context: BankContext;
    Scalars: CassandraScalars;
    AuthScopes: ViewerScopes;
  }>({
    plugins: [...plugins],
    relay: {},
    scopeAuth: viewerScopes,
    cassandra: { session: ({ session }) => session },
  });
  new SchemaBuilder<{ Context: Pick<BankContext, "session">; AuthScopes: ViewerScopes }>({
    plugins: [...plugins],
    relay: {},
    // @ts-expect-error the context has no viewer.
    scopeAuth: viewerScopes,
    cassandra: { session: ({ session }) => session },
  });
});

test("a column that is bound to the viewer has no argument", () => {
  bank.queryFields((t) => ({
    letters: t.partition(Letter, { from: { owner: (_, { viewer }) => viewer.id } }),
    tenants: t.partition(Letter, { from: { owner: (_, { viewer }) => viewer.claim("tenant") } }),
    letter: t.row(Letter, {
      from: { owner: (_, { viewer }) => viewer.id },
      resolve: (next, _, { at }) => (at > 0 ? next() : null),
    }),
    asked: t.partition(Letter, {
      from: { owner: (_, { viewer }) => viewer.id },
      // @ts-expect-error there is no argument for the owner.
      resolve: (next, _, { owner }) => (owner ? next() : next()),
    }),
    // @ts-expect-error a claim may be anything: viewer.claim returns a text.
    claims: t.partition(Letter, { from: { owner: (_, { viewer }) => viewer.claims["tenant"] } }),
    // @ts-expect-error whether somebody has signed in names nobody.
    signed: t.partition(Letter, { from: { owner: (_, { viewer }) => viewer.isSignedIn } }),
  }));
  bank.mutationFields((t) => ({
    write: t.create(Letter, {
      from: { owner: (_, { viewer }) => viewer.id },
      // @ts-expect-error there is no field for the owner in the input.
      resolve: (next, _, { input }) => (input.owner ? next() : next()),
    }),
  }));
});
