import { randomUUID } from "node:crypto";
import { printSchema } from "graphql";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asc, double, int, orderOf, set, table, text, update } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { type Data, openService, type Service } from "./service.ts";

// Subscriptions to rows with columns that are hidden, static, or renamed.

const Desk = table(
  "desks",
  {
    hall: text({ max: 40 }).as("hallName"),
    id: int().as("number"),
    price: int({ min: 0, max: 9 }).default(1).as("cost"),
    guests: int().default(0),
    note: text().as("remark"),
    words: set(text()),
    open: int().default(0).static().as("seatsOpen"),
    secret: double().required(),
    pin: text(),
  },
  {
    partition: ["hall"],
    clustering: [asc("id")],
    lwt: true,
    lanes: true,
    orders: { desks_by_price: [asc("price")] },
  },
);
const DeskByPrice = orderOf(Desk, "desks_by_price");

const builder = createBuilder();
builder.tableObject("Desk", Desk, {
  plural: "Desks",
  columns: { secret: false, pin: false },
  fields: (t) => ({
    isLocked: t.boolean({
      extensions: { cassandra: { columns: ["pin"] } },
      resolve: ({ pin }) => typeof pin === "string",
    }),
  }),
});
builder.queryType({
  fields: (t) => ({
    desk: t.row(Desk),
    desks: t.partition(Desk),
    byCost: t.partition(DeskByPrice),
  }),
});
builder.mutationType({
  fields: (t) => ({
    create: t.create(Desk, { from: { secret: () => 0 } }),
    update: t.update(Desk, ["price", "note", "words"]),
    remove: t.remove(Desk),
    add: t.add(Desk, "guests"),
    change: t.change(Desk, "guests"),
    addOpen: t.add(Desk, "open"),
    lock: t.change(Desk, {
      args: { pin: t.arg.string() },
      change: (row, { pin = null }) => row.set({ pin }),
      refusals: {},
    }),
    both: t.change(Desk, {
      change: (row) => row.set({ guests: row.get("guests") + 1, note: "both" }),
      refusals: {},
    }),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    guestsChanged: t.watch(Desk, "guests"),
    remarkChanged: t.watch(Desk, "note"),
    wordsChanged: t.watch(Desk, "words"),
    openChanged: t.watch(Desk, "open"),
    deskChanged: t.watch(Desk),
    desksChanged: t.follow(Desk, { apart: ["guests", "note"] }),
  }),
});
const schema = builder.toSchema();

let service: Service;
beforeAll(async () => {
  service = await openService(schema, Desk);
});
afterAll(() => service[Symbol.asyncDispose]());

let hall: string;
let key: string;
beforeEach(() => {
  hall = randomUUID();
  key = keyOf(1);
});
const keyOf = (number: number) => `hallName: "${hall}", number: ${number}`;

const opened: AsyncIterator<Data>[] = [];
afterEach(async () => {
  for (const events of opened.splice(0)) await events.return?.();
});
async function watch(field: string): Promise<() => Promise<Data>> {
  const events = await service.watch(`subscription { it: ${field} }`);
  opened.push(events);
  return async () => {
    const { done, value } = await events.next();
    return done ? "the end" : value.it;
  };
}

async function tell(mutation: string) {
  const { it } = await service.run(`mutation { it: ${mutation} }`);
  return it;
}
const create = (number = 1, more = "") =>
  tell(`create(input: { ${keyOf(number)}, ${more} }) { __typename }`);

/** Writes a value that GraphQL cannot show to a hidden column, as another program could. */
const spoil = () =>
  service.session.run(update(Desk, { hall, id: 1 }, { secret: NaN }, { if: "exists" }));

test("a hidden column is not in any type of the schema", () => {
  expect(printSchema(schema)).not.toMatch(/secret/i);
  expect(printSchema(schema).match(/\bpin\b/g)).toHaveLength(1);
});

describe("a value that cannot be shown in a hidden column", () => {
  beforeEach(async () => {
    await create(1, "cost: 2");
    await create(2, "cost: 1");
    await spoil();
  });

  test("does not remove its row from a page, in any order", async () => {
    const read = `{ desks(hallName: "${hall}") { nodes { number cost } } byCost(hallName: "${hall}") { nodes { number } } }`;
    expect(await service.run(read)).toEqual({
      desks: {
        nodes: [
          { number: 1, cost: 2 },
          { number: 2, cost: 1 },
        ],
      },
      byCost: { nodes: [{ number: 2 }, { number: 1 }] },
    });
  });

  test("does not fail a mutation", async () => {
    const desk = "desk { number cost guests remark }";
    expect(
      await tell(
        `update(${key}, input: { remark: "r" }) { __typename ... on DeskUpdated { ${desk} } }`,
      ),
    ).toEqual({ __typename: "DeskUpdated", desk: { number: 1, cost: 2, guests: 0, remark: "r" } });
    expect(
      await tell(`add(${key}, delta: 1) { ... on DeskGuestsChanged { guests ${desk} } }`),
    ).toEqual({
      guests: 1,
      desk: { number: 1, cost: 2, guests: 1, remark: "r" },
    });
    expect(
      await tell(`create(input: { ${key} }) { __typename ... on DeskExists { ${desk} } }`),
    ).toEqual({ __typename: "DeskExists", desk: { number: 1, cost: 2, guests: 1, remark: "r" } });
    expect(
      await tell(
        `update(${key}, input: { cost: { set: 5 } }) { ... on DeskUpdated { desk { cost } } }`,
      ),
    ).toEqual({ desk: { cost: 5 } });
    expect(await tell(`remove(${key}) { __typename }`)).toEqual({ __typename: "DeskDeleted" });
  });

  test("does not fail a watched row", async () => {
    const next = await watch(`deskChanged(${key}) { desk { number guests } }`);
    expect(await next()).toEqual({ desk: { number: 1, guests: 0 } });
    const guests = await watch(`guestsChanged(${key}) { guests desk { cost } }`);
    expect(await guests()).toEqual({ guests: 0, desk: { cost: 2 } });
  });
});

test("a hidden column is read for a field that needs it, in results and in subscriptions", async () => {
  await create();
  const IS = "desk { isLocked }";
  const locked = { desk: { isLocked: true } };
  expect(await tell(`lock(${key}, pin: "1234") { ... on DeskChanged { ${IS} } }`)).toEqual(locked);
  expect(await service.run(`{ desk(${key}) { isLocked } }`)).toEqual(locked);
  expect(
    await tell(`update(${key}, input: { remark: "r" }) { ... on DeskUpdated { ${IS} } }`),
  ).toEqual(locked);
  expect(await tell(`create(input: { ${key} }) { ... on DeskExists { ${IS} } }`)).toEqual(locked);
  expect(await tell(`add(${key}, delta: 1) { ... on DeskGuestsChanged { ${IS} } }`)).toEqual(
    locked,
  );
  const next = await watch(`guestsChanged(${key}) { ${IS} }`);
  expect(await next()).toEqual(locked);
  const whole = await watch(`deskChanged(${key}) { ${IS} }`);
  expect(await whole()).toEqual(locked);
});

describe("a watched column", () => {
  test("sends null without a write time when it is removed, and its value when it is set again", async () => {
    await create(1, 'remark: "r"');
    const next = await watch(`remarkChanged(${key}) { __typename remark asOf desk { remark } }`);
    const told = (remark: string | null) => ({
      __typename: "DeskRemarkChanged",
      remark,
      asOf: remark === null ? null : expect.stringMatching(/^\d{16}$/),
      desk: { remark },
    });
    expect(await next()).toEqual(told("r"));
    await tell(`update(${key}, input: { remark: null }) { __typename }`);
    expect(await next()).toEqual(told(null));
    await tell(`update(${key}, input: { remark: "r" }) { __typename }`);
    expect(await next()).toEqual(told("r"));
  });

  test("can be a set", async () => {
    await create();
    const next = await watch(`wordsChanged(${key}) { words }`);
    expect(await next()).toEqual({ words: [] });
    await tell(`update(${key}, input: { words: { set: ["b", "a"] } }) { __typename }`);
    expect(await next()).toEqual({ words: ["a", "b"] });
    await tell(`update(${key}, input: { words: { set: [] } }) { __typename }`);
    expect(await next()).toEqual({ words: [] });
  });

  test("can be static", async () => {
    await create();
    const next = await watch(`openChanged(${key}) { number seatsOpen desk { number seatsOpen } }`);
    expect(await next()).toMatchObject({ seatsOpen: 0 });
    await tell(`addOpen(${key}, delta: 3) { __typename }`);
    expect(await next()).toEqual({ number: 1, seatsOpen: 3, desk: { number: 1, seatsOpen: 3 } });
  });

  test("sends the current version at once if since is null or another version", async () => {
    await create();
    for (const since of ["null", '"1"', '"9007199254740993"']) {
      const next = await watch(`guestsChanged(${key}, since: ${since}) { guests }`);
      expect(await next()).toEqual({ guests: 0 });
    }
  });

  test("sends nothing when another column changes", async () => {
    await create();
    const next = await watch(`guestsChanged(${key}) { guests desk { remark } }`);
    expect(await next()).toEqual({ guests: 0, desk: { remark: null } });
    await tell(`update(${key}, input: { remark: "r" }) { __typename }`);
    await tell(`add(${key}, delta: 1) { __typename }`);
    expect(await next()).toEqual({ guests: 1, desk: { remark: "r" } });
  });
});

describe("a followed partition", () => {
  const FIELDS = `{ __typename
    ... on DeskCreated { desk { number cost remark } }
    ... on DeskUpdated { desk { number cost guests remark } }
    ... on DeskGuestsChanged { number guests }
    ... on DeskRemarkChanged { number remark }
    ... on DeskDeleted { hallName number }
    ... on DesksReset { hallName } }`;

  test("sends one update if two columns of apart change at once", async () => {
    await create();
    const next = await watch(`desksChanged(hallName: "${hall}") ${FIELDS}`);
    await tell(`both(${key}) { __typename }`);
    expect(await next()).toEqual({
      __typename: "DeskUpdated",
      desk: { number: 1, cost: 1, guests: 1, remark: "both" },
    });
    await tell(`add(${key}, delta: 1) { __typename }`);
    expect(await next()).toEqual({ __typename: "DeskGuestsChanged", number: 1, guests: 2 });
    await tell(`update(${key}, input: { remark: null }) { __typename }`);
    expect(await next()).toEqual({ __typename: "DeskRemarkChanged", number: 1, remark: null });
    await tell(`update(${key}, input: { cost: { set: 2 } }) { __typename }`);
    expect(await next()).toMatchObject({ __typename: "DeskUpdated", desk: { cost: 2 } });
  });

  test("sends changes of a hidden column that a field of the object may need", async () => {
    await create();
    const next = await watch(
      `desksChanged(hallName: "${hall}") { __typename ... on DeskUpdated { desk { isLocked } } ... on DeskDeleted { hallName number } }`,
    );
    await tell(`lock(${key}, pin: "1") { __typename }`);
    expect(await next()).toEqual({ __typename: "DeskUpdated", desk: { isLocked: true } });
    await tell(`remove(${key}) { __typename }`);
    expect(await next()).toEqual({ __typename: "DeskDeleted", hallName: hall, number: 1 });
  });
});
