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

// Each account is a partition of its own, so its row also holds the cells of the processes.

const columns = { id: uuid(), balance: int({ min: 0 }).default(0), note: text() };
const key = { partition: ["id"], lwt: true, lanes: { remembers: 60 } } as const;

/** Exists if its required column is not null. */
const Account = table("account", { ...columns, owner: text().required() }, key);

/** Has no required column, so a hidden column marks its existence. */
const Purse = table("purse", columns, key);

/** The draft of either of them. */
interface Balanced {
  get(name: "balance"): number;
  set(values: { readonly balance?: number; readonly note?: string }): void;
  refuse<const Reason>(reason: Reason): Refused<Reason>;
}

/** Deposits an amount, or withdraws one if the balance allows it. */
const adding = (amount: number) => (row: Balanced) => {
  const balance = row.get("balance") + amount;
  if (balance < 0) return row.refuse("TOO_LITTLE");
  row.set({ balance });
  return balance;
};

/** Sets the note without reading the account. */
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

/** Starts a process whose requests and answers can be lost or delayed. */
async function startProcess() {
  await using opened = new AsyncDisposableStack();
  const { cluster, name } = keyspace;
  const proxy = opened.use(await startProxy(inject("cassandra").contactPoints[0]!));
  const contactPoints = [proxy.contactPoint];
  // A short time-out leaves more time to settle a round.
  const requestTimeout = MIN_REQUEST_TIMEOUT;
  const options = { ...cluster, contactPoints, keyspace: name, requestTimeout };
  const session = opened.use(await connect(options));
  const lanes = createLanes(session);
  opened.defer(() => lanes.close());
  const kept = opened.move();
  return { proxy, lanes, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Repeats a request until its outcome is known. */
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
  /** Returns what Cassandra stores of an account, whether it exists or not. */
  const stored = (id: string) =>
    keyspace.session.cql(`SELECT * FROM ${kind.name} WHERE id = ?`, [id]);

  describe.concurrent("reached by all requests", () => {
    test("an account is created, changed, removed, and created again", async ({ expect }) => {
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

    test("every read finds an account while it exists, and none finds it after removal, although cells remain", async ({
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
      // Another process, without a cell there, finds none either.
      const other = createLanes(keyspace.session);
      expect(await add(other, id, 1)).toEqual(missing);
      expect(await remove(other, id)).toEqual(missing);
      expect(await create(other, id)).toMatchObject(created);
    });

    test("a removed account leaves nothing in the partition once the cells have expired", async ({
      expect,
    }) => {
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

    test("requests about an account that never existed leave nothing in the partition", async ({
      expect,
    }) => {
      const lanes = createLanes(keyspace.session);
      const id = randomUUID();
      expect(await add(lanes, id, 1, randomUUID())).toEqual(missing);
      expect(await note(lanes, id, "none")).toEqual(missing);
      expect(await remove(lanes, id)).toEqual(missing);
      expect(await stored(id)).toEqual([]);
    });

    test("changes repeated under one id change an account once", async ({ expect }) => {
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

    test("a new account does not remember the changes of its removed predecessor", async ({
      expect,
    }) => {
      const lanes = createLanes(keyspace.session);
      const [id, operation] = [randomUUID(), randomUUID()];
      await create(lanes, id);
      expect(await add(lanes, id, 5, operation)).toEqual(changed(5));
      await remove(lanes, id);
      await create(lanes, id, 1);
      expect(await add(lanes, id, 5, operation)).toEqual(changed(6));
    });

    test("of several concurrent creations of one account, one succeeds", async ({ expect }) => {
      const id = randomUUID();
      const processes = Array.from({ length: 4 }, () => createLanes(keyspace.session));
      const results = await Promise.all(
        processes.map((lanes, at) => insist(() => create(lanes, id, at))),
      );
      const [winner, ...others] = results.filter(({ outcome }) => outcome === "created");
      expect(others).toEqual([]);
      const row = await read(id);
      expect(winner).toMatchObject({ row: { balance: row?.balance } });
      for (const each of results) expect(each).toMatchObject({ row });
    });

    test("an account keeps its exact balance whichever process changes it, and never goes below zero", async ({
      expect,
    }) => {
      const id = randomUUID();
      const processes = Array.from({ length: 4 }, () => createLanes(keyspace.session));
      await create(processes[0]!, id, 20);
      const amounts = Array.from({ length: 60 }, (__, at) => (at % 3 === 0 ? 7 : -5));
      const results = await Promise.all(
        amounts.map(async (amount, at) => {
          const operation = randomUUID();
          const ask = (lanes: Lanes) => insist(() => add(lanes, id, amount, operation));
          // Two processes send each change.
          const both = await Promise.all([ask(processes[at % 4]!), ask(processes[(at + 1) % 4]!)]);
          const applied = both.filter(({ outcome }) => outcome === "changed");
          for (const each of applied) expect(each).toEqual(applied[0]);
          return applied.length > 0 ? amount : 0;
        }),
      );
      const sum = results.reduce((total, amount) => total + amount, 20);
      expect((await read(id))?.balance).toBe(sum);
      expect(sum).toBeGreaterThanOrEqual(0);
    });

    test("an account that is removed and created repeatedly exists after each creation, and not after each removal", async ({
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

  describe.concurrent("reached late by a request", () => {
    // A process reads the account if it needs to, and takes its cell before its first round.

    test("a late creation does not recreate an account that has been removed", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const id = randomUUID();
      const release = proxy.holdRequest(2);
      const result = await insist(() => create(lanes, id, 5));
      // Its caller may have failed with OUTCOME_UNKNOWN before it was settled, and repeated the request.
      expect(["created", "exists"]).toContain(result.outcome);
      expect(await add(lanes, id, 1)).toEqual(changed(6));
      expect(await remove(others, id)).toEqual(deleted);
      await release();
      expect(await read(id)).toBeUndefined();
      expect(await create(others, id, 1)).toMatchObject(created);
    });

    test("a late creation does not replace another account", async ({ expect }) => {
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

    test("a late change is not applied a second time, nor to an account that was removed or created again", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const [id, operation] = [randomUUID(), randomUUID()];
      await create(others, id, 5);
      const releaseAdd = proxy.holdRequest(3);
      expect(await insist(() => add(lanes, id, 3, operation))).toEqual(changed(8));
      // Restores the balance that the late round expects.
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

    test("a late change does not recreate an account that has been removed", async ({ expect }) => {
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

    test("a late removal does not remove an account that has been created again", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const id = randomUUID();
      await create(others, id, 5);
      const release = proxy.holdRequest(3);
      // If its caller failed with OUTCOME_UNKNOWN, the account has been removed already.
      await insist(() => remove(lanes, id));
      expect(await create(others, id, 6)).toMatchObject(created);
      await release();
      expect((await read(id))?.balance).toBe(6);
      expect(await add(lanes, id, 1)).toEqual(changed(7));
    });
  });

  describe.concurrent("deleted by another program", () => {
    /** Deletes the whole row with the cells in it. */
    const deleteRow = (id: string) =>
      keyspace.session.cql(`DELETE FROM ${kind.name} WHERE id = ? IF EXISTS`, [id]);

    test("if another program deletes an account while an answer is lost, the outcome is unknown", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const id = randomUUID();
      await create(createLanes(keyspace.session), id, 5);
      proxy.loseAnswer(3);
      const result = expect(add(lanes, id, 3)).rejects.toMatchObject(unknown);
      await expect.poll(async () => (await read(id))?.balance, { timeout: 3000 }).toBe(8);
      await deleteRow(id);
      await result;
      await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
      expect(await read(id)).toBeUndefined();
      expect(await add(lanes, id, 1)).toEqual(missing);
      expect(await create(lanes, id, 1)).toMatchObject(created);
      expect(await add(lanes, id, 1)).toEqual(changed(2));
    });

    test("if another program deletes an account while a request is late, the request changes neither it nor its successor", async ({
      expect,
    }) => {
      await using process = await startProcess();
      const { proxy, lanes } = process;
      const others = createLanes(keyspace.session);
      const id = randomUUID();
      await create(lanes, id, 5);
      // The change only needs the account to exist, so it reads nothing before.
      const release = proxy.holdRequest(1);
      const result = expect(note(lanes, id, "late")).rejects.toMatchObject(unknown);
      await deleteRow(id);
      expect(await create(others, id, 5)).toMatchObject(created);
      await result;
      await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
      await release();
      expect(await read(id)).toMatchObject({ balance: 5, note: null });
      expect(await add(lanes, id, 1)).toEqual(changed(6));
    });

    test("an account that another program deletes between requests is missing, and can be created again", async ({
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
