import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  asc,
  connect,
  insert,
  int,
  map,
  readable,
  select,
  table,
  text,
  update,
  uuid,
} from "../../src/cassandra/index.ts";
import { createLanes, type Rule, type Seen } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

const Desk = table(
  "desk",
  { room: text(), id: int(), seats: int(), name: text() },
  {
    partition: ["room"],
    clustering: [asc("id")],
    lwt: true,
    hidden: {
      rounds: map(uuid(), uuid()).static(),
      others: map(uuid(), uuid()).static(),
    },
  },
);

type Row = Seen<typeof Desk>;

/** Adds a seat to a desk. */
const adding: Rule<typeof Desk, number, number> = {
  table: Desk,
  rounds: "rounds",
  rowOf: (id) => ({ id }),
  columnsOf: () => ["seats"],
  workOut({ room }, seen: Row, requests) {
    const first = readable(seen?.seats);
    if (first == null) return { after: seen, answers: [] };
    const seats = first + requests.length;
    const write = update(Desk, { room, id: requests[0]! }, { seats }, { if: { seats: first } });
    const answers = requests.map((_, at) => first + at + 1);
    return { write, after: { ...seen, seats }, answers };
  },
};

/** Names a desk, by a rule of its own. */
const naming: Rule<typeof Desk, { readonly id: number; readonly name: string }, string> = {
  table: Desk,
  rounds: "rounds",
  rowOf: ({ id }) => ({ id }),
  columnsOf: () => ["name"],
  workOut({ room }, seen: Row, [request]) {
    const { id, name } = request!;
    const write = update(Desk, { room, id }, { name }, { if: "exists" });
    return { write, after: { ...seen, name }, answers: [name] };
  },
};

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Desk);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** A room with a desk, and a way to it on which requests and answers get lost. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const { cluster, name } = keyspace;
  const proxy = opened.use(await startProxy(inject("cassandra").contactPoints[0]!));
  const contactPoints = [proxy.contactPoint];
  const options = { ...cluster, contactPoints, keyspace: name };
  const session = opened.use(await connect(options));
  const lanes = createLanes(session);
  opened.defer(() => lanes.close());
  const room = randomUUID();
  await session.run(insert(Desk, { room, id: 1, seats: 0 }, { if: "not exists" }));
  // The process takes its cell, and each statement is prepared.
  expect(await lanes.ask(adding, { room }, 1)).toBe(1);
  expect(await lanes.ask(naming, { room }, { id: 1, name: "first" })).toBe("first");
  const kept = opened.move();
  const desk = async () => keyspace.session.run(select(Desk, { room, id: 1 }));
  return { proxy, lanes, room, desk, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe.concurrent("rules of one partition", () => {
  test("requests of different rules for one row are answered in order of arrival", async () => {
    await using place = await start();
    const { lanes, room, desk } = place;
    const asked = Promise.all([
      lanes.ask(adding, { room }, 1),
      lanes.ask(adding, { room }, 1),
      lanes.ask(naming, { room }, { id: 1, name: "second" }),
      lanes.ask(adding, { room }, 1),
    ]);
    expect(lanes.size).toBe(1);
    expect(await asked).toEqual([2, 3, "second", 4]);
    expect(await desk()).toMatchObject({ seats: 4, name: "second" });
  });

  test("a round whose answer is lost is settled before a request of another rule is sent", async () => {
    await using place = await start();
    const { proxy, lanes, room, desk } = place;
    proxy.loseAnswer(1);
    const added = lanes.ask(adding, { room }, 1);
    const named = Promise.resolve().then(() =>
      lanes.ask(naming, { room }, { id: 1, name: "second" }),
    );
    expect(await Promise.all([added, named])).toEqual([2, "second"]);
    expect(await desk()).toMatchObject({ seats: 2, name: "second" });
  });

  test("a round that arrives late, after others of another rule, is not applied again", async () => {
    await using place = await start();
    const { proxy, lanes, room, desk } = place;
    const release = proxy.holdRequest(1);
    expect(await lanes.ask(adding, { room }, 1)).toBe(2);
    expect(await lanes.ask(naming, { room }, { id: 1, name: "second" })).toBe("second");
    await release();
    expect(await desk()).toMatchObject({ seats: 2, name: "second" });
    expect(await lanes.ask(adding, { room }, 1)).toBe(3);
  });
});

test("rules of one table keep their rounds in one column", async () => {
  const lanes = createLanes(keyspace.session);
  const room = randomUUID();
  void lanes.ask(adding, { room }, 1).catch(() => {});
  const other = { ...naming, rounds: "others" } as const;
  await expect(lanes.ask(other, { room }, { id: 1, name: "x" })).rejects.toThrow(
    'Rules of table "desk" keep their rounds in "rounds" and "others"',
  );
});
