import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import {
  asc,
  bigint,
  counter,
  int,
  orderOf,
  type Session,
  table,
  text,
} from "../../src/cassandra/index.ts";
import type { Lanes } from "../../src/lane/index.ts";
import type { Live } from "../../src/live/index.ts";
import CassandraPlugin, {
  type CassandraScalars,
  type Viewer,
  viewerScopes,
  type ViewerScopes,
} from "../../src/pothos/index.ts";

// A schema that needs scopes. Only auditors see ratings and limits, only administrators PINs.

export const Deposit = table(
  "deposit",
  {
    bank: text(),
    holder: text(),
    balance: bigint().default(0n),
    limit: int().default(100),
    rating: int().default(5),
    opened: int().default(1),
    pin: text(),
  },
  {
    partition: ["bank"],
    clustering: [asc("holder")],
    lwt: true,
    lanes: true,
    orders: { deposit_by_rating: [asc("rating")], deposit_by_opened: [asc("opened")] },
  },
);
export const DepositByRating = orderOf(Deposit, "deposit_by_rating");
export const DepositByOpened = orderOf(Deposit, "deposit_by_opened");
export const Visit = table(
  "visit",
  { bank: text(), at: int(), note: text(), secret: text(), pass: text().required() },
  { partition: ["bank"], clustering: [asc("at")] },
);
export const Ring = table(
  "ring",
  { bank: text(), rings: counter(), alarms: counter() },
  { partition: ["bank"] },
);
/** Each customer reads and writes the letters in its own partition. */
export const Letter = table(
  "letter",
  { owner: text(), at: int(), body: text() },
  {
    partition: ["owner"],
    clustering: [asc("at")],
    lwt: true,
    lanes: true,
    orders: { letter_by_body: [asc("body")] },
  },
);
export const LetterByBody = orderOf(Letter, "letter_by_body");

export const bankTables = [Deposit, Visit, Ring, Letter] as const;

/** The context of the bank's schema. A server has such a one. */
export interface BankContext {
  readonly viewer: Viewer;
  readonly session: Session;
  readonly lanes: Lanes;
  readonly live: Live;
}

interface BankTypes {
  Context: BankContext;
  Scalars: CassandraScalars;
  AuthScopes: ViewerScopes & { staff: boolean };
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}

type ScopeAuthOptions = PothosSchemaTypes.SchemaBuilderOptions<
  PothosSchemaTypes.ExtendDefaultTypes<BankTypes>
>["scopeAuth"];

/** Returns a builder for tables with scopes. Members of staff have the claim `staff`. */
export function createBankBuilder(options: Partial<ScopeAuthOptions> = {}) {
  return new SchemaBuilder<BankTypes>({
    plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
    defaultFieldNullability: false,
    scopeAuth: {
      ...viewerScopes,
      authScopes: (context) => ({
        ...viewerScopes.authScopes(context),
        staff: context.viewer.claims["staff"] === true,
      }),
      ...options,
    },
    relay: {
      cursorType: "String",
      nodesOnConnection: true,
      edgesFieldOptions: { nullable: false },
      nodeFieldOptions: { nullable: false },
    },
    cassandra: {
      session: ({ session }) => session,
      lanes: ({ lanes }) => lanes,
      live: ({ live }) => live,
    },
  });
}

const builder = createBankBuilder();

builder.tableObject("Deposit", Deposit, {
  scopes: true,
  columns: { rating: { scope: "audit" }, limit: { scope: "audit" }, pin: { scope: "admin" } },
});
builder.tableObject("Visit", Visit, {
  scopes: { read: "deposit:read", write: "visits", admin: "visits" },
  columns: { secret: { scope: "audit" }, pass: { scope: "write" } },
});
builder.tableObject("Ring", Ring, { scopes: true, columns: { alarms: { scope: "admin" } } });
builder.tableObject("Letter", Letter);

const Bank = builder.objectRef<{ readonly name: string }>("Bank");
Bank.implement({
  fields: (t) => ({
    name: t.exposeString("name"),
    deposits: t.partition(Deposit, { from: { bank: ({ name }) => name } }),
  }),
});
const Vault = builder.objectRef<{ readonly code: string }>("Vault");
Vault.implement({ fields: (t) => ({ code: t.exposeString("code") }) });

builder.queryType({
  fields: (t) => ({
    deposit: t.row(Deposit),
    deposits: t.partition(Deposit, { range: true }),
    byRating: t.partition(DepositByRating),
    byOpened: t.partition(DepositByOpened),
    audited: t.row(Deposit, { scope: "audit" }),
    bank: t.field({ type: Bank, resolve: () => ({ name: "B" }) }),
    visits: t.partition(Visit),
    ring: t.row(Ring),
    vault: t.field({
      type: Vault,
      authScopes: { scope: "vault" },
      resolve: () => ({ code: "1234" }),
    }),
    myLetters: t.partition(Letter, {
      from: { owner: (_, { viewer }) => viewer.id },
      range: true,
      order: true,
    }),
    myLettersByBody: t.partition(LetterByBody, { from: { owner: (_, { viewer }) => viewer.id } }),
    myLetter: t.row(Letter, { from: { owner: (_, { viewer }) => viewer.id } }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    open: t.create(Deposit),
    adjust: t.update(Deposit, ["pin", "opened"]),
    purge: t.remove(Deposit),
    close: t.remove(Deposit, { scope: "write", if: ["pin", "opened"] }),
    changeBalance: t.change(Deposit, "balance"),
    pay: t.add(Deposit, "balance"),
    raiseLimit: t.add(Deposit, "limit"),
    forgetPin: t.change(Deposit, { change: (row) => row.set({ pin: "0" }), refusals: {} }),
    ring: t.add(Ring),
    enter: t.put(Visit),
    forget: t.remove(Visit),
    enterAll: t.putRows(Visit),
    forgetSome: t.removeRange(Visit),
    writeLetter: t.create(Letter, { from: { owner: (_, { viewer }) => viewer.id } }),
    editLetter: t.update(Letter, ["body"], { from: { owner: (_, { viewer }) => viewer.id } }),
    burnLetter: t.remove(Letter, { from: { owner: (_, { viewer }) => viewer.id } }),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    balance: t.watch(Deposit, "balance"),
    limit: t.watch(Deposit, "limit"),
    version: t.watch(Deposit),
    changes: t.follow(Deposit, { apart: ["rating"] }),
    lettersChanged: t.follow(Letter, { from: { owner: (_, { viewer }) => viewer.id } }),
  }),
});

export const bankSchema = builder.toSchema({ sortSchema: false });
