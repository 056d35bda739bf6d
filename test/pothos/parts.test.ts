import { randomUUID } from "node:crypto";
import { tracker } from "cassandra-driver";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import {
  asc,
  bigint,
  connect,
  counter,
  date,
  desc,
  frozen,
  int,
  list,
  map,
  orderOf,
  type Session,
  set,
  table,
  text,
  tuple,
  udt,
} from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { openService, type Service } from "./service.ts";

// Parts of partitions whose clustering columns have both directions, and values of every form in plain writes.

const Place = udt("place", { street: text(), "floor-no": int().as("floor") });

/** The shelves of a store, with plain writes. */
const Shelf = table(
  "shelves",
  {
    store: text({ max: 40 }),
    aisle: int(),
    level: int().as("height"),
    slot: int(),
    note: text(),
    words: set(text()),
    prices: map(date(), bigint()),
    lines: frozen(list(tuple(int(), text()))),
    place: Place,
  },
  { partition: ["store"], clustering: [asc("aisle"), desc("level"), asc("slot")] },
);

/** Jobs, with an order in the same partitions and one in other partitions. */
const Job = table(
  "jobs",
  { team: text(), id: int(), rank: int(), who: text() },
  {
    partition: ["team"],
    clustering: [desc("id")],
    lwt: true,
    lanes: true,
    orders: {
      jobs_by_rank: [desc("rank")],
      jobs_by_who: { partition: ["who"], clustering: [asc("rank")] },
    },
  },
);
const JobByRank = orderOf(Job, "jobs_by_rank");
const JobByWho = orderOf(Job, "jobs_by_who");

const Hits = table(
  "hits",
  { page: text(), views: counter(), likes: counter().as("hearts") },
  { partition: ["page"] },
);

const builder = createBuilder();
builder.tableObject("Shelf", Shelf);
builder.tableObject("Job", Job);
builder.tableObject("Hit", Hits, { plural: "Hits" });
const Store = builder.objectRef<{ readonly name: string }>("Store").implement({
  fields: (t) => ({
    shelves: t.partition(Shelf, { from: { store: ({ name }) => name }, range: true, order: true }),
    shelf: t.row(Shelf, { from: { store: ({ name }) => name, level: () => 1 } }),
  }),
});
builder.queryType({
  fields: (t) => ({
    stores: t.field({
      type: [Store],
      args: { names: t.arg.stringList({ required: true }) },
      resolve: (_, { names }) => names.map((name) => ({ name })),
    }),
    shelves: t.partition(Shelf, { range: true, order: true }),
    shelf: t.row(Shelf),
    jobs: t.partition(JobByRank, {
      order: true,
      args: { most: t.arg.int() },
      key: (_, { most }) => (typeof most === "number" ? { rank: { lte: most } } : {}),
    }),
    jobsOf: t.partition(JobByWho, { range: true, order: true }),
    hit: t.row(Hits),
  }),
});
builder.mutationType({
  fields: (t) => ({
    put: t.put(Shelf),
    createJob: t.create(Job),
    addHits: t.add(Hits),
  }),
});

/** Records the reads of shelves. */
class Recorder extends tracker.RequestLogger {
  readonly reads: string[] = [];

  constructor() {
    super({});
  }

  override onSuccess(...[, query]: Parameters<tracker.RequestLogger["onSuccess"]>): void {
    if (typeof query === "string" && / FROM shelves /.test(query)) this.reads.push(query);
  }
}

let service: Service;
let recorder: Recorder;
let recorded: Session;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Shelf, Job, Hits);
});
afterAll(() => service[Symbol.asyncDispose]());

let store: string;
beforeEach(() => {
  store = randomUUID();
});

async function tell(mutation: string) {
  const { it } = await service.run(`mutation { it: ${mutation} }`);
  return it;
}
const place = (aisle: number, height: number, slot: number) =>
  `store: "${store}", aisle: ${aisle}, height: ${height}, slot: ${slot}`;
const put = (aisle: number, height: number, slot: number, row = "{}") =>
  tell(`put(${place(aisle, height, slot)}, row: ${row}) { __typename }`);

const PAGE = "nodes { aisle height slot } pageInfo { hasNextPage hasPreviousPage endCursor }";
interface Page {
  readonly nodes: readonly {
    readonly aisle: number;
    readonly height: number;
    readonly slot: number;
  }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly endCursor: string | null;
  };
}
async function page(args: string): Promise<Page> {
  const { shelves } = await service.run(`{ shelves(store: "${store}" ${args}) { ${PAGE} } }`);
  return shelves;
}
const textOf = ({ nodes }: Page) =>
  nodes.map(({ aisle, height, slot }) => `${aisle}${height}${slot}`).join(" ");

/** In the stored order: aisles ascending, heights descending, slots ascending. */
const ALL = "121 122 111 112 221 222 211 212 321 322 311 312";
async function putAll() {
  for (const aisle of [1, 2, 3]) {
    for (const height of [1, 2]) {
      for (const slot of [1, 2]) await put(aisle, height, slot);
    }
  }
}

describe("a part of a partition in mixed directions", () => {
  const parts: readonly (readonly [slice: string, expected: string])[] = [
    ["{ aisle: { gt: 1, lte: 2 } }", "221 222 211 212"],
    ["{ aisle: { gte: 2, lte: 2 } }", "221 222 211 212"],
    ["{ aisle: { gt: null, lt: 2 } }", "121 122 111 112"],
    ["{ aisle: { gt: 3 } }", ""],
    ["{ aisle: { gt: 2, lt: 2 } }", ""],
    ["{ aisle: { gte: 3, lt: 1 } }", ""],
    ["{ aisleHeight: { aisle: 2, height: { gt: 1 } } }", "221 222"],
    ["{ aisleHeight: { aisle: 2, height: { lt: 2 } } }", "211 212"],
    ["{ aisleHeight: { aisle: 2, height: null } }", "221 222 211 212"],
    ["{ aisleHeight: { aisle: 4 } }", ""],
    ["{ aisleHeightSlot: { aisle: 2, height: 1, slot: { gte: 2 } } }", "212"],
    ["{ aisleHeightSlot: { aisle: 2, height: 1 } }", "211 212"],
  ];
  beforeEach(putAll);

  test.each(parts)("contains the rows of %s in both orders", async (slice, expected) => {
    expect(textOf(await page(`, slice: ${slice}`))).toBe(expected);
    expect(textOf(await page(`, slice: ${slice}, order: REVERSED`))).toBe(
      expected.split(" ").toReversed().join(" "),
    );
  });

  test.each(parts)("contains the same rows of %s page by page", async (slice) => {
    for (const order of ["STORED", "REVERSED"]) {
      const read: string[] = [];
      let after = "";
      for (let more = true; more;) {
        const found = await page(`, slice: ${slice}, order: ${order}, first: 1 ${after}`);
        expect(found.pageInfo.hasPreviousPage).toBe(after !== "");
        read.push(textOf(found));
        more = found.pageInfo.hasNextPage;
        after = `, after: "${found.pageInfo.endCursor}"`;
      }
      expect(read.join(" ")).toBe(textOf(await page(`, slice: ${slice}, order: ${order}`)));
    }
  });

  test("is never left by a cursor from another part of the partition", async () => {
    const cursors = async (): Promise<Record<string, string>> => {
      const { shelves } = await service.run(
        `{ shelves(store: "${store}") { edges { cursor node { aisle height slot } } } }`,
      );
      return Object.fromEntries(
        shelves.edges.map(({ cursor, node }: { cursor: string; node: Page["nodes"][number] }) => [
          textOf({ nodes: [node] } as never),
          cursor,
        ]),
      );
    };
    const at = await cursors();
    const read = async (from: string, args: string) =>
      textOf(await page(`, after: "${at[from]}", ${args}`));
    const second = "slice: { aisle: { gte: 2, lt: 3 } }";
    expect(await read("112", second)).toBe("221 222 211 212");
    expect(await read("222", second)).toBe("211 212");
    expect(await read("321", second)).toBe("");
    expect(await read("321", `${second}, order: REVERSED`)).toBe("212 211 222 221");
    expect(await read("222", `${second}, order: REVERSED`)).toBe("221");
    expect(await read("112", `${second}, order: REVERSED`)).toBe("");
    expect(await read("312", "order: STORED")).toBe("");
    expect(await read("121", "order: REVERSED")).toBe("");
    expect(await read("312", "order: REVERSED")).toBe(
      ALL.split(" ").toReversed().slice(1).join(" "),
    );
    const errors = await service.fail(
      `{ shelves(store: "${store}", after: "${at["112"]}", slice: { aisleHeight: { aisle: 2 } }) { ${PAGE} } }`,
    );
    expect(errors).toMatchObject([{ path: ["shelves"], extensions: { code: "BAD_CURSOR" } }]);
  });

  test.each([0, -1, 101])("cannot be read in pages of %s rows", async (first) => {
    expect(
      await service.fail(`{ shelves(store: "${store}", first: ${first}) { ${PAGE} } }`),
    ).toMatchObject([
      { path: ["shelves"], extensions: { code: "BAD_USER_INPUT", argument: ["first"] } },
    ]);
  });

  test("cannot be requested by two slices", async () => {
    const slice = "{ aisle: { gt: 1 }, aisleHeight: { aisle: 1 } }";
    expect(
      await service.fail(`{ shelves(store: "${store}", slice: ${slice}) { ${PAGE} } }`),
    ).toHaveLength(1);
  });
});

describe("rows of several parents", () => {
  beforeAll(async () => {
    recorder = new Recorder();
    const keyspace = service.session.keyspace!;
    recorded = await connect({
      ...inject("cassandra"),
      keyspace,
      driver: { requestTracker: recorder },
    });
  });
  afterAll(() => recorded.close());
  const read = (source: string, variables = {}) =>
    service.run(source, variables, { session: recorded });

  test("are read by one query per partition, whatever columns each parent selects", async () => {
    await put(1, 1, 1, '{ note: "a" }');
    await put(2, 1, 1, '{ note: "b" }');
    recorder.reads.splice(0);
    const { stores } = await read(
      `query ($names: [String!]!) {
        stores(names: $names) {
          a: shelf(aisle: 1, slot: 1) { note }
          b: shelf(aisle: 2, slot: 1) { slot words }
          none: shelf(aisle: 3, slot: 1) { note }
        }
      }`,
      { names: [store, store, "nowhere"] },
    );
    const found = { a: { note: "a" }, b: { slot: 1, words: [] }, none: null };
    expect(stores).toEqual([found, found, { a: null, b: null, none: null }]);
    expect(recorder.reads).toHaveLength(2);
  });

  test("are read page by page under each parent, and in parts", async () => {
    await putAll();
    const source = `query ($names: [String!]!, $after: String) {
      stores(names: $names) {
        shelves(slice: { aisle: { lt: 3 } }, order: REVERSED, first: 3, after: $after) { ${PAGE} }
      }
    }`;
    const { stores } = await read(source, { names: [store, "nowhere"] });
    expect(stores.map(({ shelves }: { shelves: Page }) => textOf(shelves))).toEqual([
      "212 211 222",
      "",
    ]);
    const after = stores[0].shelves.pageInfo.endCursor;
    const { stores: next } = await read(source, { names: [store], after });
    expect(textOf(next[0].shelves)).toBe("221 112 111");
    const other = `{ shelves(store: "${store}", after: "${after}") { ${PAGE} } }`;
    expect(textOf((await read(other)).shelves)).toBe("211 212 321 322 311 312");
  });

  test("with an invalid key from the parent are not an error about an argument", async () => {
    const names = ["x".repeat(41)];
    for (const field of [`shelves { ${PAGE} }`, "shelf(aisle: 1, slot: 1) { note }"]) {
      const source = `query ($names: [String!]!) { stores(names: $names) { ${field} } }`;
      const [error] = await service.fail(source, { names });
      expect(error).toMatchObject({
        message: "shelves.store must be 0 to 40 characters, but got more",
        extensions: {},
      });
    }
  });
});

describe("an order", () => {
  const ranks = ({ nodes }: { nodes: readonly { rank: number; team: string }[] }) =>
    nodes.map(({ rank }) => rank);
  const createJob = (team: string, id: number, rank: number, who: string) =>
    tell(
      `createJob(input: { team: "${team}", id: ${id}, rank: ${rank}, who: "${who}" }) { __typename }`,
    );

  test("has parts that the option key defines, page by page in both directions", async () => {
    for (const id of [1, 2, 3, 4, 5]) await createJob(store, id, id, randomUUID());
    const jobs = async (args: string) =>
      (
        await service.run(
          `{ jobs(team: "${store}" ${args}) { nodes { rank } pageInfo { hasNextPage endCursor } } }`,
        )
      ).jobs;
    expect(ranks(await jobs(""))).toEqual([5, 4, 3, 2, 1]);
    expect(ranks(await jobs(", most: null"))).toEqual([5, 4, 3, 2, 1]);
    for (const [order, expected] of [
      ["STORED", [4, 3, 2, 1]],
      ["REVERSED", [1, 2, 3, 4]],
    ] as const) {
      const first = await jobs(`, most: 4, order: ${order}, first: 2`);
      expect([ranks(first), first.pageInfo.hasNextPage]).toEqual([expected.slice(0, 2), true]);
      const after = `after: "${first.pageInfo.endCursor}"`;
      const rest = await jobs(`, most: 4, order: ${order}, first: 2, ${after}`);
      expect([ranks(rest), rest.pageInfo.hasNextPage]).toEqual([expected.slice(2), false]);
    }
  });

  test("with another partition key has rows of several partitions, in parts and page by page in both directions", async () => {
    const who = randomUUID();
    const teams = [store, randomUUID()];
    for (const rank of [1, 2, 3, 4]) await createJob(teams[rank % 2]!, rank, rank, who);
    const jobs = async (args: string) =>
      (
        await service.run(
          `{ jobsOf(who: "${who}" ${args}) { nodes { rank team } pageInfo { hasNextPage endCursor } } }`,
        )
      ).jobsOf;
    const all = await jobs("");
    expect(ranks(all)).toEqual([1, 2, 3, 4]);
    expect(new Set(all.nodes.map(({ team }: { team: string }) => team)).size).toBe(2);
    expect(ranks(await jobs(", slice: { rank: { gt: 1, lt: 4 } }, order: REVERSED"))).toEqual([
      3, 2,
    ]);
    const { pageInfo, ...first } = await jobs(", order: REVERSED, first: 3");
    expect(ranks(first)).toEqual([4, 3, 2]);
    expect(
      ranks(await jobs(`, order: REVERSED, first: 3, after: "${pageInfo.endCursor}"`)),
    ).toEqual([1]);
    const errors = await service.fail(
      `{ jobsOf(who: "nobody", after: "${pageInfo.endCursor}") { nodes { rank } } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: "BAD_CURSOR" } }]);
  });
});

describe("values of every form", () => {
  const VALUES = "note words prices { key value } lines { item0 item1 } place { street floor }";
  const read = async () => (await service.run(`{ shelf(${place(1, 1, 1)}) { ${VALUES} } }`)).shelf;

  test("are put, stay unchanged if absent, and are removed by null", async () => {
    await put(
      1,
      1,
      1,
      `{
        note: "n", words: ["b", "a", "b"], prices: [{ key: "2040-01-02", value: "9007199254740993" }]
        lines: [{ item0: 1, item1: null }, { item1: "x" }], place: { floor: 3 }
      }`,
    );
    const all = {
      note: "n",
      words: ["a", "b"],
      prices: [{ key: "2040-01-02", value: "9007199254740993" }],
      lines: [
        { item0: 1, item1: null },
        { item0: null, item1: "x" },
      ],
      place: { street: null, floor: 3 },
    };
    expect(await read()).toEqual(all);
    await put(1, 1, 1, '{ words: [], place: { street: "S" } }');
    expect(await read()).toEqual({ ...all, words: [], place: { street: "S", floor: null } });
    await put(1, 1, 1, "{ note: null, prices: [], lines: null, place: null }");
    expect(await read()).toEqual({ note: null, words: [], prices: [], lines: null, place: null });
  });

  test("that are not valid have an error each, and nothing is put", async () => {
    const twice = '[{ key: "2040-01-02", value: "1" }, { key: "2040-01-02", value: "2" }]';
    const row = `{ prices: ${twice}, lines: [{ item1: "a\\u0000" }] }`;
    const answer = await tell(
      `put(${place(1, 1, 1)}, row: ${row}) { __typename ... on InvalidInput { message errors { path code } } }`,
    );
    expect(answer).toMatchObject({ __typename: "InvalidInput" });
    expect(answer.errors.map(({ path }: { path: unknown }) => path)).toContainEqual(["prices"]);
    expect(await read()).toBeNull();
  });
});

test("counters can be changed within 64 bits, and other deltas are rejected", async () => {
  const of = `page: "${randomUUID()}"`;
  const add = (what: string) =>
    tell(`addHits(${of}, add: ${what}) {
      __typename ... on HitsAdded { page } ... on InvalidInput { errors { path code } }
    }`);
  expect(await add('{ views: "9223372036854775808" }')).toEqual({
    __typename: "InvalidInput",
    errors: [{ path: ["views"], code: "OUT_OF_RANGE" }],
  });
  expect(await add('{ hearts: "-9223372036854775808", views: "0" }')).toMatchObject({
    __typename: "HitsAdded",
  });
  expect(await add('{ hearts: "9223372036854775807" }')).toMatchObject({ __typename: "HitsAdded" });
  expect(await service.run(`{ hit(${of}) { views hearts } }`)).toEqual({
    hit: { views: "0", hearts: "-1" },
  });
});
