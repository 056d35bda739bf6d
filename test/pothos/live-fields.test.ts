import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createBuilder } from "./build.ts";
import { Reading, Seat } from "./models.ts";
import { type Data, openService, type Service } from "./service.ts";

// Subscription fields, on a real Cassandra.

const builder = createBuilder();
builder.tableObject("Seat", Seat, {
  plural: "Seats",
  names: { price: "Price" },
  columns: { pin: false, since: false },
});
builder.tableObject("Reading", Reading, { plural: "Readings" });
builder.queryType({ fields: (t) => ({ seat: t.row(Seat) }) });
builder.mutationType({
  fields: (t) => ({
    createSeat: t.create(Seat),
    updateSeat: t.update(Seat, ["zone", "since"]),
    addPrice: t.add(Seat, "price"),
    deleteSeat: t.remove(Seat),
    putReading: t.put(Reading),
    deleteReading: t.remove(Reading),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    priceChanged: t.watch(Seat, "price"),
    seatChanged: t.watch(Seat),
    guarded: t.watch(Seat, "price", {
      args: { word: t.arg.string({ required: true }) },
      subscribe: (next, _, { word }) => {
        if (word !== "please") throw new Error("Say please.");
        return next();
      },
    }),
    seatsChanged: t.follow(Seat, { apart: ["price"] }),
    seatsChangedTogether: t.follow(Seat),
    readingChanged: t.watch(Reading),
    readingsChanged: t.follow(Reading),
  }),
});

let service: Service;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Seat, Reading);
});
afterAll(() => service[Symbol.asyncDispose]());

let key: string;
let partition: string;
beforeEach(() => {
  partition = `showName: "${randomUUID()}"`;
  key = `${partition}, row: 1, number: 1`;
});

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
const tell = (mutation: string) => service.run(`mutation { it: ${mutation} { __typename } }`);
const create = (more = "") => tell(`createSeat(input: { ${key} ${more} })`);

describe("a watched number", () => {
  const FIELDS = "{ __typename row price asOf seat { price zone sold } }";

  test("is sent at once and after each change, with its row, until the row is deleted", async () => {
    await create();
    const next = await watch(`priceChanged(${key}) ${FIELDS}`);
    const seen = [await next()];
    expect(seen[0]).toEqual({
      __typename: "PriceChanged",
      row: 1,
      price: 10,
      asOf: expect.stringMatching(/^\d{16}$/),
      seat: { price: 10, zone: null, sold: 0 },
    });
    for (const price of [11, 12]) {
      await tell(`addPrice(${key}, delta: 1)`);
      seen.push(await next());
      expect(seen.at(-1)).toMatchObject({ price, seat: { price } });
    }
    expect(seen.map(({ asOf }) => BigInt(asOf))).toEqual(
      seen.map(({ asOf }) => BigInt(asOf)).toSorted((one, other) => (one < other ? -1 : 1)),
    );
    await tell(`deleteSeat(${key})`);
    expect(await next()).toBe("the end");
  });

  test("is sent only when there is a newer version than since", async () => {
    await create();
    const first = await watch(`priceChanged(${key}) ${FIELDS}`);
    const { asOf } = await first();
    const next = await watch(`priceChanged(${key}, since: "${asOf}") ${FIELDS}`);
    await tell(`addPrice(${key}, delta: 5)`);
    expect(await next()).toMatchObject({ price: 15 });
  });

  test("of a row that does not exist is an error with its own code", async () => {
    await expect(watch(`priceChanged(${key}) ${FIELDS}`)).rejects.toMatchObject({
      message: "There is no seat with this key.",
      extensions: { code: "SEAT_NOT_FOUND" },
    });
  });

  test("is watched only if the wrapping function calls next", async () => {
    await create();
    const next = await watch(`guarded(${key}, word: "please") { price }`);
    expect(await next()).toEqual({ price: 10 });
    await expect(watch(`guarded(${key}, word: "now") { price }`)).rejects.toThrow("Say please.");
  });
});

describe("a watched row", () => {
  test("is sent after each change of the columns that its object shows", async () => {
    await create();
    const next = await watch(`seatChanged(${key}) { seat { price zone } asOf }`);
    expect(await next()).toEqual({
      seat: { price: 10, zone: null },
      asOf: expect.stringMatching(/^\d{16}$/),
    });
    // A change of a hidden column sends nothing.
    await tell(`updateSeat(${key}, input: { since: "2040-01-01T00:00:00Z" })`);
    await tell(`updateSeat(${key}, input: { zone: "A" })`);
    expect(await next()).toMatchObject({ seat: { price: 10, zone: "A" } });
    await tell(`deleteSeat(${key})`);
    expect(await next()).toBe("the end");
  });

  test("can be one of plain writes", async () => {
    const of = `device: "${randomUUID()}", day: "2040-01-01", at: "2040-01-01T12:00:00Z"`;
    await tell(`putReading(${of}, row: { value: 1 })`);
    const next = await watch(`readingChanged(${of}) { reading { value tags { key } } asOf }`);
    expect(await next()).toMatchObject({ reading: { value: 1, tags: [] } });
    await tell(`putReading(${of}, row: { value: 2 })`);
    expect(await next()).toMatchObject({ reading: { value: 2 } });
    await tell(`deleteReading(${of})`);
    expect(await next()).toBe("the end");
  });
});

describe("a followed partition", () => {
  const FIELDS = `{ __typename
    ... on SeatCreated { seat { row price zone } } ... on SeatUpdated { seat { row price zone } }
    ... on SeatDeleted { row number } }`;

  test("sends each change of a row, and the type of the column for a number in apart", async () => {
    const next = await watch(
      `seatsChanged(${partition}) ${FIELDS.slice(0, -1)} ... on PriceChanged { row price asOf seat { zone } } }`,
    );
    await create('zone: "A"');
    expect(await next()).toEqual({
      __typename: "SeatCreated",
      seat: { row: 1, price: 10, zone: "A" },
    });
    await tell(`addPrice(${key}, delta: 1)`);
    expect(await next()).toEqual({
      __typename: "PriceChanged",
      row: 1,
      price: 11,
      asOf: expect.stringMatching(/^\d{16}$/),
      seat: { zone: "A" },
    });
    await tell(`updateSeat(${key}, input: { zone: "B" })`);
    expect(await next()).toEqual({
      __typename: "SeatUpdated",
      seat: { row: 1, price: 11, zone: "B" },
    });
    await tell(`deleteSeat(${key})`);
    expect(await next()).toEqual({ __typename: "SeatDeleted", row: 1, number: 1 });
  });

  test("sends an update for a number that is not in apart", async () => {
    const next = await watch(`seatsChangedTogether(${partition}) ${FIELDS}`);
    await create();
    expect(await next()).toMatchObject({ __typename: "SeatCreated" });
    await tell(`addPrice(${key}, delta: 1)`);
    expect(await next()).toMatchObject({ __typename: "SeatUpdated", seat: { price: 11 } });
  });

  test("can be one of plain writes", async () => {
    const of = `device: "${randomUUID()}", day: "2040-01-01"`;
    const next = await watch(
      `readingsChanged(${of}) { __typename ... on ReadingCreated { reading { value } } ... on ReadingDeleted { day } }`,
    );
    const row = `${of}, at: "2040-01-01T12:00:00Z"`;
    await tell(`putReading(${row}, row: { value: 1 })`);
    expect(await next()).toEqual({ __typename: "ReadingCreated", reading: { value: 1 } });
    await tell(`deleteReading(${row})`);
    expect(await next()).toEqual({ __typename: "ReadingDeleted", day: "2040-01-01" });
  });
});
