import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  blob,
  connect,
  insert,
  int,
  InvalidValue,
  select,
  selectEach,
  type Session,
  type Statement,
  sync,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { countedSession } from "../fixtures/counted-session.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { packed } from "../fixtures/packed.ts";

const Meter = table(
  "meter",
  { place: text(), id: int(), value: int() },
  { partition: ["place"], clustering: [asc("id")] },
);
const columns = { place: text(), id: int(), value: text() };
/** A model that the database does not match. */
const WrongMeter = table("meter", columns, { partition: ["place"], clustering: [asc("id")] });

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Meter);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

test("readers of one row share requests, and none of them sees an older value than it may", async () => {
  await using counted = await countedSession(keyspace);
  await using writer = await connect({ ...keyspace.cluster, keyspace: keyspace.name });
  const { session } = counted;
  const key = { place: "cellar", id: 1 };
  const statement = select(Meter, key);
  await writer.run(insert(Meter, { ...key, value: 0 }));

  const WRITES = 300;
  /** The largest value that a write has been acknowledged for, or that a reader has been given. */
  let known = 0;
  let isWriting = true;
  const tooOld: string[] = [];
  let asked = 0;

  const read = async (way: (typeof ways)[number], rest: number) => {
    while (isWriting) {
      // Otherwise all would ask at once, whenever a read ends.
      if (rest > 0) await sleep(rest);
      const least = known;
      asked += 1;
      const value = await way(session, statement);
      if (value < least) tooOld.push(`${value} instead of ${least}`);
      known = Math.max(known, value);
    }
  };
  const write = async () => {
    for (let value = 1; value <= WRITES; value++) {
      await writer.run(insert(Meter, { ...key, value }));
      known = Math.max(known, value);
    }
    isWriting = false;
  };
  const readers = Array.from({ length: 60 }, (_, at) => read(ways[at % 3]!, at % 5));
  await Promise.all([write(), ...readers]);

  expect(tooOld).toEqual([]);
  expect(await ways[0]!(session, statement)).toBe(WRITES);
  expect(counted.answered(statement.cql)).toBeGreaterThan(1);
  expect(counted.answered(statement.cql)).toBeLessThan(asked / 3);
});

type Read = Statement<{ readonly value: number | null } | undefined>;

/** The ways to read a value. They share requests. */
const ways: readonly ((session: Session, read: Read) => Promise<number>)[] = [
  async (session, read) => (await session.run(read))!.value!,
  async (session, read) => {
    const [page] = await packed(session, read);
    return (page!.rows()[0]!["value"] as Buffer).readInt32BE();
  },
  async (session) => (await session.load(Meter, { place: "cellar", id: 1 }))!.value!,
];

test("equal reads that are requested together need two requests, and have their own results", async () => {
  await using counted = await countedSession(keyspace);
  const { session } = counted;
  await session.run(insert(Meter, { place: "attic", id: 1, value: 7 }));
  const statement = () => selectEach(Meter, { place: "attic" });
  const found = await Promise.all(Array.from({ length: 100 }, () => session.run(statement())));
  expect(counted.answered(statement().cql)).toBe(2);
  expect(new Set(found).size).toBe(100);
  for (const rows of found) expect(rows).toEqual([{ place: "attic", id: 1, value: 7 }]);
});

test("reads with other values or of another shape are not shared", async () => {
  await using counted = await countedSession(keyspace);
  const { session } = counted;
  const values = { ab: 1, a: 2, "2:": 3, "1:a": 4 };
  for (const [place, value] of Object.entries(values)) {
    await session.run(insert(Meter, { place, id: value, value }));
  }
  const found = await Promise.all(
    Object.entries(values).flatMap(([place, id]) => [
      session.run(select(Meter, { place, id })),
      session.run(select(Meter, { place, id: -id })),
    ]),
  );
  expect(found.map((row) => row?.value)).toEqual(
    Object.values(values).flatMap((value) => [value, undefined]),
  );
});

test("serial reads are not shared", async () => {
  await using counted = await countedSession(keyspace);
  const statement = selectEach(Meter, { place: "attic" }, { serial: true });
  await Promise.all([1, 2, 3].map(() => counted.session.run(statement)));
  expect(counted.answered(statement.cql)).toBe(3);
});

test("a model that the database does not match shares no read with one that it matches", async () => {
  const { session } = keyspace;
  await session.run(insert(Meter, { place: "roof", id: 1, value: 7 }));
  const right = () => session.run(selectEach(Meter, { place: "roof" }));
  const wrong = () => session.run(selectEach(WrongMeter, { place: "roof" }));
  const results = await Promise.allSettled([right(), wrong(), right(), wrong()]);
  const found = { status: "fulfilled", value: [{ place: "roof", id: 1, value: 7 }] };
  const failed = { status: "rejected", reason: { code: "NOT_SYNCED" } };
  expect(results).toMatchObject([found, failed, found, failed]);
});

test("a read that fails does so for each caller, and the next one is sent", async () => {
  await using counted = await countedSession(keyspace);
  const { session } = counted;
  await session.cql("CREATE TABLE fading (id int PRIMARY KEY)");
  const Fading = table("fading", { id: int() }, { partition: ["id"] });
  const read = () => session.run(select(Fading, { id: 1 }));
  expect(await read()).toBeUndefined();
  await session.cql("DROP TABLE fading");
  const failed = { status: "rejected", reason: { code: "NOT_SYNCED" } };
  expect(await Promise.allSettled([read(), read(), read()])).toMatchObject([
    failed,
    failed,
    failed,
  ]);
  await session.cql("CREATE TABLE fading (id int PRIMARY KEY)");
  session.clearPrepared();
  expect(await read()).toBeUndefined();
});

test("a value that cannot be encoded fails each read with its error", async () => {
  const { session } = keyspace;
  const { types, ...statement } = select(Meter, { place: "attic", id: 1 });
  const type = {
    ...types[1]!,
    encode() {
      throw new InvalidValue("WRONG_TYPE", "must be even, but is 1");
    },
  };
  const read = () => session.run({ ...statement, types: [types[0]!, type] });
  const failed = {
    status: "rejected",
    reason: { code: "REFUSED", message: "A value must be even." },
  };
  expect(await Promise.allSettled([read(), read()])).toMatchObject([failed, failed]);
});

test("a read that waits keeps the value that it was requested with", async () => {
  const { session } = keyspace;
  const Hash = table("hash", { hash: blob(), name: text() }, { partition: ["hash"] });
  await sync(session, { keyspace: keyspace.name, tables: [Hash] });
  await session.run(insert(Hash, { hash: new Uint8Array([1]), name: "one" }));
  await session.run(insert(Hash, { hash: new Uint8Array([2]), name: "two" }));
  const hash = new Uint8Array([1]);
  const read = () => session.run(select(Hash, { hash }));
  const [first, second] = [read(), read()];
  const name = (await first)?.name;
  hash[0] = 2;
  expect([name, (await second)?.name]).toEqual(["one", "one"]);
});
