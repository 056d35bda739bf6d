import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  asc,
  connect,
  int,
  MIN_REQUEST_TIMEOUT,
  select,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createLanes, type Draft, type Lanes } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

/** The seats of a show; a seat without a holder is free. */
const Seat = table(
  "seat",
  {
    show: text(),
    row: int(),
    seat: int(),
    price: int().required(),
    holder: text(),
    sold: int().default(0).static(),
    places: int().static(),
  },
  {
    partition: ["show"],
    clustering: [asc("row"), asc("seat")],
    lwt: true,
    lanes: { remembers: 60 },
  },
);
type SeatDraft = Draft<typeof Seat>;

/** A seat in its show. */
interface Place {
  readonly row: number;
  readonly seat: number;
}

/** Takes a free seat, unless all places are sold. */
const taking = (holder: string) => (row: SeatDraft) => {
  if (row.get("holder") !== null) return row.refuse("TAKEN");
  const sold = row.get("sold") + 1;
  if (sold > (row.get("places") ?? Infinity)) return row.refuse("SOLD_OUT");
  row.set({ holder, sold });
  return sold;
};

/** Returns a seat of its holder. */
const givingBack = (holder: string) => (row: SeatDraft) => {
  if (row.get("holder") !== holder) return row.refuse("NOT_YOURS");
  const sold = row.get("sold") - 1;
  row.set({ holder: null, sold });
  return sold;
};

const changed = (answer?: unknown) => ({ outcome: "changed", answer });
const refused = (reason: string) => ({ outcome: "refused", reason });

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Seat);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const take = (lanes: Lanes, show: string, place: Place, holder: string, id?: string) =>
  lanes.change(Seat, { show, ...place }, taking(holder), {
    once: id === undefined ? undefined : { id, args: `take ${holder}`, answer: int() },
  });
const giveBack = (lanes: Lanes, show: string, place: Place, holder: string, id?: string) =>
  lanes.change(Seat, { show, ...place }, givingBack(holder), {
    once: id === undefined ? undefined : { id, args: `give back ${holder}`, answer: int() },
  });

/** Creates a show with free seats, eight in each row. */
async function openShow(rows: number, lanes = createLanes(keyspace.session)) {
  const show = `Show ${randomUUID()}`;
  const places = Array.from({ length: rows * 8 }, (_, at) => ({ row: at >> 3, seat: at & 7 }));
  await Promise.all(places.map((place) => lanes.create(Seat, { show, ...place, price: 9 })));
  return { show, places };
}

/** Returns how many seats are sold, and their holders. One read never sees half of a round. */
async function look(show: string) {
  const seats = await keyspace.session.run(select(Seat, { show }));
  const holders = seats.map(({ holder }) => holder).filter((holder) => holder !== null);
  return { sold: seats[0]?.sold, holders };
}

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

/** Takes a seat under an id, so that the request can be repeated. */
function takeSurely(lanes: Lanes, show: string, place: Place, holder: string) {
  const id = randomUUID();
  return insist(() => take(lanes, show, place, holder, id));
}

describe("seats of a show", () => {
  test("each seat is taken once and counted, in any order of requests", async () => {
    const { show, places } = await openShow(2);
    const processes = [1, 2, 3].map(() => createLanes(keyspace.session));
    const results = await Promise.all(
      processes.flatMap((lanes, at) =>
        places.map((place) => takeSurely(lanes, show, place, `${at}`)),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === "changed")).toHaveLength(16);
    expect(results.filter(({ outcome }) => outcome === "refused")).toHaveLength(32);
    const { sold, holders } = await look(show);
    expect([sold, holders.length]).toEqual([16, 16]);
  });

  test("all processes together sell no more seats than there are", async () => {
    const { show, places } = await openShow(3);
    const processes = [1, 2, 3].map(() => createLanes(keyspace.session));
    const [first] = places;
    const limit = (row: SeatDraft) => row.set({ places: 10 });
    expect(await processes[0]!.change(Seat, { show, ...first! }, limit)).toEqual(changed());
    const results = await Promise.all(
      processes.flatMap((lanes, at) =>
        places.map((place) => takeSurely(lanes, show, place, `${at}`)),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === "changed")).toHaveLength(10);
    expect(results).toContainEqual(refused("SOLD_OUT"));
    const { sold, holders } = await look(show);
    expect([sold, holders.length]).toEqual([10, 10]);
    // Every refusal as sold out was true when it was given.
    expect(await take(processes[1]!, show, places.at(-1)!, "late")).toMatchObject({
      outcome: "refused",
    });
  });

  test("seats are added and removed without a change of the count", async () => {
    const lanes = createLanes(keyspace.session);
    const { show, places } = await openShow(1, lanes);
    const [one, two] = places;
    await Promise.all([take(lanes, show, one!, "Ada"), take(lanes, show, two!, "Bob")]);
    const added = { show, row: 9, seat: 1, price: 9 };
    expect(await lanes.create(Seat, added)).toEqual({
      outcome: "created",
      row: { ...added, holder: null },
    });
    expect(await lanes.create(Seat, added)).toMatchObject({ outcome: "exists", row: { sold: 2 } });
    expect(await lanes.remove(Seat, { show, ...places[2]! })).toEqual({ outcome: "deleted" });
    expect((await look(show)).sold).toBe(2);
    expect(await take(createLanes(keyspace.session), show, { row: 9, seat: 1 }, "Eve")).toEqual(
      changed(3),
    );
  });

  test("seats that do not exist are neither taken nor counted", async () => {
    const { show, places } = await openShow(1);
    const lanes = createLanes(keyspace.session);
    const none = { row: 7, seat: 7 };
    const results = [none, places[0]!, none].map((place) => take(lanes, show, place, "Ada"));
    expect(await Promise.all(results)).toEqual([
      { outcome: "missing" },
      changed(1),
      { outcome: "missing" },
    ]);
    expect((await look(show)).sold).toBe(1);
  });
});

describe.concurrent("a late request to take a seat that has been returned", () => {
  test("the late request neither takes nor counts the seat", async ({ expect }) => {
    const { show, places } = await openShow(1);
    await using process = await startProcess();
    const { proxy, lanes } = process;
    const others = createLanes(keyspace.session);
    const [place] = places;
    // After this the count is 0, and no longer null.
    expect(await take(others, show, place!, "Eve")).toEqual(changed(1));
    expect(await giveBack(others, show, place!, "Eve")).toEqual(changed(0));
    // The row is read for the holder, then for all columns; the cell is taken, and the round is sent.
    const release = proxy.holdRequest(4);
    await insist(() => take(lanes, show, place!, "Ada"));
    expect(await look(show)).toEqual({ sold: 1, holders: ["Ada"] });
    expect(await giveBack(others, show, place!, "Ada")).toEqual(changed(0));
    // Everything is as the late round expects it, except the process' cell.
    await release();
    expect(await look(show)).toEqual({ sold: 0, holders: [] });
    expect(await take(lanes, show, place!, "Bob")).toEqual(changed(1));
  });

  test("a repeated request with the same id gets the first answer", async ({ expect }) => {
    const { show, places } = await openShow(1);
    await using process = await startProcess();
    const { proxy, lanes } = process;
    const [place] = places;
    const release = proxy.holdRequest(4);
    const id = randomUUID();
    expect(await insist(() => take(lanes, show, place!, "Ada", id))).toEqual(changed(1));
    expect(await giveBack(lanes, show, place!, "Ada")).toEqual(changed(0));
    await release();
    expect(await take(lanes, show, place!, "Ada", id)).toEqual(changed(1));
    expect(await look(show)).toEqual({ sold: 0, holders: [] });
  });
});

test("every seat has one holder and all are counted while answers are lost, requests are late, and all are repeated", async () => {
  const { show, places } = await openShow(3);
  await using one = await startProcess();
  await using two = await startProcess();
  await using three = await startProcess();
  const processes = [one, two, three];
  const late: (() => Promise<void>)[] = [];
  for (const [at, { proxy }] of processes.entries()) {
    proxy.loseAnswer(4 + at);
    late.push(proxy.holdRequest(7 + at));
    proxy.loseAnswer(11 + at);
    late.push(proxy.holdRequest(14 + at));
  }
  const any = (below: number) => Math.floor(Math.random() * below);

  /** Takes and returns seats, and keeps one in the end. Sends each request twice. Returns the seat that it keeps. */
  async function visit(lanes: Lanes, holder: string): Promise<Place | undefined> {
    async function twice<Told extends { readonly outcome: string }>(
      ask: (id: string) => Promise<Told>,
    ) {
      const id = randomUUID();
      const results = await Promise.all([insist(() => ask(id)), insist(() => ask(id))]);
      // A refused change runs again each time.
      const [applied, ...others] = results.filter(({ outcome }) => outcome === "changed");
      for (const other of others) expect(other).toEqual(applied);
      return applied ?? results[0];
    }
    for (let turn = 0; turn < 12; turn++) {
      const place = places[any(places.length)]!;
      const taken = await twice((id) => take(lanes, show, place, holder, id));
      if (taken.outcome !== "changed") continue;
      expect(taken.answer).toBeGreaterThan(0);
      expect(taken.answer).toBeLessThanOrEqual(places.length);
      if (turn > 9) return place;
      const given = await twice((id) => giveBack(lanes, show, place, holder, id));
      expect(given.outcome).toBe("changed");
    }
    return undefined;
  }

  let isOver = false;
  async function watch() {
    for (let seen = 0; !isOver; seen++) {
      const { sold, holders } = await look(show);
      expect(sold, `read ${seen}`).toBe(holders.length);
      expect(new Set(holders).size).toBe(holders.length);
    }
  }
  const watching = watch();
  const visits = processes.flatMap(({ lanes }, at) =>
    Array.from({ length: 8 }, (_, number) => `${at}-${number}`).map(
      async (holder) => [await visit(lanes, holder), holder] as const,
    ),
  );
  const all = Promise.all(visits).finally(() => (isOver = true));
  const [results] = await Promise.all([all, watching]);
  const kept = results.filter(([place]) => place !== undefined);
  await Promise.all(late.map((release) => release()));

  const seats = await keyspace.session.run(select(Seat, { show }));
  const held = seats.filter(({ holder }) => holder !== null);
  const text_ = ({ row, seat }: Place, holder: string | null) => `${row}/${seat}: ${holder}`;
  expect(held.map((each) => text_(each, each.holder)).toSorted()).toEqual(
    kept.map(([place, holder]) => text_(place!, holder)).toSorted(),
  );
  expect(seats[0]?.sold).toBe(held.length);
}, 120_000);
