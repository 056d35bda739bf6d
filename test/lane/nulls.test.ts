import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  blob,
  double,
  int,
  map,
  select,
  table,
  text,
  type Session,
} from "../../src/cassandra/index.ts";
import { createLanes, type Lanes } from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

const key = { partition: ["room"], clustering: [asc("id")], lwt: true } as const;
const lanes = { remembers: 60 } as const;

const Desk = table(
  "desk",
  {
    room: text(),
    id: int(),
    seats: int(),
    name: text(),
    weight: double(),
    total: int().default(0).static(),
  },
  { ...key, lanes },
);
const Box = table(
  "box",
  { room: text(), id: int(), note: text(), labels: map(text(), int()) },
  { ...key, lanes: true },
);
const File = table(
  "file",
  { room: blob(), id: int(), size: int().required() },
  { ...key, lanes: true },
);

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Desk, Box, File);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const changed = (answer?: unknown) => ({ outcome: "changed", answer });
const desk = (room: string, id = 1) => keyspace.session.run(select(Desk, { room, id }));
const box = (room: string, id = 1) => keyspace.session.run(select(Box, { room, id }));

/** Lanes of a process whose batches wait, one after the other, for the promises that the given functions return. */
function waiting(...before: readonly (() => Promise<void> | void)[]): Lanes {
  const left = [...before];
  const { session } = keyspace;
  const slow: Session = {
    ...session,
    run: async (statement) => {
      if ("writes" in statement) await left.shift()?.();
      return session.run(statement);
    },
  };
  return createLanes(slow);
}

/**
 * Runs `first`, then `other` in another process, then `late`, while a round on another row is held back. So the lane still
 * knows the row as `first` left it when it plans `late`.
 */
async function afterOther(
  room: string,
  Table: typeof Desk | typeof Box,
  {
    first,
    other,
    late,
  }: {
    readonly first: (lanes: Lanes) => Promise<unknown>;
    readonly other: (lanes: Lanes) => Promise<unknown>;
    readonly late: (lanes: Lanes) => Promise<unknown>;
  },
): Promise<unknown> {
  const others = createLanes(keyspace.session);
  const elsewhere = { room, id: 99 };
  await others.create(Table as typeof Box, elsewhere);
  const { promise, resolve } = Promise.withResolvers<void>();
  let held: Promise<unknown> | undefined;
  const write = (row: { set(values: object): void }) =>
    row.set(Table === Desk ? { seats: 9 } : { note: "9" });
  const own = waiting(
    () => {
      held = own.change(Table as typeof Box, elsewhere, write as never);
    },
    () => promise,
  );
  await first(own);
  await other(others);
  const result = late(own);
  resolve();
  await held;
  return result;
}

describe("a column that another process has changed is set to the value that the lane knows", () => {
  const rename = (row: { set(values: { readonly name: string }): void }) => row.set({ name: "B" });
  const key = (room: string) => ({ room, id: 1 });
  const prepare = async (room: string) => {
    const create = createLanes(keyspace.session);
    await create.create(Desk, { ...key(room), seats: 1, name: "A" });
  };
  /** Reads all columns of the desk, and changes two. */
  const see = (room: string) => (own: Lanes) =>
    own.change(Desk, key(room), (row) => {
      row.get("name");
      row.set({ seats: row.get("seats")! + 1, total: row.get("total") + 1 });
    });

  test("the column is written beside a static column", async () => {
    const room = randomUUID();
    await prepare(room);
    const result = await afterOther(room, Desk, {
      first: see(room),
      other: (others) => others.change(Desk, key(room), rename),
      late: (own) =>
        own.change(Desk, key(room), (row) => row.set({ name: "A", total: row.get("total") + 1 })),
    });
    expect(result).toEqual(changed());
    expect(await desk(room)).toMatchObject({ name: "A" });
  });

  test("the column is written by a change with an id", async () => {
    const room = randomUUID();
    await prepare(room);
    const once = { id: randomUUID(), args: "", answer: text() };
    const result = await afterOther(room, Desk, {
      first: see(room),
      other: (others) => others.change(Desk, key(room), rename),
      late: (own) =>
        own.change(Desk, key(room), (row) => (row.set({ name: "A" }), "done"), { once }),
    });
    expect(result).toEqual(changed("done"));
    expect(await desk(room)).toMatchObject({ name: "A" });
  });
});

describe("an empty collection in a condition does not create a row", () => {
  test("no row is created after another process has removed it", async () => {
    const room = randomUUID();
    const key = { room, id: 1 };
    const result = await afterOther(room, Box, {
      first: (own) => own.create(Box, key),
      other: (others) => others.remove(Box, key),
      late: (own) =>
        own.change(Box, key, (row) => {
          if (row.get("note") === null) row.set({ note: "first" });
        }),
    });
    expect.soft(result).toEqual({ outcome: "missing" });
    expect(await box(room)).toBeUndefined();
  });

  test("no row is created if the empty collection is assumed", async () => {
    const room = randomUUID();
    const own = createLanes(keyspace.session);
    await own.create(Box, { room, id: 2 });
    const result = await own.change(Box, { room, id: 1 }, (row) => {
      row.assume("labels", new Map());
      row.set({ note: "made" });
    });
    expect.soft(result).toEqual({ outcome: "missing" });
    expect(await box(room)).toBeUndefined();
  });
});

describe("a row of which every column is null", () => {
  test.fails("a row of nulls can be changed by a change that reads a null", async () => {
    const room = randomUUID();
    await createLanes(keyspace.session).create(Desk, { room, id: 1 });
    const result = createLanes(keyspace.session).change(Desk, { room, id: 1 }, (row) => {
      if (row.get("name") === null) row.set({ name: "A" });
    });
    expect(await result).toEqual(changed());
  });

  test.fails("a row of nulls can be changed under an id", async () => {
    const room = randomUUID();
    await createLanes(keyspace.session).create(Desk, { room, id: 1 });
    const once = { id: randomUUID(), args: "", answer: text() };
    const rename = createLanes(keyspace.session).change(
      Desk,
      { room, id: 1 },
      (row) => (row.set({ name: "A" }), "done"),
      { once },
    );
    expect(await rename).toEqual(changed("done"));
  });

  test("a row is not reported as all null once it has a value again", async () => {
    const room = randomUUID();
    const key = { room, id: 1 };
    const result = afterOther(room, Desk, {
      first: (own) => own.create(Desk, key),
      other: (others) => others.change(Desk, key, (row) => row.set({ seats: 1 })),
      late: (own) =>
        own.change(Desk, key, (row) => {
          if (row.get("name") === null) row.set({ name: "A" });
        }),
    });
    expect(await result).toEqual(changed());
  });
});

describe("a caller that mutates its arguments does not affect the request", () => {
  test("the key of a change is copied", async () => {
    const own = createLanes(keyspace.session);
    const [one, two] = [new Uint8Array([1]), new Uint8Array([2])];
    await own.create(File, { room: one, id: 1, size: 0 });
    await own.create(File, { room: two, id: 1, size: 0 });
    const room = new Uint8Array([1]);
    const requests = own.change(File, { room, id: 1 }, (row) => row.set({ size: 5 }));
    room.set(two);
    expect(await requests).toEqual(changed());
    expect(await keyspace.session.run(select(File, { room: two, id: 1 }))).toMatchObject({
      size: 0,
    });
  });

  test("the values of a new row are copied", async () => {
    const own = createLanes(keyspace.session);
    const room = new Uint8Array([3]);
    const requests = own.create(File, { room, id: 1, size: 0 });
    room.set([4]);
    expect(await requests).toMatchObject({ row: { room: new Uint8Array([3]) } });
  });
});

test("an invalid key leaves no lane", async () => {
  const own = createLanes(keyspace.session);
  const wrong = { room: randomUUID() } as never;
  await expect(own.change(Desk, wrong, () => 1)).rejects.toMatchObject({ code: "WRONG_TYPE" });
  await setImmediate();
  expect(own.size).toBe(0);
});
