import { randomUUID } from "node:crypto";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  asc,
  type Batch,
  connect,
  int,
  select,
  type Session,
  table,
  text,
  uuid,
} from "../../src/cassandra/index.ts";
import { createLanes, laneLimits } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";
import {
  Account,
  add,
  change,
  changed,
  create,
  created,
  deleted,
  edit,
  idOf,
  missing,
  newBank,
  opened,
  outOfRange,
  remove,
  stale,
} from "./account.ts";

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Account);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const balancesIn = async (bank: string) =>
  (await keyspace.session.run(select(Account, { bank }))).map(({ balance }) => balance);

type Writes = Batch<unknown>["writes"];

/** The keyspace's session, with a callback before each batch. */
function beforeBatch(callback: (writes: Writes) => void | Promise<void>): Session {
  const { session } = keyspace;
  return {
    ...session,
    async run(statement) {
      if ("writes" in statement) await callback(statement.writes);
      return session.run(statement);
    },
  };
}

/** Connects a session whose requests and answers can be lost or delayed. */
async function startSlow() {
  await using opened = new AsyncDisposableStack();
  const [contactPoint] = inject("cassandra").contactPoints;
  const proxy = opened.use(await startProxy(contactPoint!));
  const { cluster, name } = keyspace;
  const slow = { ...cluster, contactPoints: [proxy.contactPoint], keyspace: name };
  const session = opened.use(await connect(slow));
  const kept = opened.move();
  return { proxy, session, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Returns the id of the row of a write. */
function rowOf({ cql, params }: Writes[number]): unknown {
  const columns = /^INSERT INTO account \(([^)]*)\)/.exec(cql)?.[1]?.split(", ");
  if (columns) return params[columns.indexOf("id")];
  const before = cql.slice(0, cql.indexOf(" id = ?"));
  return cql.includes(" id = ?") ? params[before.split("?").length - 1] : undefined;
}

describe("the requests that wait in a partition", () => {
  test("waiting requests go into one round, with one statement per row", async () => {
    const bank = newBank();
    const batches: Writes[] = [];
    const lanes = createLanes(beforeBatch((writes) => void batches.push(writes)));
    const ids = Array.from({ length: 20 }, (_, number) => idOf(number));
    await Promise.all(ids.map((id) => create(lanes, bank, id)));
    expect(batches).toHaveLength(1);
    expect(batches[0]).toHaveLength(21);

    const requests = ids.flatMap((id) => [
      add(lanes, bank, id, 3),
      change(lanes, bank, id, 3, -1),
      add(lanes, bank, id, -2),
    ]);
    const answers = await Promise.all(requests);
    expect(answers).toEqual(ids.flatMap(() => [3, 2, 0].map(changed)));
    for (const batch of batches) {
      const rows = batch.map(rowOf);
      expect(new Set(rows).size).toBe(rows.length);
      expect(rows.filter((row) => row === undefined)).toHaveLength(1);
    }
  });

  test("a round never has a row twice, whatever the requests and their order", async () => {
    const bank = newBank();
    const batches: Writes[] = [];
    const session = beforeBatch((writes) => void batches.push(writes));
    const processes = [createLanes(session), createLanes(session)];
    const any = (below: number) => Math.floor(Math.random() * below);

    function random(): Promise<{ readonly outcome: string }> {
      const [lanes, id] = [processes[any(2)]!, idOf(any(5))];
      return [
        () => create(lanes, bank, id),
        () => remove(lanes, bank, id),
        () => add(lanes, bank, id, any(5) - 2),
        () => change(lanes, bank, id, any(3), any(5) - 2),
        () => edit(lanes, bank, id, { name: `Name ${any(3)}` }),
      ][any(5)]!();
    }
    const tolerant = () => random().catch((error: Error) => ({ outcome: error.message }));
    const answers: { readonly outcome: string; readonly reason?: unknown }[] = [];
    for (let turn = 0; turn < 20; turn++) {
      answers.push(...(await Promise.all(Array.from({ length: 25 }, tolerant))));
    }
    expect(answers.map(({ reason }) => reason)).not.toContain("MOVED");
    for (const batch of batches) {
      const rows = batch.map(rowOf);
      expect(new Set(rows).size).toBe(rows.length);
    }
    // No request was refused for another reason.
    const outcomes = new Set(answers.map(({ outcome }) => outcome));
    const known = ["created", "exists", "deleted", "missing", "changed", "refused"];
    expect([...outcomes].filter((outcome) => !known.includes(outcome))).toEqual([]);
  });

  test("a request beyond the bound fails at once, and all others are answered", async () => {
    const bank = newBank();
    const lanes = createLanes(keyspace.session);
    await create(lanes, bank, idOf(1));
    const requests = Array.from({ length: laneLimits.waiting }, () => add(lanes, bank, idOf(1), 1));
    await expect(add(lanes, bank, idOf(1), 1)).rejects.toMatchObject({
      code: "CONTENTION",
    });
    const answers = await Promise.all(requests);
    expect(answers.at(-1)).toEqual(changed(10_000));
    expect(await balancesIn(bank)).toEqual([10_000]);
  });

  test("requests about more rows than a round may have take several rounds", async () => {
    const bank = newBank();
    const sizes: number[] = [];
    const lanes = createLanes(beforeBatch((writes) => void sizes.push(writes.length - 1)));
    const ids = Array.from({ length: 150 }, (_, number) => idOf(number));
    const answers = await Promise.all(ids.map((id) => create(lanes, bank, id)));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(["created"]));
    expect(sizes).toEqual([64, 64, 22]);
    // Nothing is known of these rows, so they are read, several by one query.
    const added = await Promise.all(ids.map((id) => add(lanes, bank, id, 1)));
    expect(added).toEqual(ids.map(() => changed(1)));
  });

  test("a request fails with CONTENTION if its row changes in every round", async () => {
    const bank = newBank();
    const others = createLanes(keyspace.session);
    await create(others, bank, idOf(1));
    let rounds = 0;
    const lanes = createLanes(
      beforeBatch(async () => {
        rounds += 1;
        await add(others, bank, idOf(1), 1);
      }),
    );
    await expect(add(lanes, bank, idOf(1), 1)).rejects.toMatchObject({
      code: "CONTENTION",
    });
    expect(await balancesIn(bank)).toEqual([rounds]);
  });
});

describe("a lane", () => {
  test("a partition has a lane while a caller waits in it", async () => {
    const lanes = createLanes(keyspace.session);
    expect(lanes.size).toBe(0);
    const [one, two] = [newBank(), newBank()];
    const requests = [
      create(lanes, one, idOf(1)),
      create(lanes, one, idOf(2)),
      remove(lanes, two, idOf(1)),
    ];
    expect(lanes.size).toBe(2);
    await Promise.all(requests);
    await setImmediate();
    expect(lanes.size).toBe(0);
  });
});

describe("onChange", () => {
  test("onChange is called for each created, deleted or updated row, with the changed columns", async () => {
    const bank = newBank();
    const calls: unknown[] = [];
    const lanes = createLanes(keyspace.session, {
      onChange: (table, key, how) =>
        calls.push([table.name, key, typeof how === "string" ? how : how.toSorted()]),
    });
    const [one, two] = [idOf(1), idOf(2)];
    const changeOf = (id: string, how: unknown) => ["account", { bank, id }, how];
    const newCalls = () => calls.splice(0);

    await create(lanes, bank, one);
    expect(newCalls()).toEqual([changeOf(one, "created")]);
    await Promise.all([
      add(lanes, bank, one, 2),
      edit(lanes, bank, one, { name: "B" }),
      create(lanes, bank, two),
    ]);
    expect(newCalls()).toEqual([changeOf(one, ["balance", "name"]), changeOf(two, "created")]);
    await edit(lanes, bank, two, { opened: new Date(0) });
    await remove(lanes, bank, one);
    expect(newCalls()).toEqual([changeOf(two, ["opened"]), changeOf(one, "deleted")]);
  });

  test("onChange is not called if nothing changes", async () => {
    const bank = newBank();
    await create(createLanes(keyspace.session), bank, idOf(1));
    const calls: unknown[] = [];
    const lanes = createLanes(keyspace.session, { onChange: (...args) => calls.push(args) });
    await create(lanes, bank, idOf(1));
    await change(lanes, bank, idOf(1), 7, 1);
    await Promise.all([add(lanes, bank, idOf(1), 1), add(lanes, bank, idOf(1), -1)]);
    await edit(lanes, bank, idOf(1), { opened });
    await add(lanes, bank, idOf(2), 1);
    await remove(lanes, bank, idOf(2));
    expect(calls).toEqual([]);
  });
});

describe("a table", () => {
  const bank = newBank();

  test("lanes refuse a table without lanes", async () => {
    const columns = { bank: text(), id: uuid(), balance: int() };
    const Bare = table("bare", columns, {
      partition: ["bank"],
      clustering: [asc("id")],
      lwt: true,
    });
    const lanes = createLanes(keyspace.session);
    const bare = Bare as typeof Bare & { readonly lanes: true };
    await expect(lanes.remove(bare, { bank, id: idOf(1) })).rejects.toMatchObject({
      code: "BAD_STATEMENT",
      message: 'Table "bare" has no lanes: give it lanes: true.',
    });
    expect(lanes.size).toBe(0);
  });

  test("lanes refuse a second definition of a table, which would settle the rounds of the first", async () => {
    const lanes = createLanes(keyspace.session);
    expect(await remove(lanes, bank, idOf(1))).toEqual(missing);
    await expect(lanes.remove({ ...Account }, { bank, id: idOf(1) })).rejects.toMatchObject({
      code: "BAD_STATEMENT",
      message: 'Table "account" has lanes by another definition in this process.',
    });
  });
});

test("a refusal by an unknown row costs one read and no write", async () => {
  const bank = newBank();
  await create(createLanes(keyspace.session), bank, idOf(1));
  const { session } = keyspace;
  const sent: string[] = [];
  const lanes = createLanes({
    ...session,
    run(statement) {
      sent.push(statement.kind);
      return session.run(statement);
    },
  });
  expect(await change(lanes, bank, idOf(1), 7, 1)).toEqual(stale(7, 0));
  expect(await change(lanes, bank, idOf(2), 7, 1)).toEqual(missing);
  expect(await add(lanes, bank, idOf(1), -1)).toEqual(outOfRange);
  expect(sent).toEqual(["serial", "serial", "serial"]);
});

describe.concurrent("a process' cell expires", () => {
  test("the process takes an expired cell again, at the cost of one round", async ({ expect }) => {
    const bank = newBank();
    const sizes: number[] = [];
    const lanes = createLanes(
      beforeBatch((writes) => void sizes.push(writes.length)),
      { ttl: 1 },
    );
    await create(lanes, bank, idOf(1), 1);
    const cells = async () => {
      const cql = "SELECT rounds FROM account WHERE bank = ?";
      return (await keyspace.session.cql(cql, [bank]))[0]?.["rounds"];
    };
    await expect.poll(cells, { timeout: 10_000 }).toBeNull();
    sizes.length = 0;
    expect(await change(lanes, bank, idOf(1), 1, 1)).toEqual(changed(2));
    // The first round was refused, because the cell was empty.
    expect(sizes).toEqual([2, 2]);
  });

  test("the process takes an expired cell again in a partition without rows", async ({
    expect,
  }) => {
    const bank = newBank();
    const lanes = createLanes(keyspace.session, { ttl: 1 });
    expect(await remove(lanes, bank, idOf(1))).toEqual(missing);
    await sleep(2100);
    expect(await remove(lanes, bank, idOf(1))).toEqual(missing);
    expect(await create(lanes, bank, idOf(1))).toMatchObject(created);
  });

  test("the balances do not expire with the cell", async ({ expect }) => {
    const bank = newBank();
    const lanes = createLanes(keyspace.session, { ttl: 1 });
    await create(lanes, bank, idOf(1), 3);
    await add(lanes, bank, idOf(1), 4);
    await sleep(2100);
    expect(await balancesIn(bank)).toEqual([7]);
    const [row] = await keyspace.session.cql(
      "SELECT ttl(balance) AS ttl FROM account WHERE bank = ?",
      [bank],
    );
    expect(row?.["ttl"]).toBeNull();
  });
});

test.each([
  ["another process's cell", "uuid(): blob_as_uuid(0x)"],
  ["a cell of no process", "blob_as_uuid(0x): uuid()"],
])("an empty UUID in %s disturbs no lane", async (_, cell) => {
  const bank = newBank();
  const other = createLanes(keyspace.session);
  await create(other, bank, idOf(1));
  await keyspace.session.cql(
    `UPDATE account SET rounds = rounds + {${cell}} WHERE bank = ? IF rounds != null`,
    [bank],
  );
  let batches = 0;
  const lanes = createLanes(
    beforeBatch(async () => {
      batches += 1;
      if (batches === 1) await add(other, bank, idOf(1), 1);
    }),
  );
  expect(await add(lanes, bank, idOf(1), 1)).toEqual(changed(2));
  // The first round was refused, because the row had changed.
  expect(batches).toBe(2);
});

test("an empty UUID in a process's own cell is replaced by its next round", async () => {
  const bank = newBank();
  const lanes = createLanes(keyspace.session);
  await create(lanes, bank, idOf(1));
  const [row] = await keyspace.session.cql("SELECT rounds FROM account WHERE bank = ?", [bank]);
  const cells: unknown = row?.["rounds"];
  const [process] = cells instanceof Map ? cells.keys() : [];
  await keyspace.session.cql(
    `UPDATE account SET rounds = rounds + {${process}: blob_as_uuid(0x)} WHERE bank = ? IF rounds != null`,
    [bank],
  );
  expect(await add(lanes, bank, idOf(1), 1)).toEqual(changed(1));
});

test("an account that is deleted and created 400 times exists after each creation, and not after each deletion", async () => {
  const bank = newBank();
  const [one, two] = [createLanes(keyspace.session), createLanes(keyspace.session)];
  const found = () => keyspace.session.run(select(Account, { bank, id: idOf(1) }));
  for (let turn = 0; turn < 400; turn++) {
    const [here, there] = turn % 2 === 0 ? [one, two] : [two, one];
    expect(await create(here, bank, idOf(1), turn)).toMatchObject(created);
    expect((await found())?.balance).toBe(turn);
    expect(await remove(there, bank, idOf(1))).toEqual(deleted);
    expect(await found()).toBeUndefined();
  }
});

test("no condition on a null creates an account, not even where one without a balance was deleted", async () => {
  const [bank, id] = [newBank(), randomUUID()];
  await keyspace.session.cql(
    "INSERT INTO account (bank, id, name, opened) VALUES (?, ?, 'Theirs', '2040-01-01') IF NOT EXISTS",
    [bank, id],
  );
  const others = createLanes(keyspace.session);
  // The row is read with a null balance, and deleted before the round that relies on it is sent.
  const lanes = createLanes(beforeBatch(async () => void (await remove(others, bank, id))));
  expect(await add(lanes, bank, id, 1)).toEqual(missing);
  expect(await change(lanes, bank, id, 0, 1)).toEqual(missing);
  expect(await balancesIn(bank)).toEqual([]);
});

describe.concurrent("while Cassandra does not answer", () => {
  test("callers whose time is over learn whether their request was sent, and the lane continues", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const bank = newBank();
    const lanes = createLanes(session);
    await create(lanes, bank, idOf(1));
    // The answer to the round, and the first answer to the statement that settles it.
    proxy.loseAnswer(1);
    proxy.loseAnswer(2);
    const sent = change(lanes, bank, idOf(1), 0, 1);
    await sleep(100);
    const waiting = [change(lanes, bank, idOf(1), 1, 10), add(lanes, bank, idOf(2), 10)];
    await expect(sent).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    for (const each of waiting) await expect(each).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(lanes.size).toBe(1);
    // The sent request had been applied; the waiting one was never sent.
    expect(await change(lanes, bank, idOf(1), 1, 1)).toEqual(changed(2));
    await setImmediate();
    expect(lanes.size).toBe(0);
    expect(await balancesIn(bank)).toEqual([2]);
  });

  test("closing the lanes ends the attempts to settle a round", async ({ expect }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const bank = newBank();
    const lanes = createLanes(session);
    await create(lanes, bank, idOf(1));
    proxy.loseAnswer(1);
    const sent = change(lanes, bank, idOf(1), 0, 1);
    await sleep(100);
    lanes.close();
    await expect(sent).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    await setImmediate();
    expect(lanes.size).toBe(0);
  });

  test("no late request finds the value of an expired cell again, not even after another late one", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const bank = newBank();
    await create(createLanes(keyspace.session), bank, idOf(1));
    const lanes = createLanes(session, { ttl: 1 });
    // The first statement that takes the cell, and the round after the second.
    const releaseCell = proxy.holdRequest(2);
    const releaseRound = proxy.holdRequest(4);
    await expect(change(lanes, bank, idOf(1), 0, 1)).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    // The round is settled when the cell has expired.
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    await releaseCell();
    await releaseRound();
    expect(await balancesIn(bank)).toEqual([0]);
    expect(await change(lanes, bank, idOf(1), 0, 1)).toEqual(changed(1));
  });

  test("nothing is sent for a caller that has failed while the cell was being taken", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const bank = newBank();
    await create(createLanes(keyspace.session), bank, idOf(1));
    const lanes = createLanes(session);
    proxy.loseAnswer(2);
    proxy.loseAnswer(3);
    await expect(change(lanes, bank, idOf(1), 0, 1)).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    expect(await balancesIn(bank)).toEqual([0]);
  });

  test("onChange is called for a change whose caller no longer waits", async ({ expect }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const bank = newBank();
    await create(createLanes(keyspace.session), bank, idOf(1));
    const calls: unknown[] = [];
    const lanes = createLanes(session, { onChange: (_, key, how) => calls.push([key, how]) });
    // The round, and the first statement that would settle it.
    const releaseRound = proxy.holdRequest(3);
    proxy.holdRequest(4);
    await expect(change(lanes, bank, idOf(1), 0, 1)).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    expect(calls).toEqual([]);
    await releaseRound();
    await expect
      .poll(() => calls, { timeout: 6000 })
      .toEqual([[{ bank, id: idOf(1) }, ["balance"]]]);
    expect(await balancesIn(bank)).toEqual([1]);
  });

  test("a cell whose first round is late is taken again, and the late round takes it from no process", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const bank = newBank();
    const lanes = createLanes(session);
    const release = proxy.holdRequest(1);
    expect(await create(lanes, bank, idOf(1))).toMatchObject(created);
    await release();
    expect(await change(lanes, bank, idOf(1), 0, 1)).toEqual(changed(1));
    expect(await balancesIn(bank)).toEqual([1]);
  });
});
