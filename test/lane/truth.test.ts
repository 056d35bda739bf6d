import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect } from "../../src/cassandra/index.ts";
import { createLanes } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";
import {
  Account,
  add,
  change,
  changed,
  create,
  edit,
  missing,
  newBank,
  outOfRange,
  remove,
  stale,
} from "./account.ts";

// A lane remembers what it has seen of a row while somebody waits in it. No answer may rest on that alone.

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Account);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Two processes, and an account that is in the memory of the one that waits for an answer, with a balance of 1. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const [contactPoint] = inject("cassandra").contactPoints;
  const proxy = opened.use(await startProxy(contactPoint!));
  const { cluster, name, session } = keyspace;
  const slow = { ...cluster, contactPoints: [proxy.contactPoint], keyspace: name };
  const own = opened.use(await connect(slow));
  const bank = newBank();
  const processes = { waiting: createLanes(own), other: createLanes(session) };
  const { waiting, other } = processes;
  const [id, elsewhere] = [randomUUID(), randomUUID()];
  await create(other, bank, id);
  await create(other, bank, elsewhere);

  // It is looked at, the process' cell is taken, and the round is sent; the next round is kept back.
  const release = proxy.holdRequest(4);
  const first = add(waiting, bank, id, 1);
  await setImmediate();
  const held = change(waiting, bank, elsewhere, 0, 1);
  expect(await first).toEqual(changed(1));

  const kept = opened.move();
  return {
    /** Lets what was kept back go on, and those who wait behind it. */
    goOn: async () => {
      await release();
      expect(await held).toEqual(changed(1));
    },
    /** Asks the process that waits: a change of the balance. */
    add: (delta: number) => add(waiting, bank, id, delta),
    change: (expected: number, delta: number) => change(waiting, bank, id, expected, delta),
    create: (name_: string) => create(waiting, bank, id, 0, name_),
    rename: (process: keyof typeof processes, name_: string) =>
      edit(processes[process], bank, id, { name: name_ }),
    /** Asks the other one. */
    addElsewhere: (delta: number) => add(other, bank, id, delta),
    remove: () => remove(other, bank, id),
    read: async () => {
      const cql = "SELECT * FROM account WHERE bank = ? AND id = ?";
      return (await session.cql(cql, [bank, id]))[0];
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe.concurrent("whoever asks when another process has", () => {
  test("changed the balance is judged by the new one", async () => {
    await using place = await start();
    const { add, change, goOn, addElsewhere } = place;
    await addElsewhere(9);
    const answers = [change(1, 1), change(10, 1), add(-11), add(-1)];
    await goOn();
    expect(await Promise.all(answers)).toMatchObject([
      stale(1, 10),
      changed(11),
      changed(0),
      outOfRange,
    ]);
  });

  test("changed the balance is not refused by the old one", async () => {
    await using place = await start();
    const { add, goOn, addElsewhere } = place;
    await addElsewhere(9);
    const answer = add(-5);
    await goOn();
    expect(await answer).toEqual(changed(5));
  });

  test("deleted the account finds none", async () => {
    await using place = await start();
    const { add, change, rename, goOn, read, remove } = place;
    await remove();
    const answers = [add(1), change(1, 1), rename("waiting", "B")];
    await goOn();
    expect(await Promise.all(answers)).toEqual([missing, missing, missing]);
    expect(await read()).toBeUndefined();
  });

  test("deleted the account can create it anew", async () => {
    await using place = await start();
    const { create, goOn, read, remove } = place;
    await remove();
    const answer = create("B");
    await goOn();
    expect(await answer).toMatchObject({ outcome: "created", row: { name: "B" } });
    expect(await read()).toMatchObject({ name: "B", balance: 0 });
  });

  test("renamed the account is shown the new name", async () => {
    await using place = await start();
    const { create, rename, goOn } = place;
    await rename("other", "B");
    const answer = create("C");
    await goOn();
    expect(await answer).toMatchObject({ outcome: "exists", row: { name: "B" } });
  });

  test("renamed the account is shown the new name, also behind a change of the balance", async () => {
    await using place = await start();
    const { add, create, rename, goOn } = place;
    await rename("other", "B");
    const answers = [add(1), create("C")];
    await goOn();
    expect(await Promise.all(answers)).toMatchObject([
      changed(2),
      { outcome: "exists", row: { name: "B", balance: 2 } },
    ]);
  });

  test("renamed the account gives it the old name again, alone or with a change of the balance", async () => {
    await using place = await start();
    const { add, create, rename, goOn, read } = place;
    await rename("other", "B");
    const answers = [add(1), create("C"), rename("waiting", "A")];
    await goOn();
    expect((await Promise.all(answers))[2]).toEqual(changed());
    expect(await read()).toMatchObject({ name: "A" });
  });

  test("renamed the account gives it the old name again, together with a change of the balance", async () => {
    await using place = await start();
    const { add, rename, goOn, read } = place;
    await rename("other", "B");
    const answers = [add(1), rename("waiting", "A")];
    await goOn();
    expect(await Promise.all(answers)).toEqual([changed(2), changed()]);
    expect(await read()).toMatchObject({ name: "A", balance: 2 });
  });
});
