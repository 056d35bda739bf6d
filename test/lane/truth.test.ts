import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect } from "../../src/cassandra/index.ts";
import { createLanes } from "../../src/lane/index.ts";
import { tables } from "../../src/party/index.ts";
import { askCity, type Request } from "../../src/party/request.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

// A lane remembers what it has seen of a party while somebody waits in it. No answer may rest on that alone.

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(...tables);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const date = new Date("2040-01-01T00:00:00.000Z");
const changed = (people: number) => ({ __typename: "PeopleChanged", people });

/** Two processes, and a party that is in the memory of the one that waits for an answer, with a count of 1. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const [contactPoint] = inject("cassandra").contactPoints;
  const proxy = opened.use(await startProxy(contactPoint!));
  const { cluster, name, session } = keyspace;
  const slow = { ...cluster, contactPoints: [proxy.contactPoint], keyspace: name };
  const own = opened.use(await connect(slow));
  const city = `City ${randomUUID()}`;
  const processes = { waiting: createLanes(own), other: createLanes(session) };
  const [id, elsewhere] = [randomUUID(), randomUUID()];
  const party = { city, name: "A", people: 0, date };

  async function ask<Kind extends Request["kind"]>(
    process: keyof typeof processes,
    request: Request<Kind>,
  ) {
    return askCity<Kind>(processes[process], city, request);
  }
  await ask("other", { kind: "createParty", party: { ...party, id } });
  await ask("other", { kind: "createParty", party: { ...party, id: elsewhere } });

  const operationId = undefined;
  // It is looked at, the process' cell is taken, and the round is sent; the next round is kept back.
  const release = proxy.holdRequest(4);
  const first = ask("waiting", { kind: "addPeople", id, delta: 1, operationId });
  await setImmediate();
  const held = ask("waiting", {
    kind: "changePeople",
    id: elsewhere,
    expected: 0,
    delta: 1,
    operationId,
  });
  expect(await first).toEqual(changed(1));

  const kept = opened.move();
  return {
    id,
    ask,
    /** Lets what was kept back go on, and those who wait behind it. */
    goOn: async () => {
      await release();
      expect(await held).toEqual(changed(1));
    },
    /** Asks the process that waits: a change of the count. */
    add: (delta: number) => ask("waiting", { kind: "addPeople", id, delta, operationId }),
    change: (expected: number, delta: number) =>
      ask("waiting", { kind: "changePeople", id, expected, delta, operationId }),
    create: (name: string) =>
      ask("waiting", { kind: "createParty", party: { ...party, id, name } }),
    rename: (process: keyof typeof processes, name: string) =>
      ask(process, { kind: "updateParty", id, changes: { name }, date }),
    read: async () => {
      const [row] = await session.cql("SELECT * FROM party WHERE city = ? AND id = ?", [city, id]);
      return row;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe.concurrent("whoever asks when another process has", () => {
  test("changed the count is judged by the new one", async () => {
    await using place = await start();
    const { id, ask, add, change, goOn } = place;
    await ask("other", { kind: "addPeople", id, delta: 9, operationId: undefined });
    const answers = [change(1, 1), change(10, 1), add(-11), add(-1)];
    await goOn();
    expect(await Promise.all(answers)).toMatchObject([
      { __typename: "PeopleStale", expected: 1, actual: 10 },
      changed(11),
      changed(0),
      { __typename: "PeopleOutOfRange" },
    ]);
  });

  test("changed the count is not refused by the old one", async () => {
    await using place = await start();
    const { id, ask, add, goOn } = place;
    await ask("other", { kind: "addPeople", id, delta: 9, operationId: undefined });
    const answer = add(-5);
    await goOn();
    expect(await answer).toEqual(changed(5));
  });

  test("deleted the party finds none", async () => {
    await using place = await start();
    const { id, ask, add, change, rename, goOn, read } = place;
    await ask("other", { kind: "deleteParty", id });
    const answers = [add(1), change(1, 1), rename("waiting", "B")];
    await goOn();
    const notFound = { __typename: "PartyNotFound" };
    expect(await Promise.all(answers)).toMatchObject([notFound, notFound, notFound]);
    expect(await read()).toBeUndefined();
  });

  test("deleted the party can create it anew", async () => {
    await using place = await start();
    const { id, ask, create, goOn, read } = place;
    await ask("other", { kind: "deleteParty", id });
    const answer = create("B");
    await goOn();
    expect(await answer).toMatchObject({ __typename: "PartyCreated", party: { name: "B" } });
    expect(await read()).toMatchObject({ name: "B", people: 0 });
  });

  test("renamed the party is shown the new name", async () => {
    await using place = await start();
    const { create, rename, goOn } = place;
    await rename("other", "B");
    const answer = create("C");
    await goOn();
    expect(await answer).toMatchObject({ __typename: "PartyExists", party: { name: "B" } });
  });

  test("renamed the party is shown the new name, also behind a change of the count", async () => {
    await using place = await start();
    const { add, create, rename, goOn } = place;
    await rename("other", "B");
    const answers = [add(1), create("C")];
    await goOn();
    expect(await Promise.all(answers)).toMatchObject([
      changed(2),
      { __typename: "PartyExists", party: { name: "B", people: 2 } },
    ]);
  });

  test("renamed the party gives it the old name again, alone or with a change of the count", async () => {
    await using place = await start();
    const { add, create, rename, goOn, read } = place;
    await rename("other", "B");
    const answers = [add(1), create("C"), rename("waiting", "A")];
    await goOn();
    expect((await Promise.all(answers))[2]).toEqual({ __typename: "PartyUpdated" });
    expect(await read()).toMatchObject({ name: "A" });
  });

  test("renamed the party gives it the old name again, together with a change of the count", async () => {
    await using place = await start();
    const { add, rename, goOn, read } = place;
    await rename("other", "B");
    const answers = [add(1), rename("waiting", "A")];
    await goOn();
    expect(await Promise.all(answers)).toEqual([changed(2), { __typename: "PartyUpdated" }]);
    expect(await read()).toMatchObject({ name: "A", people: 2 });
  });
});
