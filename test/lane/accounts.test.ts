import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, inject, test } from "vitest";
import {
  connect,
  int,
  MIN_REQUEST_TIMEOUT,
  select,
  selectEach,
  table,
  text,
  uuid,
} from "../../src/cassandra/index.ts";
import { createLanes, type Lanes, type Refused } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

// Accounts of which each is a partition of its own: its row also holds what processes keep in the partition.

const columns = { id: uuid(), balance: int({ min: 0 }).default(0), note: text() };
const key = { partition: ["id"], lwt: true, lanes: { remembers: 60 } } as const;

/** Its required column tells whether it exists. */
const Account = table("account", { ...columns, owner: text().required() }, key);

/** None of its columns is required, so that a hidden one tells whether it exists. */
const Purse = table("purse", columns, key);

/** What a change of either of them needs. */
interface Balanced {
  get(name: "balance"): number;
  set(values: { readonly balance?: number; readonly note?: string }): void;
  refuse<const Reason>(reason: Reason): Refused<Reason>;
}

/** Deposits an amount, or withdraws one if there is as much. */
const adding = (amount: number) => (row: Balanced) => {
  const balance = row.get("balance") + amount;
  if (balance < 0) return row.refuse("TOO_LITTLE");
  row.set({ balance });
  return balance;
};

/** Notes something, whatever is known of the account. */
const noting = (note: string) => (row: Balanced) => row.set({ note });

const onceOf = (id: string | undefined, amount: number) =>
  id === undefined ? undefined : { id, args: `add ${amount}`, answer: int() };

const accounts = {
  name: "account",
  create: (lanes: Lanes, id: string, balance = 0) =>
    lanes.create(Account, { id, balance, owner: "Ada" }),
  remove: (lanes: Lanes, id: string) => lanes.remove(Account, { id }),
  add: (lanes: Lanes, id: string, amount: number, operation?: string) =>
    lanes.change(Account, { id }, adding(amount), { once: onceOf(operation, amount) }),
  note: (lanes: Lanes, id: string, note: string) => lanes.change(Account, { id }, noting(note)),
  read: (id: string) => keyspace.session.run(select(Account, { id })),
  readAll: async (id: string) => [
    await keyspace.session.run(select(Account, { id })),
    await keyspace.session.run(select(Account, { id }, { columns: ["balance"] })),
    await keyspace.session.run(select(Account, { id }, { writetime: ["balance"], serial: true })),
    await keyspace.session.load(Account, { id }),
    (await keyspace.session.run(selectEach(Account, { id })))[0],
  ],
} as const;

const purses = {
  name: "purse",
  create: (lanes: Lanes, id: string, balance = 0) => lanes.create(Purse, { id, balance }),
  remove: (lanes: Lanes, id: string) => lanes.remove(Purse, { id }),
  add: (lanes: Lanes, id: string, amount: number, operation?: string) =>
    lanes.change(Purse, { id }, adding(amount), { once: onceOf(operation, amount) }),
  note: (lanes: Lanes, id: string, note: string) => lanes.change(Purse, { id }, noting(note)),
  read: (id: string) => keyspace.session.run(select(Purse, { id })),
  readAll: async (id: string) => [
    await keyspace.session.run(select(Purse, { id })),
    await keyspace.session.run(select(Purse, { id }, { columns: ["balance"] })),
    await keyspace.session.run(select(Purse, { id }, { writetime: ["balance"], serial: true })),
    await keyspace.session.load(Purse, { id }),
    (await keyspace.session.run(selectEach(Purse, { id })))[0],
  ],
} as const;

const created = { outcome: "created" };
const deleted = { outcome: "deleted" };
const missing = { outcome: "missing" };
const tooLittle = { outcome: "refused", reason: "TOO_LITTLE" };
const changed = (answer?: unknown) => ({ outcome: "changed", answer });
const unknown = { code: "OUTCOME_UNKNOWN" };

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Account, Purse);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** A process of its own, whose requests and answers get lost or late on their way. */
async function startProcess() {
  await using opened = new AsyncDisposableStack();
  const { cluster, name } = keyspace;
  const proxy = opened.use(await startProxy(inject("cassandra").contactPoints[0]!));
  const contactPoints = [proxy.contactPoint];
  // The sooner it gives up an answer, the more time is left to find out what became of a round.
  const requestTimeout = MIN_REQUEST_TIMEOUT;
  const options = { ...cluster, contactPoints, keyspace: name, requestTimeout };
  const session = opened.use(await connect(options));
  const lanes = createLanes(session);
  opened.defer(() => lanes.close());
  const kept = opened.move();
  return { proxy, lanes, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Asks again, until it is told what happened. */
async function insist<Told>(ask: () => Promise<Told>): Promise<Told> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (!["OUTCOME_UNKNOWN", "UNAVAILABLE", "CONTENTION"].includes(code ?? "")) throw error;
    }
  }
}

describe.each([
  ["with a required column", accounts],
  ["without a required column", purses],
])("an account %s", (_, kind) => {
  const { create, remove, add, note, read, readAll } = kind;
  /** What Cassandra has of an account, if it exists or not. */
  const stored = (id: string) =>
    keyspace.session.cql(`SELECT * FROM ${kind.name} WHERE id = ?`, [id]);

  describe.concurrent("that all requests reach", () => {
    test("is created, changed, removed, and created anew", async ({ expect }) => {
      const lanes = createLanes(keyspace.session);
      const id = randomUUID();
      expect(await create(lanes, id, 5)).toMatchObject({ ...created, row: { id, balance: 5 } });
      expect(await create(lanes, id, 9)).toMatchObject({ outcome: "exists", row: { balance: 5 } });
      expect(await add(lanes, id, 3)).toEqual(changed(8));
      expect(await note(lanes, id, "rich")).toEqual(changed());
      expect(await add(lanes, id, -9)).toEqual(tooLittle);
      expect(await add(lanes, id, -8)).toEqual(changed(0));
      expect(await read(id)).toMatchObject({ balance: 0, note: "rich" });
      expect(await remove(lanes, id)).toEqual(deleted);
      expect(await remove(lanes, id)).toEqual(missing);
      expect(await add(lanes, id, 1)).toEqual(missing);
      expect(await note(lanes, id, "poor")).toEqual(missing);
      expect(await create(lanes, id, 2)).toMatchObject(created);
      expect(await read(id)).toMatchObject({ balance: 2, note: null });
    });

    test("is found by every read while it exists, and by none when it is removed, though cells are left of it", async ({
      expect,
    }) => {
      const lanes = createLanes(keyspace.session);
      const id = randomUUID();
      expect(await readAll(id)).toEqual(Array.from({ length: 5 }));
      await create(lanes, id, 7);
      const found = await readAll(id);
      expect(found).toHaveLength(5);
      for (const each of found) expect(each).toMatchObject({ balance: 7 });
      await remove(lanes, id);
      const [row] = await stored(id);
      expect(row).toMatchObject({ id, balance: null, note: null, rounds: expect.any(Map) });
      expect(await readAll(id)).toEqual(Array.from({ length: 5 }));
      // Another process, which has not kept anything there yet, finds none either.
      const other = createLanes(keyspace.session);
      expect(await add(other, id, 1)).toEqual(missing);
      expect(await remove(other, id)).toEqual(missing);
      expect(await create(other, id)).toMatchObject(created);
    });

    test("leaves nothing when it is removed and the cells have expired", async ({ expect }) => {
      const lanes = createLanes(keyspace.session, { ttl: 1 });
      const id = randomUUID();
      await create(lanes, id, 7);
      await remove(lanes, id);
      await expect.poll(() => stored(id), { timeout: 10_000 }).toEqual([]);
      expect(await create(lanes, id, 8)).toMatchObject(created);
      await expect
        .poll(() => stored(id), { timeout: 10_000 })
        .toMatchObject([{ balance: 8, rounds: null }]);
      expect(await add(lanes, id, 1)).toEqual(changed(9));
    });

    test("that never was has nothing left in it by who has asked for it", async ({ expect }) => {
      const lanes = createLanes(keyspace.session);
      const id = randomUUID();
      expect(await add(lanes, id, 1, randomUUID())).toEqual(missing);
      expect(await note(lanes, id, "none")).toEqual(missing);
      expect(await remove(lanes, id)).toEqual(missing);
      expect(await stored(id)).toEqual([]);
    });

    test("is changed once by changes that are sent again under their id", async ({ expect }) => {
      const [lanes, others] = [createLanes(keyspace.session), createLanes(keyspace.session)];
      const [id, one, two] = [randomUUID(), randomUUID(), randomUUID()];
      await create(lanes, id);
      expect(await add(lanes, id, 5, one)).toEqual(changed(5));
      expect(await add(others, id, -9, two)).toEqual(tooLittle);
      expect(await add(lanes, id, 4)).toEqual(changed(9));
      expect(await add(others, id, 5, one)).toEqual(changed(5));
      expect(await add(lanes, id, -9, two)).toEqual(changed(0));
      expect(await add(others, id, -9, two)).toEqual(changed(0));
      await expect(add(lanes, id, -8, two)).rejects.toMatchObject({ code: "OTHER_CHANGE" });
      expect((await read(id))?.balance).toBe(0);
    });

    test("remembers nothing of the one that it takes the place of", async ({ expect }) => {
      const lanes = createLanes(keyspace.session);
      const [id, operation] = [randomUUID(), randomUUID()];
      await create(lanes, id);
      expect(await add(lanes, id, 5, operation)).toEqual(changed(5));
      await remove(lanes, id);
      await create(lanes, id, 1);
      expect(await add(lanes, id, 5, operation)).toEqual(changed(6));
    });

    test("is created once by all who create it at the same time", async ({ expect }) => {
      const id = randomUUID();
      const processes = Array.from({ length: 4 }, () => createLanes(keyspace.session));
      const told = await Promise.all(
        processes.map((lanes, at) => insist(() => create(lanes, id, at))),
      );
      const [winner, ...others] = told.filter(({ outcome }) => outcome === "created");
      expect(others).toEqual([]);
      const row = await read(id);
      expect(winner).toMatchObject({ row: { balance: row?.balance } });
      for (const each of told) expect(each).toMatchObject({ row });
    });

    test("keeps the exact balance, whichever process changes it, and never goes below zero", async ({
      expect,
    }) => {
      const id = randomUUID();
      const processes = Array.from({ length: 4 }, () => createLanes(keyspace.session));
      await create(processes[0]!, id, 20);
      const amounts = Array.from({ length: 60 }, (__, at) => (at % 3 === 0 ? 7 : -5));
      const told = await Promise.all(
        amounts.map(async (amount, at) => {
          const operation = randomUUID();
          const ask = (lanes: Lanes) => insist(() => add(lanes, id, amount, operation));
          // Each goes out twice, by two processes.
          const both = await Promise.all([ask(processes[at % 4]!), ask(processes[(at + 1) % 4]!)]);
          const applied = both.filter(({ outcome }) => outcome === "changed");
          for (const each of applied) expect(each).toEqual(applied[0]);
          return applied.length > 0 ? amount : 0;
        }),
      );
      const sum = told.reduce((total, amount) => total + amount, 20);
      expect((await read(id))?.balance).toBe(sum);
      expect(sum).toBeGreaterThanOrEqual(0);
    });

    test("that is removed and created over and over is there each time, and gone each time", async ({
      expect,
    }) => {
      const id = randomUUID();
      const processes = [createLanes(keyspace.session), createLanes(keyspace.session)] as const;
      for (let turn = 0; turn < 50; turn++) {
        const [here, there] = turn % 2 === 0 ? processes : processes.toReversed();
        expect(await create(here!, id, turn)).toMatchObject(created);
        expect((await read(id))?.balance).toBe(turn);
        expect(await add(there!, id, 1)).toEqual(changed(turn + 1));
        expect(await remove(there!, id)).toEqual(deleted);
        expect(await read(id)).toBeUndefined();
      }
    });
  });

  describe.concurrent("a request of which comes late", () => {
    // A process reads the account where it has to know it, and takes its cell before its first round.

    test("is not created by it, when it has been removed", async ({ expect }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const id = randomUUID();
      const release = proxy.holdRequest(2);
      const told = await insist(() => create(lanes, id, 5));
      // Its caller may have been told before it was settled that nobody knows, and asked again.
      expect(["created", "exists"]).toContain(told.outcome);
      expect(await add(lanes, id, 1)).toEqual(changed(6));
      expect(await remove(others, id)).toEqual(deleted);
      await release();
      expect(await read(id)).toBeUndefined();
      expect(await create(others, id, 1)).toMatchObject(created);
    });

    test("is not created by it in the place of another one", async ({ expect }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const id = randomUUID();
      const release = proxy.holdRequest(2);
      await insist(() => create(lanes, id, 5));
      expect(await remove(lanes, id)).toEqual(deleted);
      expect(await create(others, id, 1)).toMatchObject(created);
      expect(await note(others, id, "new")).toEqual(changed());
      await release();
      expect(await read(id)).toMatchObject({ balance: 1, note: "new" });
    });

    test("is not changed by it a second time, nor when it has been removed, nor created anew", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const [id, operation] = [randomUUID(), randomUUID()];
      await create(others, id, 5);
      const releaseAdd = proxy.holdRequest(3);
      expect(await insist(() => add(lanes, id, 3, operation))).toEqual(changed(8));
      // Back to what the late round was judged by.
      expect(await add(others, id, -3)).toEqual(changed(5));
      await releaseAdd();
      expect((await read(id))?.balance).toBe(5);

      const releaseNote = proxy.holdRequest(1);
      await insist(() => note(lanes, id, "late"));
      expect(await remove(others, id)).toEqual(deleted);
      expect(await create(others, id, 5)).toMatchObject(created);
      await releaseNote();
      expect(await read(id)).toMatchObject({ balance: 5, note: null });
      expect(await add(lanes, id, 1)).toEqual(changed(6));
    });

    test("is not changed by it when it has been removed", async ({ expect }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const id = randomUUID();
      await create(createLanes(keyspace.session), id, 5);
      const release = proxy.holdRequest(3);
      expect(await insist(() => add(lanes, id, 3, randomUUID()))).toEqual(changed(8));
      expect(await remove(lanes, id)).toEqual(deleted);
      await release();
      expect(await read(id)).toBeUndefined();
      expect((await stored(id))[0]).toMatchObject({ balance: null, note: null });
    });

    test("is not removed by it when it has been created anew", async ({ expect }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const id = randomUUID();
      await create(others, id, 5);
      const release = proxy.holdRequest(3);
      // Where its caller was told that nobody knows, it has been removed before.
      await insist(() => remove(lanes, id));
      expect(await create(others, id, 6)).toMatchObject(created);
      await release();
      expect((await read(id))?.balance).toBe(6);
      expect(await add(lanes, id, 1)).toEqual(changed(7));
    });
  });

  describe.concurrent("that another program deletes", () => {
    /** Deletes the whole row, and what processes keep in it. */
    const deleteRow = (id: string) =>
      keyspace.session.cql(`DELETE FROM ${kind.name} WHERE id = ? IF EXISTS`, [id]);

    test("while an answer is lost leaves nobody who can say what became of it", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const id = randomUUID();
      await create(createLanes(keyspace.session), id, 5);
      proxy.loseAnswer(3);
      const told = expect(add(lanes, id, 3)).rejects.toMatchObject(unknown);
      await expect.poll(async () => (await read(id))?.balance, { timeout: 3000 }).toBe(8);
      await deleteRow(id);
      await told;
      await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
      expect(await read(id)).toBeUndefined();
      expect(await add(lanes, id, 1)).toEqual(missing);
      expect(await create(lanes, id, 1)).toMatchObject(created);
      expect(await add(lanes, id, 1)).toEqual(changed(2));
    });

    test("while a request is late is not changed by it, nor is what is created in its place", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const id = randomUUID();
      await create(lanes, id, 5);
      // It needs nothing of the account but that there is one, and so reads nothing before.
      const release = proxy.holdRequest(1);
      const told = expect(note(lanes, id, "late")).rejects.toMatchObject(unknown);
      await deleteRow(id);
      expect(await create(others, id, 5)).toMatchObject(created);
      await told;
      await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
      await release();
      expect(await read(id)).toMatchObject({ balance: 5, note: null });
      expect(await add(lanes, id, 1)).toEqual(changed(6));
    });

    test("while nothing is asked for is found to be missing, and can be created anew", async ({
      expect,
    }) => {
      const lanes = createLanes(keyspace.session);
      const id = randomUUID();
      await create(lanes, id, 5);
      await add(lanes, id, 1);
      await deleteRow(id);
      expect(await add(lanes, id, 1)).toEqual(missing);
      expect(await remove(lanes, id)).toEqual(missing);
      expect(await create(lanes, id, 2)).toMatchObject(created);
      expect(await add(lanes, id, 1)).toEqual(changed(3));
    });
  });
});
