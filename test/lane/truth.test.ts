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

// A lane keeps what it knows of a row while a caller waits in it. No answer may rest on that alone.

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Account);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Starts two processes, of which the waiting one knows an account with a balance of 1. */
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

  // The account is read, the process' cell is taken, and the round is sent. The next round is held back.
  const release = proxy.holdRequest(4);
  const first = add(waiting, bank, id, 1);
  await setImmediate();
  const held = change(waiting, bank, elsewhere, 0, 1);
  expect(await first).toEqual(changed(1));

  const kept = opened.move();
  return {
    /** Releases the round that was held back, and the callers after it. */
    goOn: async () => {
      await release();
      expect(await held).toEqual(changed(1));
    },
    /** Changes the balance, in the waiting process. */
    add: (delta: number) => add(waiting, bank, id, delta),
    change: (expected: number, delta: number) => change(waiting, bank, id, expected, delta),
    create: (name_: string) => create(waiting, bank, id, 0, name_),
    rename: (process: keyof typeof processes, name_: string) =>
      edit(processes[process], bank, id, { name: name_ }),
    /** Changes the balance, in the other process. */
    addElsewhere: (delta: number) => add(other, bank, id, delta),
    remove: () => remove(other, bank, id),
    read: async () => {
      const cql = "SELECT * FROM account WHERE bank = ? AND id = ?";
      return (await session.cql(cql, [bank, id]))[0];
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe.concurrent("a change after another process' write", () => {
  test("a change reads the balance that another process has set", async () => {
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

  test("a change is not refused because of the balance before another process' change", async () => {
    await using place = await start();
    const { add, goOn, addElsewhere } = place;
    await addElsewhere(9);
    const answer = add(-5);
    await goOn();
    expect(await answer).toEqual(changed(5));
  });

  test("a change of an account that another process deleted finds it missing", async () => {
    await using place = await start();
    const { add, change, rename, goOn, read, remove } = place;
    await remove();
    const answers = [add(1), change(1, 1), rename("waiting", "B")];
    await goOn();
    expect(await Promise.all(answers)).toEqual([missing, missing, missing]);
    expect(await read()).toBeUndefined();
  });

  test("an account that another process deleted can be created again", async () => {
    await using place = await start();
    const { create, goOn, read, remove } = place;
    await remove();
    const answer = create("B");
    await goOn();
    expect(await answer).toMatchObject({ outcome: "created", row: { name: "B" } });
    expect(await read()).toMatchObject({ name: "B", balance: 0 });
  });

  test("a creation of an account that another process renamed returns the new name", async () => {
    await using place = await start();
    const { create, rename, goOn } = place;
    await rename("other", "B");
    const answer = create("C");
    await goOn();
    expect(await answer).toMatchObject({ outcome: "exists", row: { name: "B" } });
  });

  test("a creation returns the name that another process has set, also after a change of the balance", async () => {
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

  test("an update in a round of its own restores the name after another process' rename", async () => {
    await using place = await start();
    const { add, create, rename, goOn, read } = place;
    await rename("other", "B");
    const answers = [add(1), create("C"), rename("waiting", "A")];
    await goOn();
    expect((await Promise.all(answers))[2]).toEqual(changed());
    expect(await read()).toMatchObject({ name: "A" });
  });

  test("an update restores the name after another process' rename, together with a change of the balance", async () => {
    await using place = await start();
    const { add, rename, goOn, read } = place;
    await rename("other", "B");
    const answers = [add(1), rename("waiting", "A")];
    await goOn();
    expect(await Promise.all(answers)).toEqual([changed(2), changed()]);
    expect(await read()).toMatchObject({ name: "A", balance: 2 });
  });
});
