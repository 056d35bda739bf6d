import { graphql, parse, subscribe } from "graphql";
import { describe, expect, test } from "vitest";
import { createStranger, createViewer, openViewer, type Viewer } from "../../src/pothos/index.ts";
import { bankSchema as schema } from "./bank.ts";

const callerWith = (...scopes: readonly string[]) =>
  createViewer({ claims: { sub: "ann" }, scopes });

const viewers = {
  everybody: openViewer,
  stranger: createStranger({ scopes: [] }),
  guest: createStranger({ scopes: ["deposit:read", "ring:read"] }),
  reader: callerWith("deposit:read", "ring:read"),
  writer: callerWith("deposit:write", "ring:write"),
  admin: callerWith("deposit:admin", "ring:admin"),
  auditor: callerWith("audit"),
  chief: callerWith("deposit:admin", "ring:admin", "audit", "visits"),
} as const satisfies Readonly<Record<string, Viewer>>;

type ViewerName = keyof typeof viewers;

/** A service that fails when it is used. */
const untouched = new Proxy(
  {},
  {
    get(_, name) {
      throw new Error(`Touched: ${String(name)}`);
    },
  },
);

const contextOf = (viewer: Viewer) => ({
  viewer,
  session: untouched,
  lanes: untouched,
  live: untouched,
});

/** Tells what becomes of a request: `goes on` to the database, or the codes with which it is refused. */
async function outcomeOf(source: string, viewer: Viewer): Promise<readonly string[]> {
  const document = parse(source);
  const contextValue = contextOf(viewer);
  const result = source.startsWith("subscription")
    ? await subscribe({ schema, document, contextValue })
    : await graphql({ schema, source, contextValue });
  const { errors = [] } = "errors" in result ? result : {};
  return errors.map(({ message, extensions }) =>
    message.startsWith("Touched") ? "goes on" : String(extensions["code"]),
  );
}

const key = 'bank: "B", holder: "ann"';

/** Requests, and who may send them. */
const requests: readonly (readonly [source: string, ...allowed: readonly ViewerName[]])[] = [
  [`{ deposit(${key}) { balance } }`, "guest", "reader", "writer", "admin"],
  [`{ deposits(bank: "B") { nodes { balance } } }`, "guest", "reader", "writer", "admin"],
  [`{ byOpened(bank: "B") { nodes { balance } } }`, "guest", "reader", "writer", "admin"],
  [`{ byRating(bank: "B") { nodes { balance } } }`],
  [`{ audited(${key}) { balance } }`, "auditor"],
  [`{ bank { deposits { nodes { balance } } } }`, "guest", "reader", "writer", "admin"],
  [`{ visits(bank: "B") { nodes { note } } }`, "guest", "reader"],
  [`{ ring(bank: "B") { rings } }`, "guest", "reader", "writer", "admin"],
  [`mutation { open(input: { ${key} }) { __typename } }`, "writer", "admin"],
  [`mutation { open(input: { ${key}, pin: "1" }) { __typename } }`, "admin"],
  [`mutation { open(input: { ${key}, pin: null }) { __typename } }`, "admin"],
  [`mutation { open(input: { ${key}, limit: 1 }) { __typename } }`],
  [`mutation { adjust(${key}, input: { opened: { set: 2 } }) { __typename } }`, "writer", "admin"],
  [`mutation { adjust(${key}, input: { opened: { set: 2 }, pin: "1" }) { __typename } }`, "admin"],
  [`mutation { purge(${key}) { __typename } }`, "admin"],
  [`mutation { close(${key}) { __typename } }`, "writer", "admin"],
  [`mutation { close(${key}, if: { opened: { eq: 1 } }) { __typename } }`, "writer", "admin"],
  [`mutation { close(${key}, if: { pin: { eq: "1" } }) { __typename } }`, "admin"],
  [
    `mutation { changeBalance(${key}, expected: "0", delta: "1") { __typename } }`,
    "writer",
    "admin",
  ],
  [`mutation { pay(${key}, delta: "1") { __typename } }`, "writer", "admin"],
  [`mutation { raiseLimit(${key}, delta: 1) { __typename } }`],
  [`mutation { forgetPin(${key}) { __typename } }`, "writer", "admin"],
  [`mutation { ring(bank: "B", add: { rings: "1" }) { __typename } }`, "writer", "admin"],
  [`mutation { ring(bank: "B", add: { rings: "1", alarms: "1" }) { __typename } }`, "admin"],
  [`mutation { enter(bank: "B", at: 1, row: { note: "", pass: "" }) { __typename } }`],
  [`mutation { enter(bank: "B", at: 1, row: { secret: "", pass: "" }) { __typename } }`],
  [`mutation { forget(bank: "B", at: 1) { __typename } }`],
  [`mutation { forgetSome(bank: "B", at: { lt: 1 }) { __typename } }`],
  [`subscription { balance(${key}) { balance } }`, "guest", "reader", "writer", "admin"],
  [`subscription { limit(${key}) { limit } }`],
  [`subscription { version(${key}) { asOf } }`, "guest", "reader", "writer", "admin"],
  [`subscription { changes(bank: "B") { __typename } }`, "guest", "reader", "writer", "admin"],
];

describe.each(requests)("%s", (source, ...allowed) => {
  // Everybody may everything where nobody can sign in, and the chief has all scopes.
  const passing: readonly string[] = ["everybody", "chief", ...allowed];
  test.each(Object.entries(viewers))("of %s", async (name, viewer) => {
    const refused = viewer.isSignedIn ? "FORBIDDEN" : "UNAUTHENTICATED";
    const outcome = passing.includes(name) ? "goes on" : refused;
    expect(await outcomeOf(source, viewer)).toEqual([outcome]);
  });
});

test("a column with a scope that any row of a list has needs the scope", async () => {
  const plain = '{ at: 1, row: { note: "", pass: "" } }';
  const secret = '{ at: 2, row: { secret: null, pass: "" } }';
  const enter = (rows: string, ...scopes: readonly string[]) =>
    outcomeOf(
      `mutation { enterAll(bank: "B", rows: [${rows}]) { __typename } }`,
      callerWith(...scopes),
    );
  expect(await enter(plain, "visits")).toEqual(["goes on"]);
  expect(await enter(plain, "audit")).toEqual(["FORBIDDEN"]);
  expect(await enter(`${plain}, ${secret}`, "visits")).toEqual(["FORBIDDEN"]);
  expect(await enter(`${plain}, ${secret}`, "visits", "audit")).toEqual(["goes on"]);
});
