import { randomUUID } from "node:crypto";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect, select, type Session } from "../../src/cassandra/index.ts";
import { createLanes, laneLimits, type Lanes } from "../../src/lane/index.ts";
import { tables } from "../../src/party/index.ts";
import { askCity } from "../../src/party/request.ts";
import { PartyTable } from "../../src/party/table.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(...tables);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const date = new Date("2040-01-01T00:00:00.000Z");
const changed = (people: number) => ({ __typename: "PeopleChanged", people });
const newCity = () => `City ${randomUUID()}`;
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const create = (lanes: Lanes, city: string, id: string, people = 0) =>
  askCity<"createParty">(lanes, city, {
    kind: "createParty",
    party: { city, id, name: "A", people, date },
  });
const remove = (lanes: Lanes, city: string, id: string) =>
  askCity<"deleteParty">(lanes, city, { kind: "deleteParty", id });
const add = (lanes: Lanes, city: string, id: string, delta: number) =>
  askCity<"addPeople">(lanes, city, { kind: "addPeople", id, delta, operationId: undefined });
const change = (lanes: Lanes, city: string, id: string, expected: number, delta: number) =>
  askCity<"changePeople">(lanes, city, {
    kind: "changePeople",
    id,
    expected,
    delta,
    operationId: undefined,
  });
const peopleIn = async (city: string) =>
  (await keyspace.session.run(select(PartyTable, { city }))).map(({ people }) => people);

type Batch = Parameters<Session["batch"]>[1];

/** The keyspace's session, which tells of each batch before it is sent. */
function telling(tell: (writes: Batch) => void | Promise<void>): Session {
  const { session } = keyspace;
  return {
    ...session,
    async batch(table, writes) {
      await tell(writes);
      return session.batch(table, writes);
    },
  };
}

/** A session of which single requests and answers get lost or late. */
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

/** The id of the row that a write is about. */
function rowOf({ cql, params }: Batch[number]): unknown {
  const columns = /^INSERT INTO party \(([^)]*)\)/.exec(cql)?.[1]?.split(", ");
  if (columns) return params[columns.indexOf("id")];
  const before = cql.slice(0, cql.indexOf(" id = ?"));
  return cql.includes(" id = ?") ? params[before.split("?").length - 1] : undefined;
}

describe("what waits in a city", () => {
  test("goes together, and each row has one statement in a round", async () => {
    const city = newCity();
    const batches: Batch[] = [];
    const lanes = createLanes(telling((writes) => void batches.push(writes)));
    const ids = Array.from({ length: 20 }, (_, number) => idOf(number));
    await Promise.all(ids.map((id) => create(lanes, city, id)));
    expect(batches).toHaveLength(1);
    expect(batches[0]).toHaveLength(21);

    const asked = ids.flatMap((id) => [
      add(lanes, city, id, 3),
      change(lanes, city, id, 3, -1),
      add(lanes, city, id, -2),
    ]);
    const answers = await Promise.all(asked);
    expect(answers).toEqual(ids.flatMap(() => [3, 2, 0].map(changed)));
    for (const batch of batches) {
      const rows = batch.map(rowOf);
      expect(new Set(rows).size).toBe(rows.length);
      expect(rows.filter((row) => row === undefined)).toHaveLength(1);
    }
  });

  test("never has a row twice in a round, whatever is asked in whatever order", async () => {
    const city = newCity();
    const batches: Batch[] = [];
    const session = telling((writes) => void batches.push(writes));
    const processes = [createLanes(session), createLanes(session)];
    const any = (below: number) => Math.floor(Math.random() * below);

    function random(): Promise<{ readonly __typename: string }> {
      const [lanes, id] = [processes[any(2)]!, idOf(any(5))];
      return [
        () => create(lanes, city, id),
        () => remove(lanes, city, id),
        () => add(lanes, city, id, any(5) - 2),
        () => change(lanes, city, id, any(3), any(5) - 2),
        () =>
          askCity<"updateParty">(lanes, city, {
            kind: "updateParty",
            id,
            changes: { name: `Name ${any(3)}` },
            date,
          }),
      ][any(5)]!();
    }
    const tolerant = () => random().catch((error: Error) => ({ __typename: error.message }));
    const answers: { readonly __typename: string }[] = [];
    for (let turn = 0; turn < 20; turn++) {
      answers.push(...(await Promise.all(Array.from({ length: 25 }, tolerant))));
    }
    expect(answers.map(({ __typename }) => __typename)).not.toContain("PartyMoved");
    for (const batch of batches) {
      const rows = batch.map(rowOf);
      expect(new Set(rows).size).toBe(rows.length);
    }
    // None was refused for what it is.
    const outcomes = new Set(answers.map(({ __typename }) => __typename));
    expect([...outcomes].filter((outcome) => !/^(Party|People)[A-Z]/.test(outcome))).toEqual([]);
  });

  test("has a bound: whoever comes beyond it is refused at once, and all others are served", async () => {
    const city = newCity();
    const lanes = createLanes(keyspace.session);
    await create(lanes, city, idOf(1));
    const asked = Array.from({ length: laneLimits.waiting }, () => add(lanes, city, idOf(1), 1));
    await expect(add(lanes, city, idOf(1), 1)).rejects.toMatchObject({
      extensions: { code: "CONTENTION" },
    });
    const answers = await Promise.all(asked);
    expect(answers.at(-1)).toEqual(changed(10_000));
    expect(await peopleIn(city)).toEqual([10_000]);
  });

  test("of more rows than a round may have goes in several", async () => {
    const city = newCity();
    const sizes: number[] = [];
    const lanes = createLanes(telling((writes) => void sizes.push(writes.length - 1)));
    const ids = Array.from({ length: 150 }, (_, number) => idOf(number));
    const answers = await Promise.all(ids.map((id) => create(lanes, city, id)));
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(new Set(["PartyCreated"]));
    expect(sizes).toEqual([64, 64, 22]);
    // Of those nothing is known: they are looked at, so many by a query.
    const added = await Promise.all(ids.map((id) => add(lanes, city, id, 1)));
    expect(added).toEqual(ids.map(() => changed(1)));
  });

  test("is told of contention if others were faster all the time", async () => {
    const city = newCity();
    const others = createLanes(keyspace.session);
    await create(others, city, idOf(1));
    let rounds = 0;
    const lanes = createLanes(
      telling(async () => {
        rounds += 1;
        await add(others, city, idOf(1), 1);
      }),
    );
    await expect(add(lanes, city, idOf(1), 1)).rejects.toMatchObject({
      extensions: { code: "CONTENTION" },
    });
    expect(await peopleIn(city)).toEqual([rounds]);
  });
});

describe("a lane", () => {
  test("is there while somebody waits in it, one a city", async () => {
    const lanes = createLanes(keyspace.session);
    expect(lanes.size).toBe(0);
    const [one, two] = [newCity(), newCity()];
    const asked = [
      create(lanes, one, idOf(1)),
      create(lanes, one, idOf(2)),
      remove(lanes, two, idOf(1)),
    ];
    expect(lanes.size).toBe(2);
    await Promise.all(asked);
    await setImmediate();
    expect(lanes.size).toBe(0);
  });
});

describe.concurrent("what a process keeps in a city expires", () => {
  test("and is taken again, at the cost of a round", async ({ expect }) => {
    const city = newCity();
    const sizes: number[] = [];
    const lanes = createLanes(
      telling((writes) => void sizes.push(writes.length)),
      { ttl: 1 },
    );
    await create(lanes, city, idOf(1));
    expect(await change(lanes, city, idOf(1), 0, 1)).toEqual(changed(1));
    await sleep(2100);
    expect(await change(lanes, city, idOf(1), 1, 1)).toEqual(changed(2));
    expect(await remove(lanes, city, idOf(1))).toMatchObject({ __typename: "PartyDeleted" });
    // One more, which was refused.
    expect(sizes).toHaveLength(5);
  });

  test("also where the city has no party", async ({ expect }) => {
    const city = newCity();
    const lanes = createLanes(keyspace.session, { ttl: 1 });
    expect(await remove(lanes, city, idOf(1))).toMatchObject({ __typename: "PartyNotFound" });
    await sleep(2100);
    expect(await remove(lanes, city, idOf(1))).toMatchObject({ __typename: "PartyNotFound" });
    expect(await create(lanes, city, idOf(1))).toMatchObject({ __typename: "PartyCreated" });
  });

  test("and the counts do not", async ({ expect }) => {
    const city = newCity();
    const lanes = createLanes(keyspace.session, { ttl: 1 });
    await create(lanes, city, idOf(1), 3);
    await add(lanes, city, idOf(1), 4);
    await sleep(2100);
    expect(await peopleIn(city)).toEqual([7]);
    const [row] = await keyspace.session.cql(
      "SELECT ttl(people) AS ttl FROM party WHERE city = ?",
      [city],
    );
    expect(row?.["ttl"]).toBeNull();
  });
});

test("a party that is deleted and created anew 400 times is there each time, and gone each time", async () => {
  const city = newCity();
  const [one, two] = [createLanes(keyspace.session), createLanes(keyspace.session)];
  const found = () => keyspace.session.run(select(PartyTable, { city, id: idOf(1) }));
  for (let turn = 0; turn < 400; turn++) {
    const [here, there] = turn % 2 === 0 ? [one, two] : [two, one];
    expect(await create(here, city, idOf(1), turn)).toMatchObject({ __typename: "PartyCreated" });
    expect((await found())?.people).toBe(turn);
    expect(await remove(there, city, idOf(1))).toMatchObject({ __typename: "PartyDeleted" });
    expect(await found()).toBeUndefined();
  }
});

test("no condition on a null makes a party, not even where one without a count was deleted", async () => {
  const [city, id] = [newCity(), randomUUID()];
  await keyspace.session.cql(
    "INSERT INTO party (city, id, name, date) VALUES (?, ?, 'Theirs', '2040-01-01') IF NOT EXISTS",
    [city, id],
  );
  const others = createLanes(keyspace.session);
  // It is seen without a count, and gone when the round that knows of that is sent.
  const lanes = createLanes(telling(async () => void (await remove(others, city, id))));
  expect(await add(lanes, city, id, 1)).toMatchObject({ __typename: "PartyNotFound" });
  expect(await change(lanes, city, id, 0, 1)).toMatchObject({ __typename: "PartyNotFound" });
  expect(await peopleIn(city)).toEqual([]);
});

describe.concurrent("while nobody answers", () => {
  test("those whose time is over are told whether theirs was sent, and the lane goes on behind", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const city = newCity();
    const lanes = createLanes(session);
    await create(lanes, city, idOf(1));
    // The answer to the round, and the first to what settles it.
    proxy.loseAnswer(1);
    proxy.loseAnswer(2);
    const sent = change(lanes, city, idOf(1), 0, 1);
    await sleep(100);
    const waiting = [change(lanes, city, idOf(1), 1, 10), add(lanes, city, idOf(2), 10)];
    await expect(sent).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    for (const each of waiting) await expect(each).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(lanes.size).toBe(1);
    // What was sent had been applied; what waited was never sent.
    expect(await change(lanes, city, idOf(1), 1, 1)).toEqual(changed(2));
    await setImmediate();
    expect(lanes.size).toBe(0);
    expect(await peopleIn(city)).toEqual([2]);
  });

  test("a process that ends gives up what it cannot know", async ({ expect }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const city = newCity();
    const lanes = createLanes(session);
    await create(lanes, city, idOf(1));
    proxy.loseAnswer(1);
    const sent = change(lanes, city, idOf(1), 0, 1);
    await sleep(100);
    lanes.close();
    await expect(sent).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
    await setImmediate();
    expect(lanes.size).toBe(0);
  });

  test("no late request finds again what an expired cell held, not even behind another late one", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const city = newCity();
    await create(createLanes(keyspace.session), city, idOf(1));
    const lanes = createLanes(session, { ttl: 1 });
    // The first that takes the cell, and the round behind the second.
    const releaseCell = proxy.holdRequest(2);
    const releaseRound = proxy.holdRequest(4);
    await expect(change(lanes, city, idOf(1), 0, 1)).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    // It is settled when the cell has expired.
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    await releaseCell();
    await releaseRound();
    expect(await peopleIn(city)).toEqual([0]);
    expect(await change(lanes, city, idOf(1), 0, 1)).toEqual(changed(1));
  });

  test("nothing is sent for somebody who was told that nothing was, as taking the cell took so long", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const city = newCity();
    await create(createLanes(keyspace.session), city, idOf(1));
    const lanes = createLanes(session);
    proxy.loseAnswer(2);
    proxy.loseAnswer(3);
    await expect(change(lanes, city, idOf(1), 0, 1)).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    await expect.poll(() => lanes.size, { timeout: 6000 }).toBe(0);
    expect(await peopleIn(city)).toEqual([0]);
  });

  test("what is changed for somebody who no longer waits is told", async ({ expect }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const city = newCity();
    await create(createLanes(keyspace.session), city, idOf(1));
    const late: unknown[] = [];
    const lanes = createLanes(session, { onLate: (_, key) => late.push(key) });
    // The round, and the first write that would settle it.
    const releaseRound = proxy.holdRequest(3);
    proxy.holdRequest(4);
    await expect(change(lanes, city, idOf(1), 0, 1)).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    expect(late).toEqual([]);
    await releaseRound();
    await expect.poll(() => late, { timeout: 6000 }).toEqual([{ city, id: idOf(1) }]);
    expect(await peopleIn(city)).toEqual([1]);
  });

  test("a cell that is being taken is taken again, and its late request takes it from nobody", async ({
    expect,
  }) => {
    await using slow = await startSlow();
    const { proxy, session } = slow;
    const city = newCity();
    const lanes = createLanes(session);
    const release = proxy.holdRequest(1);
    expect(await create(lanes, city, idOf(1))).toMatchObject({ __typename: "PartyCreated" });
    await release();
    expect(await change(lanes, city, idOf(1), 0, 1)).toEqual(changed(1));
    expect(await peopleIn(city)).toEqual([1]);
  });
});
