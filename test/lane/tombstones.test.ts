import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect, select, type Session } from "../../src/cassandra/index.ts";
import { createLanes, type Lanes } from "../../src/lane/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";
import { bury, FAILED } from "../fixtures/tombstones.ts";
import {
  Account,
  add as addTo,
  adding,
  changed,
  create as createIn,
  created,
  deleted,
  missing,
  newBank,
  onceOf,
  remove as removeFrom,
} from "./account.ts";

let keyspace: TestKeyspace;
/** A bank with more deleted accounts than Cassandra reads through before the first one that exists. */
let bank: string;
beforeAll(async () => {
  keyspace = await createKeyspace(Account);
  bank = await buriedBank();
}, 120_000);
afterAll(() => keyspace[Symbol.asyncDispose]());

async function buriedBank(): Promise<string> {
  const name = newBank();
  const key = () => ({ bank: name, id: randomUUID() });
  await bury(keyspace.session, Account, Array.from({ length: FAILED * 1.05 }, key));
  return name;
}

/** Starts a process with a session, which sweeps and keeps its reports, and lanes. */
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

const create = (lanes: Lanes, id: string, balance = 0, where = bank) =>
  createIn(lanes, where, id, balance);
const remove = (lanes: Lanes, id: string, where = bank) => removeFrom(lanes, where, id);
const add = (lanes: Lanes, id: string, where = bank) => addTo(lanes, where, id, 1);

/** Counts the statements that are sent alone: those that take a cell or settle a round. */
function counting(session: Session): { readonly session: Session; sent: number } {
  const counted = {
    sent: 0,
    session: {
      ...session,
      run: <Result>(statement: Parameters<typeof session.run<Result>>[0]) => {
        if (statement.kind === "lwt" && !("writes" in statement)) counted.sent += 1;
        return session.run(statement);
      },
    },
  };
  return counted;
}

describe("a bank that cannot be read because of its deleted accounts", () => {
  test("a process takes its cell at once", async () => {
    const counted = counting(keyspace.session);
    const lanes = createLanes(counted.session);
    const id = randomUUID();
    expect(await remove(lanes, randomUUID())).toEqual(missing);
    expect(await create(lanes, id)).toMatchObject(created);
    expect(await add(lanes, id)).toEqual(changed(1));
    expect(await remove(lanes, id)).toEqual(deleted);
    expect(counted.sent).toBe(1);
  });

  test("a round with an unknown outcome is settled at once", async () => {
    await using proxy = await startProxy(inject("cassandra").contactPoints[0]!);
    await using process = await startProcess(proxy.contactPoint);
    const counted = counting(process.session);
    const lanes = createLanes(counted.session);
    const id = randomUUID();
    await create(lanes, id);
    counted.sent = 0;
    proxy.loseAnswer(1);
    const result = await add(lanes, id).catch(({ code }) => code);
    // The round is settled in time, or just after it.
    if (result !== "OUTCOME_UNKNOWN") expect(result).toEqual(changed(1));
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    expect(counted.sent).toBe(1);
    expect(await add(lanes, id)).toEqual(changed(2));
    await remove(lanes, id);
  });

  test("a process takes its cell although the row that it names exists", async () => {
    const id = "00000000-0000-0000-0000-000000000000";
    const operationId = randomUUID();
    const first = createLanes(keyspace.session);
    const where = newBank();
    await create(first, id, 0, where);
    const addOnce = (lanes: Lanes) => {
      const once = onceOf(operationId, "add 1");
      return lanes.change(Account, { bank: where, id }, adding(1), { once });
    };
    await addOnce(first);
    const lanes = createLanes(keyspace.session);
    expect(await add(lanes, id, where)).toEqual(changed(2));
    expect(await create(lanes, randomUUID(), 0, where)).toMatchObject(created);
    expect(await addOnce(lanes)).toEqual(changed(1));
  });
});

test("a bank that cannot be read is swept while two processes write to it, and nothing is lost or restored", async () => {
  await using one = await startProcess();
  await using other = await startProcess();
  const where = await buriedBank();
  const live = new Map<string, number>();
  let isOver = false;

  /** Creates accounts, adds to them, and deletes other accounts. */
  async function write(lanes: Lanes) {
    const mine: string[] = [];
    while (!isOver) {
      const id = randomUUID();
      expect(await create(lanes, id, 0, where)).toMatchObject(created);
      live.set(id, 0);
      mine.push(id);
      for (let balance = 1; balance <= 3; balance++) {
        expect(await add(lanes, id, where)).toEqual(changed(balance));
        live.set(id, balance);
      }
      if (mine.length < 5) continue;
      const gone = mine.shift()!;
      expect(await remove(lanes, gone, where)).toEqual(deleted);
      live.delete(gone);
    }
  }
  const work = Promise.all([one, one, one, other, other, other].map(({ lanes }) => write(lanes)));
  const read = () => one.session.run(select(Account, { bank: where }));
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
  expect(new Map(found.map(({ id, balance }) => [id, balance]))).toEqual(live);
  expect(one.log[0]).toMatch(/^Swept account \["Bank [-\da-f]{36}"\]: \d+ ranges of deleted rows /);
}, 120_000);
