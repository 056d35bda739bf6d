import { randomUUID } from "node:crypto";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { parse } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Client,
  type ConnectionState,
  createClient,
  liveField,
  type LiveValues,
  requiredField,
} from "../../src/client/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { startWay } from "../fixtures/way.ts";
import {
  addTaken,
  createSeat,
  deleteSeat,
  type Key,
  lampChanged,
  putLamp,
  seatsChanged,
  seatsQuery,
  takenChanged,
  takenNow,
  updateSeat,
} from "./documents.ts";
import { startTheatre, startTheatreOn, type Theatre } from "./theatre.ts";

let shared: Theatre;
beforeAll(async () => {
  shared = await startTheatre();
});
afterAll(() => shared[Symbol.asyncDispose]());

type Service = Awaited<ReturnType<typeof start>>;

/** Opens a client with its own connection to the service, and creates a seat. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const way = opened.use(await startWay(shared.url));
  const since: unknown[] = [];
  const client = opened.use(createClient({ url: way.url, webSocket: recording(since) }));
  const direct = opened.use(createClient({ url: shared.url }));
  const theatre = `Theatre ${randomUUID()}`;
  const { key } = await create(direct, theatre);
  const states: ConnectionState[] = [];
  client.onConnection((state) => states.push(state));
  const kept = opened.move();
  return {
    way,
    client,
    direct,
    theatre,
    key,
    states,
    since,
    add: (delta: number) => direct.send(addTaken, { ...key, delta }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Returns a WebSocket that keeps the `since` of each subscription that it sends. */
function recording(since: unknown[]): typeof WebSocket {
  return class extends WebSocket {
    override send(message: string) {
      const { type, payload } = JSON.parse(message);
      if (type === "subscribe" && payload.variables) since.push(payload.variables.since);
      super.send(message);
    }
  };
}

async function create(client: Client, theatre: string) {
  const data = await client.send(createSeat, { input: { theatre, name: "A seat" } });
  const result = requiredField(data, "createSeat");
  if (result.__typename !== "SeatCreated") throw new Error(result.message);
  return { seat: result.seat, key: { theatre, id: result.seat.id } };
}

/** Subscribes to the number of taken places. */
function taken(client: Client, key: Key & { since?: string | null }) {
  return liveField(client.subscribe(takenChanged, key, { ordered: true }), "takenChanged");
}

function events(client: Client, theatre: string, signal?: AbortSignal) {
  const reset = { seatsChanged: { __typename: "SeatsReset", theatre } } as const;
  return liveField(client.subscribe(seatsChanged, { theatre }, { reset, signal }), "seatsChanged");
}

/** Returns the next value. @throws if there is none */
async function next<Value>(live: LiveValues<Value>): Promise<Value> {
  const { done, value } = await live.next();
  if (done) throw new Error("It has ended.");
  return value;
}

/** Collects all values. */
function collect<Value>(live: LiveValues<Value>) {
  const values: Value[] = [];
  const ended = (async () => {
    for await (const value of live) values.push(value);
  })();
  return { values, ended };
}

/** Cuts the connection, and acts before the client has another one. */
async function whileLost({ way, client }: Service, act: () => unknown) {
  way.refuse(true);
  await eventually(() => expect(client.connection).toBe("lost"));
  await act();
  way.refuse(false);
  await eventually(() => expect(client.connection).toBe("connected"));
}

const end = { done: true, value: undefined };

describe("a subscription", () => {
  test("gives the present value at once, then each newer one", async () => {
    await using service = await start();
    const { client, key, add } = service;
    const values = client.subscribe(takenNow, key);
    expect(await next(values)).toEqual({ takenChanged: { taken: 0 } });
    await add(2);
    expect(await next(values)).toEqual({ takenChanged: { taken: 2 } });
  });

  test("may be a document node", async () => {
    await using service = await start();
    const { client, key } = service;
    const document: TypedDocumentNode<{ readonly takenChanged: object }, Key> = parse(takenNow);
    const values = client.subscribe(document, key);
    expect(await next(values)).toEqual({ takenChanged: { taken: 0 } });
  });

  test("gives a slow reader the newest value", async () => {
    await using service = await start();
    const { client, key, add } = service;
    const [slow, quick] = [taken(client, key), taken(client, key)];
    for (let count = 0; count < 5; count++) {
      expect((await next(quick)).taken).toBe(count);
      await add(1);
    }
    expect((await next(quick)).taken).toBe(5);
    expect((await next(slow)).taken).toBe(5);
  });

  test("without $since begins with the present value on each connection", async () => {
    await using service = await start();
    const { values } = collect(service.client.subscribe(takenNow, service.key));
    await eventually(() => expect(values).toHaveLength(1));
    await whileLost(service, () => {});
    await eventually(() => expect(values).toEqual(Array(2).fill({ takenChanged: { taken: 0 } })));
  });

  test("goes on when the service is restarted, though the service completes it", async () => {
    await using own = await startTheatre();
    await using way = await startWay(own.url);
    await using client = createClient({ url: way.url });
    const { key } = await create(client, "Globe");
    const counts = collect(taken(client, key));
    const resets = collect(events(client, "Globe"));
    await eventually(() => expect([counts.values, resets.values]).toMatchObject([[{}], [{}]]));

    await own.close();
    await using other = await startTheatreOn(own.keyspace);
    way.leadTo(other.url);
    await client.send(addTaken, { ...key, delta: 1 });
    await eventually(() => expect(counts.values.map((value) => value.taken)).toEqual([0, 1]));
    await eventually(() =>
      expect(
        resets.values.filter(({ __typename }) => __typename === "SeatsReset").length,
      ).toBeGreaterThan(1),
    );
  });

  test("waits for a service that is not there yet", async () => {
    await using service = await start();
    const { way, client, key, states } = service;
    way.refuse(true);
    const values = taken(client, key);
    await eventually(() => expect(states).toEqual(["connecting", "lost"]));
    way.refuse(false);
    expect((await next(values)).taken).toBe(0);
  });

  test("gives up a connection on which nothing comes any more, and opens another", async () => {
    await using service = await start();
    const { way, client, key, add } = service;
    const values = taken(client, key);
    await next(values);
    way.freeze();
    await add(1);
    expect((await next(values)).taken).toBe(1);
    expect(way.accepted).toBe(2);
  }, 60_000);

  test("fails with the error of the service if it refuses an argument", async () => {
    await using service = await start();
    const { client, key } = service;
    const refused = taken(client, { ...key, since: "x" }).next();
    await expect(refused).rejects.toMatchObject({ name: "ClientError", errors: [{}] });
  });

  test("fails if its data come with an error", async () => {
    await using service = await start();
    const values = service.client.subscribe(
      `subscription ($theatre: String!, $id: UUID!) {
        takenChanged(theatre: $theatre, id: $id) { taken seat { broken } }
      }`,
      service.key,
    );
    await expect(values.next()).rejects.toMatchObject({
      code: "BROKEN",
      data: { takenChanged: { taken: 0, seat: { broken: null } } },
    });
  });
});

describe("a subscription that declares $since", () => {
  test("resumes on a new connection, with what changed meanwhile, and without a repeated value", async () => {
    await using service = await start();
    const { client, key, add, states, since } = service;
    const { values, ended } = collect(taken(client, key));
    for (let round = 1; round <= 3; round++) {
      await eventually(() => expect(values).toHaveLength(round));
      await whileLost(service, () => add(1));
      await eventually(() => expect(values.at(-1)!.taken).toBe(round));
    }
    await whileLost(service, () => {});
    await add(1);
    await eventually(() => expect(values.map((value) => value.taken)).toEqual([0, 1, 2, 3, 4]));
    expect(since).toEqual([undefined, ...values.slice(0, 4).map(({ asOf }) => asOf)]);
    await client.close();
    await ended;
    const again = ["lost", "connected"];
    const expected = ["connecting", "connected", ...again, ...again, ...again, ...again, "idle"];
    await eventually(() => expect(states).toEqual(expected));
  });

  test("gives only values that are newer than the caller's since", async () => {
    await using service = await start();
    const { client, key, add } = service;
    const { asOf } = await next(taken(client, key));
    const newer = next(taken(client, { ...key, since: asOf }));
    await add(1);
    expect((await newer).taken).toBe(1);
  });

  test("has to select asOf", async () => {
    await using service = await start();
    const { client, key } = service;
    const values = client.subscribe(
      `subscription ($theatre: String!, $id: UUID!, $since: WriteTime) {
        takenChanged(theatre: $theatre, id: $id, since: $since) { taken }
      }`,
      key,
    );
    await expect(values.next()).rejects.toMatchObject({
      code: "BAD_CALL",
      message:
        "The document declares $since, so takenChanged has to select asOf, which a new connection sends as since.",
    });
  });
});

describe("a subscription to a row of a table of plain writes", () => {
  const lamp = () => ({ theatre: `Theatre ${randomUUID()}`, number: 1 });
  type Row = { colour?: string | null; level?: number };
  const write = async (service: Service, key: ReturnType<typeof lamp>, row: Row) =>
    requiredField(await service.direct.send(putLamp, { ...key, row }), "putLamp");
  const state = (value: { lampChanged: { lamp: object } }) => value.lampChanged.lamp;

  test("gives each new value, though its asOf falls, stays or is null", async () => {
    await using service = await start();
    const key = lamp();
    await write(service, key, { level: 1 });
    await write(service, key, { colour: "red" });
    const values = service.client.subscribe(lampChanged, key);
    const first = await next(values);
    await write(service, key, { colour: null });
    const second = await next(values);
    expect([state(first), state(second)]).toEqual([
      { colour: "red", level: 1 },
      { colour: null, level: 1 },
    ]);
    expect(BigInt(second.lampChanged.asOf!)).toBeLessThan(BigInt(first.lampChanged.asOf!));
  });

  test("gives on a new connection what changed meanwhile, though its asOf has fallen", async () => {
    await using service = await start();
    const key = lamp();
    await write(service, key, { level: 1 });
    await write(service, key, { colour: "red" });
    const { values } = collect(service.client.subscribe(lampChanged, key));
    await eventually(() => expect(values).toHaveLength(1));
    await whileLost(service, () => write(service, key, { colour: null }));
    await eventually(() =>
      expect(values.map(state)).toEqual([
        { colour: "red", level: 1 },
        { colour: null, level: 1 },
      ]),
    );
  });

  test("does not repeat its value on a new connection", async () => {
    await using service = await start();
    const key = lamp();
    await write(service, key, { level: 1 });
    const { values } = collect(service.client.subscribe(lampChanged, key));
    await eventually(() => expect(values).toHaveLength(1));
    await whileLost(service, () => {});
    await write(service, key, { level: 2 });
    await eventually(() => expect(values.map(state)).toMatchObject([{ level: 1 }, { level: 2 }]));
  });
});

describe("a row that is not there", () => {
  test("is an error at first", async () => {
    await using service = await start();
    const { client, theatre } = service;
    const values = taken(client, { theatre, id: randomUUID() });
    await expect(values.next()).rejects.toMatchObject({
      name: "ClientError",
      code: "SEAT_NOT_FOUND",
    });
    expect(await values.next()).toEqual(end);
  });

  test("ends a subscription with a since of the caller's", async () => {
    await using service = await start();
    const { client, theatre } = service;
    const key = { theatre, id: randomUUID(), since: "1" };
    expect(await taken(client, key).next()).toEqual(end);
    expect(await client.subscribe(takenChanged, key).next()).toEqual(end);
  });

  test.each([takenChanged, takenNow])("ends a subscription that gave a value", async (document) => {
    await using service = await start();
    const { client, direct, key } = service;
    const { values, ended } = collect(client.subscribe(document as typeof takenNow, key));
    await eventually(() => expect(values).toHaveLength(1));
    await direct.send(deleteSeat, key);
    await ended;
    expect(values).toHaveLength(1);
  });

  test("ends a subscription if it was deleted while the connection was lost", async () => {
    await using service = await start();
    const { way, client, direct, key } = service;
    const values = taken(client, key);
    await next(values);
    way.refuse(true);
    await direct.send(deleteSeat, key);
    way.refuse(false);
    expect(await values.next()).toEqual(end);
  });
});

describe("a subscription with a reset", () => {
  test("gives it first, then each event", async () => {
    await using service = await start();
    const { client, direct, theatre, key, add } = service;
    const all = events(client, theatre);
    expect(await next(all)).toEqual({ __typename: "SeatsReset", theatre });
    const { seat } = await create(direct, theatre);
    expect(await next(all)).toEqual({ __typename: "SeatCreated", seat });
    await direct.send(updateSeat, { ...key, input: { name: "Renamed" } });
    expect(await next(all)).toMatchObject({ __typename: "SeatUpdated", seat: { name: "Renamed" } });
    await add(4);
    expect(await next(all)).toEqual({ __typename: "TakenChanged", id: key.id, taken: 4 });
    await direct.send(deleteSeat, key);
    expect(await next(all)).toEqual({ __typename: "SeatDeleted", ...key });
  });

  test("misses nothing that is read after it, also not on a new connection", async () => {
    await using service = await start();
    const { way, client, direct, theatre } = service;
    const all = events(client, theatre);
    const known = new Set<string>();
    const following = (async () => {
      for await (const event of all) {
        if (event.__typename === "SeatsReset") {
          const { seatsInTheatre } = await direct.send(seatsQuery, { theatre });
          for (const { id } of seatsInTheatre.nodes) known.add(id);
        }
        if (event.__typename === "SeatCreated") known.add(event.seat.id);
      }
    })();
    const created = new Set<string>();
    for (let round = 0; round < 20; round++) {
      created.add((await create(direct, theatre)).key.id);
      if (round % 5 === 0) way.cut();
    }
    await eventually(() => expect([...known]).toEqual(expect.arrayContaining([...created])));
    await all.return();
    await following;
  });

  test("gives it to a reader who is too slow, instead of the events that wait", async () => {
    await using service = await start();
    const { client, theatre, add } = service;
    const [slow, quick] = [events(client, theatre), events(client, theatre)];
    await next(quick);
    for (let count = 1; count <= 110; count++) {
      await add(1);
      expect(await next(quick)).toMatchObject({ taken: count });
    }
    await quick.return();
    expect(await next(slow)).toEqual({ __typename: "SeatsReset", theatre });
    expect(await next(slow)).toMatchObject({ taken: 101 });
  });
});

describe("the end of a subscription", () => {
  test("by break leaves no subscription open, and the last one closes the socket", async () => {
    await using service = await start();
    const { way, client, key, theatre } = service;
    const all = events(client, theatre);
    await next(all);
    for (let round = 0; round < 150; round++) {
      for await (const value of taken(client, key)) {
        expect(value.taken).toBe(0);
        break;
      }
    }
    expect(way.accepted).toBe(1);
    await all.return();
    expect(client.connection).toBe("idle");
    await eventually(() => expect(way.connections).toBe(0));
  });

  test("by return also ends the wait for a value", async () => {
    await using service = await start();
    const { way, client, key } = service;
    const values = taken(client, key);
    await next(values);
    const waiting = values.next();
    await values.return();
    expect(await waiting).toEqual(end);
    await eventually(() => expect(way.connections).toBe(0));
  });

  test("by return while there is no connection ends the attempts", async () => {
    await using service = await start();
    const { way, client, key } = service;
    way.refuse(true);
    const values = taken(client, key);
    await eventually(() => expect(client.connection).toBe("lost"));
    await values.return();
    expect(client.connection).toBe("idle");
    way.refuse(false);
    // The next subscription does not wait for the pause of the last attempt.
    expect((await next(taken(client, key))).taken).toBe(0);
  });

  test("by an abort fails it with the reason of the signal", async () => {
    await using service = await start();
    const { way, client, key, theatre } = service;
    const leaving = new AbortController();
    const { signal } = leaving;
    const values = client.subscribe(takenNow, key, { signal });
    await next(values);
    const waiting = values.next();
    leaving.abort(new Error("The page is left."));
    await expect(waiting).rejects.toThrow("The page is left.");
    await expect(events(client, theatre, signal).next()).rejects.toThrow("is left");
    await eventually(() => expect(way.connections).toBe(0));
  });

  test("by closing the client is no error", async () => {
    await using service = await start();
    const { way, client, key, theatre } = service;
    const counts = collect(taken(client, key));
    const all = collect(events(client, theatre));
    await eventually(() => expect([counts.values, all.values]).toMatchObject([[{}], [{}]]));
    await client.close();
    await Promise.all([counts.ended, all.ended]);
    await eventually(() => expect(way.connections).toBe(0));
    expect(() => taken(client, key)).toThrow("The client has been closed");
  });
});

test("a listener that was removed is not called", async () => {
  await using service = await start();
  const { client, key, states } = service;
  const seen: ConnectionState[] = [];
  client.onConnection((state) => seen.push(state))();
  await next(taken(client, key));
  await eventually(() => expect(states).toEqual(["connecting", "connected"]));
  expect(seen).toEqual([]);
});
