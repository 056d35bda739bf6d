import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { int, table, text } from "../../src/cassandra/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createBuilder } from "./build.ts";
import { EventByUser, PageHit, Reading } from "./models.ts";
import { openService, type Service } from "./service.ts";

// Fields of tables with plain writes and of counters, on a real Cassandra.

const Odd = table(
  "odd",
  { valueOf: text(), constructor: int(), toString: int() },
  { partition: ["valueOf"] },
);

const builder = createBuilder();
builder.tableObject("Reading", Reading, { plural: "Readings" });
builder.tableObject("PageHit", PageHit, { plural: "PageHits" });
builder.tableObject("EventByUser", EventByUser);
builder.queryType({
  fields: (t) => ({
    reading: t.row(Reading),
    readings: t.partition(Reading, { range: true, order: true }),
    pageHit: t.row(PageHit),
    events: t.partition(EventByUser, { range: true, order: true }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    putReading: t.put(Reading, { ttl: true }),
    deleteReading: t.remove(Reading),
    putEvent: t.put(EventByUser),
    addPageHits: t.add(PageHit),
  }),
});

let service: Service;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Reading, PageHit, EventByUser);
});
afterAll(() => service[Symbol.asyncDispose]());

let key: string;
beforeEach(() => {
  key = `device: "${randomUUID()}", day: "2040-01-01", at: "2040-01-01T12:00:00Z"`;
});

async function tell(mutation: string) {
  const { it } = await service.run(`mutation { it: ${mutation} }`);
  return it;
}
const put = (row: string, more = "") =>
  tell(`putReading(${key}, row: ${row} ${more}) { __typename ... on Written { consistency } }`);
const read = async () =>
  (await service.run(`{ reading(${key}) { value quality tags { key value } site } }`)).reading;

describe("a row with plain writes", () => {
  test("is put whether or not it exists: an absent column stays, null removes a value", async () => {
    const written = { __typename: "Written", consistency: "LOCAL_QUORUM" };
    expect(await put('{ value: 1.5, tags: [{ key: "a", value: "b" }] }')).toEqual(written);
    const first = { value: 1.5, quality: 1, tags: [{ key: "a", value: "b" }], site: null };
    expect(await read()).toEqual(first);
    expect(await put("{ quality: 7 }")).toEqual(written);
    expect(await read()).toEqual({ ...first, quality: 7 });
    expect(await put("{ value: null, quality: null, tags: null }")).toEqual(written);
    expect(await read()).toEqual({ value: null, quality: 1, tags: [], site: null });
  });

  test("can be put with a time to live", async () => {
    await put("{ value: 1 }", ", ttl: 1");
    await eventually(async () => expect(await read()).toBeNull());
  });

  test.each([
    ["0", "a whole number from 1 to 630720000"],
    ["630720001", "a whole number from 1 to 630720000"],
  ])("cannot be put with a time to live of %s seconds", async (ttl, expects) => {
    expect(
      await service.fail(`mutation { putReading(${key}, row: {}, ttl: ${ttl}) { __typename } }`),
    ).toEqual([
      {
        message: `Argument "ttl" must be ${expects}, but got ${ttl}.`,
        path: ["putReading"],
        extensions: { code: "BAD_USER_INPUT", argument: ["ttl"] },
      },
    ]);
  });

  test("cannot be put with a time to live that ends after the last time that Cassandra stores", async () => {
    expect(
      await service.fail(`mutation { putReading(${key}, row: {}, ttl: 630720000) { __typename } }`),
    ).toEqual([
      {
        message:
          'Argument "ttl" must end by 2038-01-19T03:14:06+00:00, the last time that Cassandra can store.',
        path: ["putReading"],
        extensions: { code: "BAD_USER_INPUT", argument: ["ttl"] },
      },
    ]);
    expect(await read()).toBeNull();
  });

  test("is not put with invalid values", async () => {
    const mutation = `putReading(${key}, row: { quality: -1 }) { __typename ... on InvalidInput { errors { path code } } }`;
    expect(await tell(mutation)).toEqual({
      __typename: "InvalidInput",
      errors: [{ path: ["quality"], code: "OUT_OF_RANGE" }],
    });
    expect(await read()).toBeNull();
  });

  test("is deleted, whether or not it exists", async () => {
    await put("{ value: 1 }");
    for (const _ of [1, 2]) {
      expect(await tell(`deleteReading(${key}) { __typename }`)).toEqual({ __typename: "Written" });
    }
    expect(await read()).toBeNull();
  });

  test("with a partition key that Cassandra rejects is an error about the argument", async () => {
    const long = "x".repeat(70_000);
    const [error] = await service.fail(
      `mutation { putReading(device: "${long}", day: "2040-01-01", at: "2040-01-01T12:00:00Z", row: {}) { __typename } }`,
    );
    expect(error).toMatchObject({
      message: 'Argument "device" must be shorter: a partition key has at most 65535 bytes.',
      extensions: { code: "BAD_USER_INPUT", argument: ["device"] },
    });
  });
});

describe("a partition in descending order", () => {
  test("is read by a range of timestamps", async () => {
    const device = randomUUID();
    for (const hour of [10, 11, 12, 13]) {
      await tell(
        `putReading(device: "${device}", day: "2040-01-01", at: "2040-01-01T${hour}:00:00Z", row: { value: ${hour} }) { __typename }`,
      );
    }
    const values = async (args: string) => {
      const { readings } = await service.run(
        `{ readings(device: "${device}", day: "2040-01-01" ${args}) { nodes { value } } }`,
      );
      return readings.nodes.map(({ value }: { value: number }) => value);
    };
    const at = (hour: number) => `"2040-01-01T${hour}:00:00Z"`;
    expect(await values("")).toEqual([13, 12, 11, 10]);
    expect(await values(`, at: { gte: ${at(11)}, lt: ${at(13)} }`)).toEqual([12, 11]);
    expect(await values(`, at: { gt: ${at(11)} }, order: REVERSED`)).toEqual([12, 13]);
    expect(await values(", at: {}, first: 1")).toEqual([13]);
  });

  test("with three clustering columns is read by each prefix, in both orders and page by page", async () => {
    const user = randomUUID();
    const id = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;
    const at = (hour: number) => `"2040-01-01T${hour}:00:00Z"`;
    for (const kind of ["a", "b"]) {
      for (const hour of [10, 11]) {
        for (const number of [1, 2]) {
          await tell(
            `putEvent(userId: "${user}", kind: "${kind}", at: ${at(hour)}, id: "${id(number)}", row: { note: "${kind}${hour}.${number}" }) { __typename }`,
          );
        }
      }
    }
    const page = async (args: string) => {
      const { events } = await service.run(
        `{ events(userId: "${user}" ${args}) { nodes { note } pageInfo { hasNextPage endCursor } } }`,
      );
      return events;
    };
    const notes = async (args: string) =>
      (await page(args)).nodes.map(({ note }: { note: string }) => note).join(" ");
    const all = "a11.1 a11.2 a10.1 a10.2 b11.1 b11.2 b10.1 b10.2";
    expect(await notes("")).toBe(all);
    expect(await notes(", order: REVERSED")).toBe(all.split(" ").toReversed().join(" "));
    expect(await notes(', slice: { kind: { gt: "a" } }')).toBe("b11.1 b11.2 b10.1 b10.2");
    expect(await notes(`, slice: { kindAt: { kind: "a", at: { lt: ${at(11)} } } }`)).toBe(
      "a10.1 a10.2",
    );
    const last = `slice: { kindAtId: { kind: "b", at: ${at(11)}, id: { gte: "${id(2)}" } } }`;
    expect(await notes(`, ${last}`)).toBe("b11.2");
    for (const order of ["STORED", "REVERSED"]) {
      const read: string[] = [];
      let after = "";
      for (let more = true; more;) {
        const { nodes, pageInfo } = await page(`, order: ${order}, first: 3 ${after}`);
        read.push(...nodes.map(({ note }: { note: string }) => note));
        more = pageInfo.hasNextPage;
        after = `, after: "${pageInfo.endCursor}"`;
      }
      expect(read.join(" ")).toBe(await notes(`, order: ${order}`));
    }
  });
});

describe("counters", () => {
  const page = () => `page: "${randomUUID()}", day: "2040-01-01"`;

  test("are changed by the given numbers", async () => {
    const of = page();
    const add = (what: string) =>
      tell(`addPageHits(${of}, add: ${what}) { __typename ... on PageHitsAdded { day } }`);
    expect(await add('{ views: "2", errors: null }')).toEqual({
      __typename: "PageHitsAdded",
      day: "2040-01-01",
    });
    await add('{ views: "-1", errors: "5" }');
    expect(await service.run(`{ pageHit(${of}) { views errors } }`)).toEqual({
      pageHit: { views: "1", errors: "5" },
    });
  });

  test.each(["{}", "{ views: null }"])("are not changed by %s", async (what) => {
    expect(
      await tell(
        `addPageHits(${page()}, add: ${what}) { __typename ... on InvalidInput { message } }`,
      ),
    ).toEqual({ __typename: "InvalidInput", message: "Give at least one number to add." });
  });
});

test("columns with the names of inherited properties work like others", async () => {
  const odd = createBuilder();
  odd.tableObject("Odd", Odd);
  odd.queryType({ fields: (t) => ({ odd: t.row(Odd) }) });
  odd.mutationType({ fields: (t) => ({ put: t.put(Odd) }) });
  odd.subscriptionType({ fields: (t) => ({ changed: t.watch(Odd, "constructor") }) });
  await using own = await openService(odd.toSchema(), Odd);
  const put = (row: string) =>
    own.run(`mutation { put(valueOf: "a", row: ${row}) { __typename } }`);
  await put("{ constructor: 7 }");
  await put("{ toString: 8 }");
  expect(await own.run('{ odd(valueOf: "a") { constructor toString } }')).toEqual({
    odd: { constructor: 7, toString: 8 },
  });
  const seen = await own.watch(
    'subscription { changed(valueOf: "a") { __typename constructor odd { toString } } }',
  );
  expect((await seen.next()).value).toEqual({
    changed: { __typename: "OddConstructorChanged", constructor: 7, odd: { toString: 8 } },
  });
  await seen.return?.();
});
