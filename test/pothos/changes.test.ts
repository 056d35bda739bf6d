import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  asc,
  bigint,
  decimal,
  desc,
  int,
  list,
  map,
  orderOf,
  set,
  table,
  text,
  timestamp,
  varint,
} from "../../src/cassandra/index.ts";
import { createLanes, type Lanes } from "../../src/lane/index.ts";
import { createBuilder } from "./build.ts";
import { openService, type Service } from "./service.ts";

// Changes of numbers and collections by their operators, and changes that expect values, on a real Cassandra.

const Shelf = table(
  "shelf",
  {
    room: text(),
    id: int().as("number"),
    name: text({ max: 10 }),
    rank: int({ min: 0, max: 1000 }).default(0),
    visits: bigint(),
    worth: decimal(),
    title: text({ trim: true, normalize: "NFC" }),
    points: varint().default(0n),
    opened: timestamp(),
    log: list(text({ max: 5 })),
    roles: set(text()),
    prices: set(decimal()),
    stock: map(text(), int()),
    total: int({ max: 100 }).default(0).static(),
  },
  {
    partition: ["room"],
    clustering: [asc("id")],
    lwt: true,
    lanes: true,
    orders: { shelf_by_rank: [desc("rank")] },
  },
);
const ShelfByRank = orderOf(Shelf, "shelf_by_rank");

const columns = [
  "name",
  "title",
  "rank",
  "visits",
  "worth",
  "points",
  "opened",
  "log",
  "roles",
  "prices",
  "stock",
  "total",
] as const;
const expected = ["name", "rank", "visits", "worth", "opened", "total", "title"] as const;

const builder = createBuilder();
builder.tableObject("Shelf", Shelf);
builder.queryType({
  fields: (t) => ({ shelf: t.row(Shelf), byRank: t.partition(ShelfByRank) }),
});
builder.mutationType({
  fields: (t) => ({
    create: t.create(Shelf),
    add: t.add(Shelf, "points"),
    update: t.update(Shelf, columns, { if: expected }),
    remove: t.remove(Shelf, { if: expected }),
  }),
});

let service: Service;
let others: Lanes;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Shelf);
  others = createLanes(service.session);
});
afterAll(() => {
  others.close();
  return service[Symbol.asyncDispose]();
});

let room: string;
beforeEach(() => {
  room = randomUUID();
});

const SHELF = "name rank visits worth log roles prices stock { key value } total";
const keyOf = (number = 1) => `room: "${room}", number: ${number}`;
const STALE = `__typename ... on ShelfStale { message failed actual { number ${SHELF} } }`;
const ANSWER = `${STALE}
  ... on ShelfUpdated { shelf { ${SHELF} } }
  ... on InvalidInput { message errors { path code message } }`;

async function tell(mutation: string, context: object = {}) {
  const { it } = await service.run(`mutation { it: ${mutation} }`, {}, context);
  return it;
}
const create = (more = "", number = 1) =>
  tell(`create(input: { ${keyOf(number)} ${more} }) { __typename }`);
const update = (input: string, expectation = "", context: object = {}) =>
  tell(
    `update(${keyOf()}, input: { ${input} } ${expectation && `if: { ${expectation} }`}) { ${ANSWER} }`,
    context,
  );
const remove = (expectation: string) =>
  tell(`remove(${keyOf()}, if: { ${expectation} }) { ${STALE} }`);
const read = async () => (await service.run(`{ shelf(${keyOf()}) { ${SHELF} } }`)).shelf;

describe("a collection", () => {
  test("of each kind is changed by each of its operators", async () => {
    await create();
    const steps = [
      ['log: { append: ["b", "c"] }', { log: ["b", "c"] }],
      ['log: { prepend: ["a", "b"] }', { log: ["a", "b", "b", "c"] }],
      ['log: { remove: ["b", "z"] }', { log: ["a", "c"] }],
      ['log: { set: ["d"] }', { log: ["d"] }],
      ['roles: { add: ["b", "a"] }', { roles: ["a", "b"] }],
      ['roles: { add: ["b", "c"] }', { roles: ["a", "b", "c"] }],
      ['roles: { remove: ["a", "z"] }', { roles: ["b", "c"] }],
      ['roles: { set: ["x"] }', { roles: ["x"] }],
      [
        'stock: { put: [{ key: "b", value: 2 }, { key: "a", value: 1 }] }',
        {
          stock: [
            { key: "a", value: 1 },
            { key: "b", value: 2 },
          ],
        },
      ],
      ['stock: { remove: ["a", "z"] }', { stock: [{ key: "b", value: 2 }] }],
      ['stock: { put: [{ key: "b", value: 3 }] }', { stock: [{ key: "b", value: 3 }] }],
      ['stock: { set: [{ key: "c", value: 4 }] }', { stock: [{ key: "c", value: 4 }] }],
    ] as const;
    for (const [input, changed] of steps) {
      expect(await update(input)).toMatchObject({ __typename: "ShelfUpdated", shelf: changed });
      expect(await read()).toMatchObject(changed);
    }
    expect(await update("log: null, roles: null, stock: null")).toMatchObject({
      shelf: { log: [], roles: [], stock: [] },
    });
    expect(await update("log: { remove: [] }, roles: { remove: [] }")).toMatchObject({
      shelf: { log: [], roles: [] },
    });
  });

  test("of decimals has a decimal once, however many places it has, as in Cassandra", async () => {
    await create('prices: ["1.0", "2"]');
    expect(await update('prices: { add: ["1.00", "3"] }')).toMatchObject({
      shelf: { prices: ["1.0", "2", "3"] },
    });
    expect(await update('prices: { remove: ["1.000", "2.0"] }')).toMatchObject({
      shelf: { prices: ["3"] },
    });
  });

  test("loses what another program has stored, as it is written", async () => {
    await create();
    await service.session.cql(
      "UPDATE shelf SET log = ['too long', ' a'], roles = {' b'}, stock = {' c': 1} WHERE room = ? AND id = 1",
      [room],
    );
    const input = 'log: { remove: ["too long", " a"] }, roles: { remove: ["b"] }';
    expect(await update(input)).toMatchObject({ shelf: { log: [], roles: [" b"] } });
    expect(await update('stock: { remove: [" c"] }')).toMatchObject({ shelf: { stock: [] } });
  });

  test("is not changed by a value that its column cannot have", async () => {
    await create('log: ["a"]');
    expect(await update('log: { append: ["b", "too long"] }, roles: { add: ["a"] }')).toEqual({
      __typename: "InvalidInput",
      message: "log.append has an invalid item 1: it must be 0 to 5 characters, but got more.",
      errors: [
        {
          path: ["log", "append"],
          code: "TOO_LONG",
          message: "log.append has an invalid item 1: it must be 0 to 5 characters, but got more.",
        },
      ],
    });
    expect(await read()).toMatchObject({ log: ["a"], roles: [] });
  });

  test("keeps every change of many that are made at the same time, by two processes", async () => {
    await create();
    const numbers = Array.from({ length: 24 }, (_, number) => number);
    await Promise.all(
      numbers.map(async (number) => {
        const context = number % 2 === 0 ? {} : { lanes: others };
        const input = `roles: { add: ["r${number}"] }, log: { append: ["l${number}"] }, visits: { add: "2" }, total: { add: 1 }`;
        expect(await update(input, "", context)).toMatchObject({ __typename: "ShelfUpdated" });
      }),
    );
    const { roles, log, visits, total } = await read();
    expect(roles).toHaveLength(24);
    expect(new Set(log)).toEqual(new Set(numbers.map((number) => `l${number}`)));
    expect({ visits, total }).toEqual({ visits: "48", total: 24 });
  });
});

describe("a number", () => {
  test("that is null counts as 0, and null removes it", async () => {
    await create();
    expect(await update('visits: { add: "-3" }, worth: { add: "1.50" }')).toMatchObject({
      shelf: { visits: "-3", worth: "1.50" },
    });
    expect(await update('visits: { set: "9" }, worth: { add: "0.5" }')).toMatchObject({
      shelf: { visits: "9", worth: "2.00" },
    });
    expect(await update("visits: null, worth: null")).toMatchObject({
      shelf: { visits: null, worth: null },
    });
  });

  test("that would be out of its range is an invalid input, and nothing is changed", async () => {
    await create(`rank: 10, visits: "${2n ** 63n - 1n}"`);
    const invalid = (field: string, range: string) => ({
      path: [field, "add"],
      code: "OUT_OF_RANGE",
      message: `${field}.add has an invalid result: it must be a whole number from ${range}.`,
    });
    expect(await update('rank: { add: -11 }, name: "A"')).toMatchObject({
      __typename: "InvalidInput",
      errors: [invalid("rank", "0 to 1000")],
    });
    const both = await update('rank: { add: 991 }, visits: { add: "1" }');
    expect(both.errors).toEqual([
      invalid("rank", "0 to 1000"),
      invalid("visits", `${-(2n ** 63n)} to ${2n ** 63n - 1n}`),
    ]);
    expect(await update("total: { add: 101 }")).toMatchObject({ __typename: "InvalidInput" });
    expect(await read()).toMatchObject({ rank: 10, visits: String(2n ** 63n - 1n), name: null });
    expect(await update("rank: { set: -1 }")).toMatchObject({
      errors: [
        { path: ["rank", "set"], message: "rank.set must be a whole number from 0 to 1000." },
      ],
    });
    expect(await update("rank: null")).toMatchObject({ errors: [{ path: ["rank"] }] });
  });

  test("that nobody could read is an invalid input, and nothing is changed", async () => {
    const most = "9".repeat(10_000);
    await create(`points: "${most}"`);
    const answer = await update('points: { add: "1" }');
    expect(answer).toMatchObject({ __typename: "InvalidInput" });
    expect(answer.errors).toEqual([
      {
        path: ["points", "add"],
        code: "OUT_OF_RANGE",
        message:
          "points.add has an invalid result: it must be a whole number of at most 10000 digits.",
      },
    ]);
    const added = `add(${keyOf()}, delta: "1") { __typename }`;
    expect(await tell(added)).toEqual({ __typename: "ShelfPointsOutOfRange" });
    expect((await service.run(`{ shelf(${keyOf()}) { points } }`)).shelf).toEqual({ points: most });
  });

  test("of a row that does not exist is not changed", async () => {
    expect(await update("rank: { add: 1 }")).toEqual({ __typename: "ShelfNotFound" });
    expect(await update('visits: { add: "1" }', 'visits: { eq: "1" }')).toEqual({
      __typename: "ShelfNotFound",
    });
  });
});

describe("a column that an order sorts by", () => {
  const byRank = async () => {
    const { byRank } = await service.run(`{ byRank(room: "${room}") { nodes { number rank } } }`);
    return byRank.nodes.map(({ number, rank }: Record<string, number>) => `${number}: ${rank}`);
  };

  test("is changed by its operators, and its row moves in the order", async () => {
    await create("rank: 5", 1);
    await create("rank: 7", 2);
    expect(await byRank()).toEqual(["2: 7", "1: 5"]);
    expect(await update("rank: { add: 10 }")).toMatchObject({ shelf: { rank: 15 } });
    expect(await byRank()).toEqual(["1: 15", "2: 7"]);
    expect(await update("rank: { set: 1 }", "rank: { gt: 14 }")).toMatchObject({
      shelf: { rank: 1 },
    });
    expect(await byRank()).toEqual(["2: 7", "1: 1"]);
    expect(await update("rank: { add: 10 }", "rank: { gt: 14 }")).toMatchObject({
      __typename: "ShelfStale",
      failed: ["rank"],
    });
    expect(await byRank()).toEqual(["2: 7", "1: 1"]);
  });

  test("keeps every addition of many at the same time, by two processes, and its entry", async () => {
    await create();
    await Promise.all(
      Array.from({ length: 12 }, async (_, number) => {
        const context = number % 2 === 0 ? {} : { lanes: others };
        expect(await update("rank: { add: 1 }", "", context)).toMatchObject({
          __typename: "ShelfUpdated",
        });
      }),
    );
    expect(await byRank()).toEqual(["1: 12"]);
  });
});

describe("an expectation", () => {
  const opened = "2040-01-01T00:00:00.000Z";
  beforeEach(() => create(`name: "A", rank: 5, visits: "7", worth: "1.50", opened: "${opened}"`));

  test.each([
    'name: { eq: "A" }',
    'name: { ne: "B" }, rank: { gte: 5, }',
    'name: { in: ["B", "A"] }',
    "name: { isNull: false }, rank: { lte: 5 }",
    'rank: { gt: 4 }, visits: { lt: "8" }',
    'worth: { eq: "1.5" }',
    'worth: { lt: "1.51" }',
    `opened: { eq: "2040-01-01T01:00:00+01:00" }, total: { eq: 0 }`,
    `opened: { gt: "2039-12-31T00:00:00Z" }`,
    "",
  ])("{ %s } holds, and the row is changed and removed", async (expectation) => {
    expect(await update('rank: { add: 0 }, roles: { add: ["a"] }', expectation)).toMatchObject({
      __typename: "ShelfUpdated",
      shelf: { rank: 5, roles: ["a"] },
    });
    expect(await remove(expectation)).toEqual({ __typename: "ShelfDeleted" });
    expect(await read()).toBeNull();
  });

  test.each([
    ['name: { eq: "a" }', ["name"]],
    ['name: { ne: "A" }, rank: { gte: 6 }', ["name", "rank"]],
    ["name: { in: [] }", ["name"]],
    ["name: { isNull: true }", ["name"]],
    ['rank: { gt: 4 }, visits: { lt: "7" }', ["visits"]],
    ['worth: { ne: "1.5" }', ["worth"]],
    ["total: { gt: 0 }", ["total"]],
    [`opened: { lt: "${opened}" }`, ["opened"]],
  ])("{ %s } does not hold: the answer says so and has the row", async (expectation, failed) => {
    const stale = {
      __typename: "ShelfStale",
      message: `The shelf does not have the expected values: ${failed.join(", ")}.`,
      failed,
      actual: { number: 1, ...(await read()) },
    };
    expect(await update('name: "B", roles: { add: ["a"] }', expectation)).toEqual(stale);
    expect(await remove(expectation)).toEqual(stale);
    expect(await read()).toMatchObject({ name: "A", roles: [] });
  });

  test("of a text is that of the text as it is written, or by the rules of its column", async () => {
    const holds = async (expectation: string) =>
      (await update("rank: { add: 0 }", expectation)).__typename === "ShelfUpdated";
    await update('title: " Cafe\u0301 "');
    expect(await holds('title: { eq: "Caf\u00e9" }')).toBe(true);
    expect(await holds('title: { eq: " Cafe\u0301 " }')).toBe(true);
    expect(await holds('title: { in: ["x", "Cafe\u0301"] }')).toBe(true);
    expect(await holds('title: { ne: "Cafe\u0301" }')).toBe(false);
    await service.session.cql(
      "UPDATE shelf SET title = ' Cafe\u0301' WHERE room = ? AND id = 1 IF EXISTS",
      [room],
    );
    const { title } = (await service.run(`{ shelf(${keyOf()}) { title } }`)).shelf;
    expect(await holds(`title: { eq: ${JSON.stringify(title)} }`)).toBe(true);
    expect(await holds('title: { eq: "Caf\u00e9" }')).toBe(false);
  });

  test("of a null holds for ne and isNull only", async () => {
    await update("name: null, visits: null");
    const holds = async (expectation: string) =>
      (await update("rank: { add: 0 }", expectation)).__typename === "ShelfUpdated";
    expect(await holds("name: { isNull: true }")).toBe(true);
    expect(await holds('name: { ne: "A" }')).toBe(true);
    expect(await holds('name: { in: ["A"] }')).toBe(false);
    expect(await holds('visits: { gte: "-9" }')).toBe(false);
    expect(await holds('visits: { lt: "9" }')).toBe(false);
    expect(await remove("name: { isNull: true }, visits: { isNull: true }")).toEqual({
      __typename: "ShelfDeleted",
    });
  });

  test("is true of one of many updates at the same time, and the others get the row as it is", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, number) =>
        update(
          'visits: { add: "1" }',
          'visits: { eq: "7" }',
          number % 2 === 0 ? {} : { lanes: others },
        ),
      ),
    );
    const stale = answers.filter(({ __typename }) => __typename === "ShelfStale");
    expect(stale).toHaveLength(9);
    for (const { failed, actual } of stale) {
      expect(failed).toEqual(["visits"]);
      expect(actual.visits).toBe("8");
    }
    expect(await read()).toMatchObject({ visits: "8" });
  });

  test("that is not valid is an error about the argument", async () => {
    const fail = async (expectation: string) => {
      const [error] = await service.fail(
        `mutation { remove(${keyOf()}, if: { ${expectation} }) { __typename } }`,
      );
      return error;
    };
    expect(await fail("rank: { gt: -1 }")).toEqual({
      message: 'Argument "if.rank.gt" must be a whole number from 0 to 1000.',
      path: ["remove"],
      extensions: { code: "BAD_USER_INPUT", argument: ["if", "rank", "gt"] },
    });
    expect(await fail("rank: null")).toEqual({
      message: 'Argument "if.rank" must be an expectation, e.g. { isNull: true }, not null.',
      path: ["remove"],
      extensions: { code: "BAD_USER_INPUT", argument: ["if", "rank"] },
    });
    expect(await fail("rank: { gt: 1, lt: 2 }")).toMatchObject({
      message: 'OneOf Input Object "IntExpectation" must specify exactly one key.',
    });
    expect(await read()).toMatchObject({ rank: 5 });
  });

  test("that is null as a whole expects nothing", async () => {
    const removed = await tell(`remove(${keyOf()}, if: null) { __typename }`);
    expect(removed).toEqual({ __typename: "ShelfDeleted" });
  });
});
