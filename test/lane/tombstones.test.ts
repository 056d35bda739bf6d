import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect, select, type Session } from "../../src/cassandra/index.ts";
import { createLanes, type Lanes } from "../../src/lane/index.ts";
import { tables } from "../../src/party/index.ts";
import { askCity } from "../../src/party/request.ts";
import { PartyTable } from "../../src/party/table.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";
import { bury, FAILED } from "../fixtures/tombstones.ts";

let keyspace: TestKeyspace;
/** A city in which there are more deleted parties than Cassandra reads through, before the first one that is there. */
let city: string;
beforeAll(async () => {
  keyspace = await createKeyspace(...tables);
  city = await buriedCity();
}, 120_000);
afterAll(() => keyspace[Symbol.asyncDispose]());

async function buriedCity(): Promise<string> {
  const name = `City ${randomUUID()}`;
  const key = () => ({ city: name, id: randomUUID() });
  await bury(keyspace.session, PartyTable, Array.from({ length: FAILED * 1.05 }, key));
  return name;
}

/** A session and lanes of a process of its own; it sweeps, and keeps what it tells an operator. */
async function startProcess(contactPoint = inject("cassandra").contactPoints[0]!) {
  const log: string[] = [];
  const { cluster, name } = keyspace;
  const options = { ...cluster, contactPoints: [contactPoint], keyspace: name };
  const session = await connect({ ...options, log: (line) => log.push(line) });
  const lanes = createLanes(session);
  return {
    session,
    lanes,
    log,
    async [Symbol.asyncDispose]() {
      lanes.close();
      await session.close();
    },
  };
}

const date = new Date("2040-01-01T00:00:00.000Z");
const create = (lanes: Lanes, id: string, people = 0, where = city) =>
  askCity<"createParty">(lanes, where, {
    kind: "createParty",
    party: { city: where, id, name: "A", people, date },
  });
const remove = (lanes: Lanes, id: string, where = city) =>
  askCity<"deleteParty">(lanes, where, { kind: "deleteParty", id });
const add = (lanes: Lanes, id: string, where = city) =>
  askCity<"addPeople">(lanes, where, { kind: "addPeople", id, delta: 1, operationId: undefined });
const changed = (people: number) => ({ __typename: "PeopleChanged", people });

/** Counts the statements that are sent one by one: those by which a cell is taken and settled. */
function counting(session: Session): { readonly session: Session; sent: number } {
  const counted = {
    sent: 0,
    session: {
      ...session,
      run: <Result>(statement: Parameters<typeof session.run<Result>>[0]) => {
        if (statement.kind === "lwt") counted.sent += 1;
        return session.run(statement);
      },
    },
  };
  return counted;
}

describe("in a city that cannot be read for its deleted parties", () => {
  test("a process takes its cell at once", async () => {
    const counted = counting(keyspace.session);
    const lanes = createLanes(counted.session);
    const id = randomUUID();
    expect(await remove(lanes, randomUUID())).toMatchObject({ __typename: "PartyNotFound" });
    expect(await create(lanes, id)).toMatchObject({ __typename: "PartyCreated" });
    expect(await add(lanes, id)).toEqual(changed(1));
    expect(await remove(lanes, id)).toMatchObject({ __typename: "PartyDeleted" });
    expect(counted.sent).toBe(1);
  });

  test("a round of which nobody said what became of it is settled at once", async () => {
    await using proxy = await startProxy(inject("cassandra").contactPoints[0]!);
    await using process = await startProcess(proxy.contactPoint);
    const counted = counting(process.session);
    const lanes = createLanes(counted.session);
    const id = randomUUID();
    await create(lanes, id);
    counted.sent = 0;
    proxy.loseAnswer(1);
    const told = await add(lanes, id).catch(({ code }) => code);
    // Settled in time, or just behind it.
    if (told !== "OUTCOME_UNKNOWN") expect(told).toEqual(changed(1));
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    expect(counted.sent).toBe(1);
    expect(await add(lanes, id)).toEqual(changed(2));
    await remove(lanes, id);
  });

  test("a cell is taken though the row that is named for it exists", async () => {
    const id = "00000000-0000-0000-0000-000000000000";
    const operationId = randomUUID();
    const first = createLanes(keyspace.session);
    const where = `City ${randomUUID()}`;
    await create(first, id, 0, where);
    await askCity<"addPeople">(first, where, { kind: "addPeople", id, delta: 1, operationId });
    const lanes = createLanes(keyspace.session);
    expect(await add(lanes, id, where)).toEqual(changed(2));
    expect(await create(lanes, randomUUID(), 0, where)).toMatchObject({
      __typename: "PartyCreated",
    });
    const repeated = { kind: "addPeople", id, delta: 1, operationId } as const;
    expect(await askCity<"addPeople">(lanes, where, repeated)).toEqual(changed(1));
  });
});

test("a city that cannot be read is swept while two processes write to it: nothing is lost, and nothing comes back", async () => {
  await using one = await startProcess();
  await using other = await startProcess();
  const where = await buriedCity();
  const live = new Map<string, number>();
  let isOver = false;

  /** Creates parties, counts people in, and deletes parties of its own. */
  async function write(lanes: Lanes) {
    const mine: string[] = [];
    while (!isOver) {
      const id = randomUUID();
      expect(await create(lanes, id, 0, where)).toMatchObject({ __typename: "PartyCreated" });
      live.set(id, 0);
      mine.push(id);
      for (let people = 1; people <= 3; people++) {
        expect(await add(lanes, id, where)).toEqual(changed(people));
        live.set(id, people);
      }
      if (mine.length < 5) continue;
      const gone = mine.shift()!;
      expect(await remove(lanes, gone, where)).toMatchObject({ __typename: "PartyDeleted" });
      live.delete(gone);
    }
  }
  const work = Promise.all([one, one, one, other, other, other].map(({ lanes }) => write(lanes)));
  const read = () => one.session.run(select(PartyTable, { city: where }));
  try {
    await expect(read()).rejects.toMatchObject({ code: "TOO_MANY_TOMBSTONES" });
    await eventually(async () => {
      await sleep(500);
      await read();
      expect(one.log.length).toBeGreaterThan(0);
    }, 60_000);
    await sleep(500);
  } finally {
    isOver = true;
    await work;
  }

  const found = await eventually(read, 30_000);
  expect(new Map(found.map(({ id, people }) => [id, people]))).toEqual(live);
  expect(one.log[0]).toMatch(/^Swept party \["City [-\da-f]{36}"\]: \d+ ranges of deleted rows /);
}, 120_000);
