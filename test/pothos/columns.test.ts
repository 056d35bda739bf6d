import { randomUUID } from "node:crypto";
import { tracker } from "cassandra-driver";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  asc,
  bigint,
  blob,
  connect,
  double,
  frozen,
  insert,
  int,
  map,
  type Session,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { graphql } from "graphql";
import { createBuilder } from "./build.ts";

const wide = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [`c${at}`, int()] as const),
) as Record<"c0", ReturnType<typeof int>>;

const Notes = table(
  "notes",
  { room: text(), name: text(), title: text(), body: text(), stars: int(), ...wide },
  { partition: ["room"], clustering: [asc("name")] },
);

const Scores = table(
  "scores",
  {
    "the-game": bigint().as("game"),
    rank: int({ min: 1, max: 9 }).as("place"),
    limits: frozen(map(text(), double())),
    note: text(),
  },
  { partition: ["the-game"], clustering: [asc("rank"), asc("limits")] },
);

const Pairs = table(
  "pairs",
  { left: text(), right: blob(), note: text() },
  { partition: ["left", "right"] },
);

const builder = createBuilder();
builder.tableObject("Note", Notes, {
  fields: (t) => ({
    length: t.int({
      extensions: { cassandra: { columns: ["body"] } },
      resolve: ({ body }) => body?.length ?? 0,
    }),
    all: t.int({ resolve: (row) => Object.keys(row).length }),
  }),
});
builder.tableObject("Score", Scores);
builder.tableObject("Pair", Pairs);
builder.queryType({
  fields: (t) => ({
    pair: t.row(Pairs),
    note: t.row(Notes),
    notes: t.partition(Notes),
    score: t.row(Scores),
    scores: t.partition(Scores),
  }),
});
const schema = builder.toSchema();

/** Records the reads. */
class Recorder extends tracker.RequestLogger {
  readonly reads: string[] = [];

  constructor() {
    super({});
  }

  override onSuccess(...[, query]: Parameters<tracker.RequestLogger["onSuccess"]>): void {
    if (typeof query === "string" && / FROM (notes|scores) /.test(query)) this.reads.push(query);
  }
}

const requestTracker = new Recorder();
const room = randomUUID();
let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Notes, Scores, Pairs);
  const { cluster, name } = keyspace;
  session = await connect({ ...cluster, keyspace: name, driver: { requestTracker } });
  await session.run(insert(Notes, { room, name: "a", title: "A", body: "Hello", stars: 5 }));
  await session.run(insert(Notes, { room, name: "b", title: "B", body: "World" }));
});
beforeEach(() => void requestTracker.reads.splice(0));
afterAll(async () => {
  await session.close();
  await keyspace[Symbol.asyncDispose]();
});

async function run(source: string, variableValues: Readonly<Record<string, unknown>> = {}) {
  const contextValue = { session };
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  return JSON.parse(JSON.stringify({ data, ...(errors && { errors }) }));
}

const every = Object.keys(Notes.columns).join(", ");
const row = `query ($room: String!) { note(room: $room, name: "a")`;

describe("a read of a wide table", () => {
  test.each([
    [`${row} { title } }`, "room, name, title", { title: "A" }],
    [
      `${row} { body title room } }`,
      "room, name, title, body",
      { body: "Hello", title: "A", room },
    ],
    [`${row} { name } }`, "room, name", { name: "a" }],
    [`${row} { length } }`, "room, name, body", { length: 5 }],
    [`${row} { all } }`, every, { all: 45 }],
  ])("%s selects only the requested columns", async (source, columns, note) => {
    expect(await run(source, { room })).toEqual({ data: { note } });
    const where = "WHERE room = ? AND name = ?";
    expect(requestTracker.reads).toEqual([`SELECT ${columns} FROM notes ${where}`]);
  });

  test("selects the columns of several fields of one row at once, and each field gets its own", async () => {
    const source = `query ($room: String!) {
      a: note(room: $room, name: "a") { title }
      again: note(room: $room, name: "a") { stars }
      b: note(room: $room, name: "b") { title }
    }`;
    expect(await run(source, { room })).toEqual({
      data: { a: { title: "A" }, again: { stars: 5 }, b: { title: "B" } },
    });
    expect(requestTracker.reads).toEqual([
      "SELECT room, name, title, stars FROM notes WHERE room = ? AND name IN ?",
    ]);
  });

  test("selects only the requested columns in a page, too", async () => {
    const source = `query ($room: String!) {
      notes(room: $room) { nodes { stars } edges { cursor node { ...n } } pageInfo { hasNextPage } }
    }
    fragment n on Note { title }`;
    expect((await run(source, { room })).data.notes.nodes).toEqual([{ stars: 5 }, { stars: null }]);
    expect(requestTracker.reads).toEqual([
      "SELECT room, name, title, stars FROM notes WHERE room = ? LIMIT ?",
    ]);
  });

  test("uses a limited number of column sets", async () => {
    for (const name of Object.keys(wide)) {
      const source = `query ($room: String!) {
        note(room: $room, name: "a") { ${name} }
        again: note(room: $room, name: "a") { title ${name} }
        notes(room: $room) { nodes { ${name} } }
      }`;
      expect(await run(source, { room })).toMatchObject({ data: { note: { [name]: null } } });
    }
    const selections = new Set(requestTracker.reads.map((text) => text.replace(/ WHERE .*/, "")));
    expect(selections.size).toBeLessThanOrEqual(33);
    expect(requestTracker.reads).toContain(`SELECT ${every} FROM notes WHERE room = ? LIMIT ?`);
  });
});

describe("arguments of GraphQL", () => {
  const read: Readonly<Record<string, string>> = {
    note: `query ($room: String!) { note(room: $room, name: "a") { body } }`,
    notes: `query ($room: String!) { notes(room: $room) { nodes { body } } }`,
    pair: `query ($left: String!, $right: Base64!) { pair(left: $left, right: $right) { note } }`,
  };
  const source = `query ($game: BigInt!, $place: Int!, $limits: [StringFloatEntryInput!]!) {
    score(game: $game, place: $place, limits: $limits) { game place limits { key value } note }
  }`;
  const game = "9007199254740993";

  test("have the names of their columns, and their values reach the columns", async () => {
    const limits = new Map([["a", 0.5]]);
    const key = { "the-game": BigInt(game), rank: 1, limits };
    await session.run(insert(Scores, { ...key, note: "first" }));
    const given = { game, place: 1, limits: [{ key: "a", value: 0.5 }] };
    expect(await run(source, given)).toEqual({ data: { score: { ...given, note: "first" } } });
    const page = `query ($game: BigInt!) { scores(game: $game) { nodes { note } } }`;
    expect(await run(page, { game })).toEqual({ data: { scores: { nodes: [{ note: "first" }] } } });
  });

  test.each([
    [
      { place: 31_415 },
      'Argument "place" must be a whole number from 1 to 9.',
      { code: "BAD_USER_INPUT", argument: ["place"] },
    ],
    [
      { game: "99999999999999999999" },
      'Argument "game" must be a whole number from -9223372036854775808 to 9223372036854775807.',
      { code: "BAD_USER_INPUT", argument: ["game"] },
    ],
    [
      {
        limits: [
          { key: "twice", value: 1 },
          { key: "twice", value: 2 },
        ],
      },
      'Argument "limits" must have each key once.',
      { code: "BAD_USER_INPUT", argument: ["limits"] },
    ],
  ])(
    "that are not valid cause errors with their names, without their values: %o",
    async (wrong, message, extensions) => {
      const given = { game, place: 1, limits: [], ...wrong };
      expect((await run(source, given)).errors).toMatchObject([{ message, extensions }]);
    },
  );

  test.each([
    ["note", { room: "" }, 'Argument "room" must not be empty.'],
    ["notes", { room: "" }, 'Argument "room" must not be empty.'],
    [
      "notes",
      { room: "x".repeat(65_536) },
      'Argument "room" must be shorter: a partition key has at most 65535 bytes.',
    ],
    [
      "pair",
      { left: "é".repeat(20_000), right: Buffer.alloc(25_530).toString("base64") },
      'Argument "left" must be shorter: a partition key has at most 65535 bytes.',
    ],
  ])("%s rejects a partition key that Cassandra does not accept", async (field, given, message) => {
    const argument = message.split('"')[1];
    expect((await run(read[field]!, given)).errors).toMatchObject([
      { message, extensions: { code: "BAD_USER_INPUT", argument: [argument] } },
    ]);
  });

  test.each([
    ["notes", { room: "x".repeat(65_535) }, { notes: { nodes: [] } }],
    ["pair", { left: "", right: "" }, { pair: null }],
    [
      "pair",
      { left: "é".repeat(20_000), right: Buffer.alloc(25_529).toString("base64") },
      { pair: null },
    ],
  ])("%s accepts the largest partition key that Cassandra accepts", async (field, given, data) => {
    expect(await run(read[field]!, given)).toEqual({ data });
  });
});
