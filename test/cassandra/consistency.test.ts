import { randomUUID } from "node:crypto";
import { tracker, types } from "cassandra-driver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  add,
  asc,
  batch,
  connect,
  counter,
  counterBatch,
  insert,
  int,
  loggedBatch,
  put,
  remove,
  select,
  type Session,
  type Statement,
  table,
  text,
  update,
} from "../../src/cassandra/index.ts";
import { createLive } from "../../src/live/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { existing, next } from "../live/next.ts";

const columns = { device: text(), at: int(), value: int() };
const key = { partition: ["device"], clustering: [asc("at")] } as const;
const Reading = table("reading", columns, { ...key, consistency: "LOCAL_ONE" });
const Note = table("note", columns, key);
const Hits = table(
  "hits",
  { page: text(), views: counter() },
  { partition: ["page"], consistency: "LOCAL_ONE" },
);
const Seat = table(
  "seat",
  { hall: text(), number: int(), taken: int().default(0) },
  { partition: ["hall"], clustering: [asc("number")], lwt: true },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Reading, Note, Hits, Seat);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Records the CQL and the consistency of each answered request. */
class Recorder extends tracker.RequestLogger {
  readonly sent: (readonly [cql: unknown, consistency: types.consistencies])[] = [];

  constructor() {
    super({});
  }

  override onSuccess(...args: Parameters<tracker.RequestLogger["onSuccess"]>): void {
    const [, query, , options] = args;
    this.sent.push([query, options.getConsistency()]);
  }
}

/** Opens a further session, and records what it sends. */
async function record() {
  const requestTracker = new Recorder();
  const driver = { requestTracker };
  const own = await connect({ ...keyspace.cluster, keyspace: keyspace.name, driver });
  return { own, sent: requestTracker.sent };
}

const { localOne, localQuorum, quorum, all } = types.consistencies;
const reading = { device: "a", at: 1, value: 1 };
const place = { device: "a", at: 1 };

describe("a statement is executed at", () => {
  test.each([
    ["that of its table", localOne, select(Reading, place)],
    ["that of its table", localOne, select(Reading, { device: "a" })],
    ["that of its table", localOne, put(Reading, reading)],
    ["that of its table", localOne, insert(Reading, reading)],
    ["that of its table", localOne, update(Reading, place, { value: 2 })],
    ["that of its table", localOne, remove(Reading, place)],
    ["that of its table", localOne, add(Hits, { page: "a" }, { views: 1n })],
    ["that of its table", localOne, batch(Reading, [put(Reading, reading)])],
    ["that of its table", localOne, loggedBatch([put(Reading, reading)])],
    ["that of its table", localOne, counterBatch([add(Hits, { page: "a" }, { views: 1n })])],
    ["its own", quorum, select(Reading, place, { consistency: "QUORUM" })],
    ["its own", all, put(Reading, reading, { consistency: "ALL" })],
    ["its own", localOne, select(Note, place, { consistency: "LOCAL_ONE" })],
    ["its own", localOne, batch(Note, [put(Note, reading, { consistency: "LOCAL_ONE" })])],
    ["that of the session", localQuorum, select(Note, place)],
    ["that of the session", localQuorum, put(Note, reading)],
    ["that of the session", localQuorum, select(Seat, { hall: "a", number: 1 })],
    [
      "that of the session",
      localQuorum,
      insert(Seat, { hall: "a", number: 1 }, { if: "not exists" }),
    ],
  ] as const)("%s: %s", async (_, consistency, statement) => {
    const { own, sent } = await record();
    await using _session = own;
    await own.run(statement as Statement<unknown>);
    expect(sent.map(([, level]) => level)).toEqual([consistency]);
  });

  test("that of its table, if the session chooses the statement itself", async () => {
    const { own, sent } = await record();
    await using _ = own;
    await own.load(Reading, place);
    await Array.fromAsync(own.rows(select(Reading, { device: "a" })));
    expect(sent.map(([, level]) => level)).toEqual([localOne, localOne]);
  });
});

test("reads at different consistencies do not share a request", async () => {
  const { own, sent } = await record();
  await using _ = own;
  const key = { device: randomUUID(), at: 1 };
  const read = (consistency?: "LOCAL_ONE" | "LOCAL_QUORUM") =>
    own.run(select(Note, key, { consistency }));
  await Promise.all([read(), read("LOCAL_ONE"), read("LOCAL_QUORUM"), read("LOCAL_ONE"), read()]);
  // Of each, one is in flight, and one is shared by those that came meanwhile. The session's own is LOCAL_QUORUM.
  const count = (level: number) => sent.filter(([, each]) => each === level).length;
  expect([count(localOne), count(localQuorum), sent.length]).toEqual([2, 2, 4]);
});

describe("live values of a table with a weaker consistency", () => {
  test("are read at the consistency of the session", async () => {
    const { own, sent } = await record();
    await using _ = own;
    const device = randomUUID();
    await session.run(put(Reading, { device, at: 1, value: 1 }));
    const live = createLive({ session: own });
    const key = { device, at: 1 };
    const watched = existing(await live.watch(Reading, key, { columns: ["value"] }));
    expect((await next(watched)).row.value).toBe(1);
    const followed = await live.follow(Reading, { device });
    await session.run(put(Reading, { device, at: 1, value: 2 }));
    live.hint(Reading, key, ["value"]);
    expect((await next(watched)).row.value).toBe(2);
    await next(followed);
    await live.close();
    const reads = sent.filter(([cql]) => String(cql).includes("FROM reading"));
    expect(reads.length).toBeGreaterThan(2);
    expect(new Set(reads.map(([, level]) => level))).toEqual(new Set([localQuorum]));
  });
});
