import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decimal, desc, int, table, text, timestamp } from "../../src/cassandra/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createBuilder } from "./build.ts";
import { EventByUser } from "./models.ts";
import { openService, type Service } from "./service.ts";

// Several rows of a partition at once: put together, and removed as a range, on a real Cassandra.

const Reading = table(
  "readings",
  {
    device: text({ min: 1 }),
    at: timestamp(),
    value: int({ min: 0 }),
    unit: text().required(),
    site: text(),
  },
  { partition: ["device"], clustering: [desc("at")], consistency: "LOCAL_ONE" },
);
const Price = table(
  "prices",
  { shop: text(), kind: text(), price: decimal(), seen: int() },
  { partition: ["shop"], clustering: [desc("kind"), desc("price")] },
);

const builder = createBuilder();
builder.tableObject("Reading", Reading, { plural: "Readings" });
builder.tableObject("Price", Price, { plural: "Prices" });
builder.tableObject("EventByUser", EventByUser);
builder.queryType({
  fields: (t) => ({
    readings: t.partition(Reading),
    prices: t.partition(Price),
    events: t.partition(EventByUser),
  }),
});
builder.mutationType({
  fields: (t) => ({
    putReadings: t.putRows(Reading, { ttl: true, from: { site: () => "roof" } }),
    deleteReadings: t.removeRange(Reading),
    putPrices: t.putRows(Price),
    putEvents: t.putRows(EventByUser),
    deleteEvents: t.removeRange(EventByUser),
  }),
});
builder.subscriptionType({ fields: (t) => ({ readingsChanged: t.follow(Reading) }) });

let service: Service;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Reading, Price, EventByUser);
});
afterAll(() => service[Symbol.asyncDispose]());

let device: string;
beforeEach(() => {
  device = randomUUID();
});

const ANSWER = `__typename
  ... on Written { consistency }
  ... on InvalidInput { message errors { path code message } }`;
async function tell(mutation: string) {
  const { it } = await service.run(`mutation { it: ${mutation} { ${ANSWER} } }`);
  return it;
}
const at = (hour: number) => `"${new Date(Date.UTC(2040, 0, 1, hour)).toISOString()}"`;
const row = (hour: number, more = "") => `{ at: ${at(hour)}, row: { unit: "C" ${more} } }`;
const putReadings = (rows: readonly string[], more = "") =>
  tell(`putReadings(device: "${device}", rows: [${rows.join(", ")}] ${more})`);
async function readings(): Promise<readonly { at: Date; value: number; site: string }[]> {
  const source = `{ readings(device: "${device}", first: 100) { nodes { at value site } } }`;
  return (await service.run(source)).readings.nodes;
}
const hours = async () => (await readings()).map((each) => new Date(each.at).getUTCHours());

describe("several rows", () => {
  test("are put at once, with values from the context, at the consistency of their table", async () => {
    expect(await putReadings([row(1, ", value: 5"), row(2), row(3)])).toEqual({
      __typename: "Written",
      consistency: "LOCAL_ONE",
    });
    expect(await hours()).toEqual([3, 2, 1]);
    expect((await readings()).map(({ value, site }) => [value, site])).toEqual([
      [null, "roof"],
      [null, "roof"],
      [5, "roof"],
    ]);
  });

  test("can be 100, and not more", async () => {
    const rows = Array.from({ length: 101 }, (_, hour) => row(hour));
    expect(await putReadings(rows)).toMatchObject({
      __typename: "InvalidInput",
      errors: [{ path: [], code: "TOO_MANY", message: "Give at most 100 rows." }],
    });
    expect(await putReadings([])).toMatchObject({
      errors: [{ path: [], code: "EMPTY", message: "Give at least one row." }],
    });
    expect(await hours()).toEqual([]);
    expect(await putReadings(rows.slice(1))).toMatchObject({ __typename: "Written" });
    expect(await hours()).toHaveLength(100);
  });

  test("are not put if one of them is not valid: every problem has its path", async () => {
    expect(await putReadings([row(1), row(2, ", value: -1"), row(1)])).toMatchObject({
      __typename: "InvalidInput",
      errors: [
        {
          path: ["1", "row", "value"],
          code: "OUT_OF_RANGE",
          message: "1.row.value must be a whole number from 0 to 2147483647.",
        },
        { path: ["2", "at"], code: "TWICE", message: "2.at has the key of another row." },
      ],
    });
    expect(await putReadings([row(1), row(2), row(1), row(2)])).toMatchObject({
      errors: [
        { path: ["2", "at"], code: "TWICE", message: "2.at has the key of another row." },
        { path: ["3", "at"], code: "TWICE" },
      ],
    });
    expect(await hours()).toEqual([]);
  });

  test("have distinct keys, as Cassandra compares them", async () => {
    const price = (kind: string, price: string) =>
      `{ kind: "${kind}", price: "${price}", row: {} }`;
    const putPrices = (...rows: readonly string[]) =>
      tell(`putPrices(shop: "${device}", rows: [${rows.join(", ")}])`);
    expect(await putPrices(price("a", "1.0"), price("b", "1.0"), price("a", "1.00"))).toMatchObject(
      {
        errors: [{ path: ["2", "price"], code: "TWICE" }],
      },
    );
    expect(await putPrices(price("a", "1.0"), price("b", "1.00"))).toMatchObject({
      __typename: "Written",
    });
  });

  test("can have a time to live", async () => {
    await putReadings([row(1), row(2)], ", ttl: 1");
    await eventually(async () => expect(await hours()).toEqual([]));
  });

  test("are sent to those who follow the partition", async () => {
    const events = await service.watch(
      `subscription { readingsChanged(device: "${device}") { ... on ReadingCreated { reading { at } } } }`,
    );
    await putReadings([row(1), row(2)]);
    const seen: Date[] = [];
    for (const event of [await events.next(), await events.next()])
      seen.push(event.value.readingsChanged.reading.at);
    expect(new Set(seen.map((each) => new Date(each).getUTCHours()))).toEqual(new Set([1, 2]));
    await events.return?.();
  });

  test("with an invalid partition key are an error about the argument", async () => {
    const [error] = await service.fail(
      `mutation { putReadings(device: "", rows: [${row(1)}]) { __typename } }`,
    );
    expect(error).toMatchObject({ extensions: { code: "BAD_USER_INPUT", argument: ["device"] } });
  });
});

describe("a part of a partition", () => {
  const remove = (range: string) => tell(`deleteReadings(device: "${device}", at: { ${range} })`);
  beforeEach(() => putReadings([1, 2, 3, 4].map((hour) => row(hour))));

  test.each([
    ["lt: 3", `lt: ${at(3)}`, [4, 3]],
    ["gte: 2, lt: 4", `gte: ${at(2)}, lt: ${at(4)}`, [4, 1]],
    ["gt: 9", `gt: ${at(9)}`, [4, 3, 2, 1]],
  ])("{ %s } is removed", async (_, range, left) => {
    expect(await remove(range)).toEqual({ __typename: "Written", consistency: "LOCAL_ONE" });
    expect(await hours()).toEqual(left);
  });

  test("needs a bound: without one it would be the whole partition", async () => {
    for (const range of ["", "lt: null"]) {
      const [error] = await service.fail(
        `mutation { deleteReadings(device: "${device}", at: { ${range} }) { __typename } }`,
      );
      expect(error).toEqual({
        message: 'Argument "at" must have a bound.',
        path: ["deleteReadings"],
        extensions: { code: "BAD_USER_INPUT", argument: ["at"] },
      });
    }
    expect(await hours()).toEqual([4, 3, 2, 1]);
  });

  test("can be a prefix of a clustering key, and a range of the next column", async () => {
    const user = randomUUID();
    const event = (kind: string, hour: number) =>
      `{ kind: "${kind}", at: ${at(hour)}, id: "${user}", row: {} }`;
    const rows = [event("a", 1), event("a", 2), event("b", 1), event("c", 1)];
    await tell(`putEvents(userId: "${user}", rows: [${rows.join(", ")}])`);
    const left = async () => {
      const { events } = await service.run(`{ events(userId: "${user}") { nodes { kind at } } }`);
      return events.nodes.map((each: { kind: string; at: Date }) => {
        return `${each.kind}${new Date(each.at).getUTCHours()}`;
      });
    };
    const removeEvents = (slice: string) => `deleteEvents(userId: "${user}", slice: { ${slice} })`;
    expect(await left()).toEqual(["a2", "a1", "b1", "c1"]);
    await tell(removeEvents(`kindAt: { kind: "a", at: { lt: ${at(2)} } }`));
    expect(await left()).toEqual(["a2", "b1", "c1"]);
    await tell(removeEvents('kindAt: { kind: "b" }'));
    expect(await left()).toEqual(["a2", "c1"]);
    const [error] = await service.fail(`mutation { ${removeEvents("kind: {}")} { __typename } }`);
    expect(error).toMatchObject({ message: 'Argument "slice" must have a bound.' });
    for (const [slice, message] of [
      ['kindAt: { kind: "a", at: { lt: null } }', 'Argument "slice.kindAt.at" must have a bound.'],
      ['kindAt: { kind: "a", at: null }', 'Argument "slice.kindAt.at" must have a bound.'],
      ['kind: { gte: "a", lt: null }', 'Argument "slice.kind.lt" must not be null.'],
    ]) {
      const [refused] = await service.fail(`mutation { ${removeEvents(slice!)} { __typename } }`);
      expect(refused).toMatchObject({ message });
    }
    expect(await left()).toEqual(["a2", "c1"]);
    await tell(removeEvents('kind: { gt: "b" }'));
    expect(await left()).toEqual(["a2"]);
  });
});
