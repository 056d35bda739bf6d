import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createFeed } from "../../src/live/feed.ts";
import { createTrackedTotal } from "../../src/live/tracked-total.ts";
import { createTracker, type TrackedPartition, trackerLimits } from "../../src/live/tracker.ts";

interface Row {
  readonly id: string;
  readonly taken: number;
  readonly name: string;
}

type Event = { readonly kinds: string; readonly id?: string; readonly row?: Row | undefined };

const RESET: Event = { kinds: "reset" };

/** Creates a followed partition in memory. Each read takes some turns of the event loop, and sees the rows of one of them. */
function createPartition(
  limits: Partial<Record<keyof typeof trackerLimits, number>> = {},
  total = createTrackedTotal(trackerLimits.total),
) {
  const rows = new Map<string, Row>();
  const slowly = async <Found>(look: () => Found): Promise<Found> => {
    for (let turns = Math.random() * 3; turns > 0; turns--) await setImmediate();
    const found = look();
    for (let turns = Math.random() * 3; turns > 0; turns--) await setImmediate();
    return found;
  };
  const partition: TrackedPartition<string, Row, Event> = {
    read: (id) => slowly(() => rows.get(id)),
    page: (after, limit) =>
      slowly(() =>
        [...rows.values()]
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .filter(({ id }) => !after || id > after.id)
          .slice(0, limit),
      ),
    keyOf: ({ id }) => id,
    marks: ({ taken, name }) => ({ taken: String(taken), updated: name }),
    eventOf: ({ key: id, row, kinds }) => ({
      id,
      row,
      kinds: row ? [...kinds].toSorted().join("+") : "gone",
    }),
    reset: RESET,
  };
  const tracker = createTracker(partition, {
    textOf: (id) => id,
    keyOf: (text) => text,
    total,
    limits: { ...trackerLimits, ...limits },
  });
  const feed = createFeed<string, Event>({
    read: (id, kinds) => tracker.read(id, kinds),
    reset: RESET,
    onEmpty: () => {},
  });
  const events: Event[] = [];
  void (async () => {
    for await (const event of feed.join()) events.push(event);
  })();

  const put = (id: string, taken = 0, name = "") => void rows.set(id, { id, taken, name });
  return {
    rows,
    put,
    fill: (from: number, to: number, taken = 0) => {
      for (let at = from; at < to; at++) put(`row ${String(at).padStart(5, "0")}`, taken);
    },
    hint: (id: string, kind: string) => feed.hint({ member: id, key: id, kinds: [kind] }),
    /** Scans the next page. */
    scan: () => tracker.scan(feed),
    close: () => tracker.close(),
    /** Returns the events since the last call. */
    newEvents: async () => {
      await sleep(20);
      return events.splice(0);
    },
  };
}

describe("a tracked partition", () => {
  test("rows that exist at first make no events", async () => {
    const { fill, scan, newEvents } = createPartition();
    fill(0, 10);
    await scan();
    expect(await newEvents()).toEqual([]);
  });

  test("changes without hints are found, by kind", async () => {
    const { fill, put, rows, scan, newEvents } = createPartition();
    fill(0, 3);
    await scan();
    put("row 00000", 5);
    put("row 00001", 0, "Renamed");
    put("row 00002", 6, "Renamed");
    put("row 00003");
    await scan();
    expect((await newEvents()).map(({ kinds }) => kinds).toSorted()).toEqual([
      "created",
      "taken",
      "taken+updated",
      "updated",
    ]);
    rows.delete("row 00001");
    await scan();
    expect(await newEvents()).toEqual([{ id: "row 00001", kinds: "gone", row: undefined }]);
    await scan();
    expect(await newEvents()).toEqual([]);
  });

  test("a change makes one event, however often hints name it", async () => {
    const { put, rows, hint, scan, newEvents } = createPartition();
    await scan();
    put("a", 1);
    hint("a", "created");
    expect(await newEvents()).toMatchObject([{ kinds: "created" }]);
    hint("a", "created");
    hint("a", "taken");
    await scan();
    expect(await newEvents()).toEqual([]);
    rows.delete("a");
    hint("a", "deleted");
    expect(await newEvents()).toMatchObject([{ kinds: "gone" }]);
    hint("a", "taken");
    await scan();
    expect(await newEvents()).toEqual([]);
    put("a", 1);
    hint("a", "taken");
    expect(await newEvents()).toMatchObject([{ kinds: "created" }]);
  });

  test("a change that the first pass saw before its hint came makes an event", async () => {
    const { put, hint, scan, newEvents } = createPartition();
    put("a", 1);
    await scan();
    await scan();
    hint("a", "created");
    hint("a", "created");
    expect(await newEvents()).toMatchObject([{ kinds: "created" }]);
  });

  test("without a pass over all rows, hints make events of the named kinds, once", async () => {
    const { put, hint, newEvents } = createPartition();
    put("a", 1);
    hint("a", "taken");
    expect(await newEvents()).toMatchObject([{ kinds: "taken" }]);
    hint("a", "taken");
    expect(await newEvents()).toEqual([]);
  });

  test("very many changes on a page make one reset", async () => {
    const { fill, put, rows, scan, newEvents } = createPartition({ changes: 10 });
    fill(0, 20);
    await scan();
    fill(0, 20, 1);
    await scan();
    expect(await newEvents()).toEqual([RESET]);
    put("row 00003", 2);
    await scan();
    expect(await newEvents()).toMatchObject([{ kinds: "taken" }]);
    rows.clear();
    await scan();
    expect(await newEvents()).toEqual([RESET]);
    await scan();
    expect(await newEvents()).toEqual([]);
  });
});

describe("a partition that is too large to be tracked", () => {
  const limits = { rows: 10, page: 4 };
  const pass = async ({ scan }: ReturnType<typeof createPartition>) => {
    for (let pages = 0; pages < 8; pages++) await scan();
  };

  test("a change of a large partition makes a reset", async () => {
    const large = createPartition(limits);
    large.fill(0, 31);
    await pass(large);
    await pass(large);
    expect(await large.newEvents()).toEqual([]);
    large.put("row 00030", 1);
    await pass(large);
    expect(await large.newEvents()).toEqual([RESET]);
    large.rows.delete("row 00000");
    large.put("row 00031");
    await pass(large);
    expect(await large.newEvents()).toEqual([RESET]);
    await pass(large);
    expect(await large.newEvents()).toEqual([]);
  });

  test("a hint at a row of a large partition makes an event", async () => {
    const large = createPartition(limits);
    large.fill(0, 31);
    await pass(large);
    large.hint("row 00030", "taken");
    expect(await large.newEvents()).toMatchObject([{ kinds: "taken", id: "row 00030" }]);
  });

  test("growing and shrinking make resets, and later changes make single events", async () => {
    const grown = createPartition(limits);
    grown.fill(0, 3);
    await grown.scan();
    grown.fill(3, 31);
    await pass(grown);
    expect(await grown.newEvents()).toContainEqual(RESET);
    for (const id of [...grown.rows.keys()].slice(2)) grown.rows.delete(id);
    for (let pages = 0; pages < 10; pages++) await grown.scan();
    expect(await grown.newEvents()).toContainEqual(RESET);
    grown.put("row 00001", 1);
    await grown.scan();
    expect(await grown.newEvents()).toMatchObject([{ kinds: "taken", id: "row 00001" }]);
  });
});

describe("the rows of all tracked partitions", () => {
  /** Scans a whole partition of less than 20 rows, several times. */
  const pass = async ({ scan }: ReturnType<typeof createPartition>) => {
    for (let pages = 0; pages < 15; pages++) await scan();
  };
  const filled = async (rows: number, total: ReturnType<typeof createTrackedTotal>) => {
    const partition = createPartition({ page: 4 }, total);
    partition.fill(0, rows);
    await pass(partition);
    return partition;
  };
  /** Returns how many rows can still be tracked. */
  const room = (total: ReturnType<typeof createTrackedTotal>) => {
    const holder = { giveUp() {} };
    let rows = 0;
    while (total.add(holder)) rows += 1;
    total.removeAll(holder);
    return rows;
  };
  /** Changes a row without a hint, and returns the events. */
  const changed = async (partition: ReturnType<typeof createPartition>, id: string) => {
    partition.put(id, 7);
    await pass(partition);
    partition.put(id, 8);
    await pass(partition);
    return (await partition.newEvents()).map(({ kinds }) => kinds);
  };

  test("a partition that exceeds the total is compared as a whole, and one that was tracked before still is", async () => {
    const total = createTrackedTotal(10);
    const tracked = await filled(6, total);
    const other = await filled(6, total);
    expect(await other.newEvents()).toEqual([]);
    expect(await changed(other, "row 00001")).toEqual(["reset", "reset"]);
    other.put("row 00001", 2);
    other.hint("row 00001", "taken");
    expect((await other.newEvents()).map(({ kinds }) => kinds)).toEqual(["taken"]);
    expect(await changed(tracked, "row 00001")).toEqual(["taken", "taken"]);
  });

  test("a large partition makes room for a small one, and sends one reset", async () => {
    const total = createTrackedTotal(10);
    const large = await filled(9, total);
    const small = await filled(2, total);
    expect(await changed(small, "row 00001")).toEqual(["taken", "taken"]);
    await pass(large);
    expect(await large.newEvents()).toEqual([RESET]);
    expect(await changed(large, "row 00001")).toEqual(["reset", "reset"]);
    expect(room(total)).toBe(8);
  });

  test("a large partition makes room for a new row of a small one", async () => {
    const total = createTrackedTotal(10);
    const small = await filled(2, total);
    const large = await filled(8, total);
    small.put("row 00002");
    await pass(small);
    expect((await small.newEvents()).map(({ kinds }) => kinds)).toEqual(["created"]);
    expect(await changed(small, "row 00002")).toEqual(["taken", "taken"]);
    await pass(large);
    expect(await large.newEvents()).toEqual([RESET]);
  });

  test("a partition that grows beyond the total sends a reset instead of what it has not compared", async () => {
    const total = createTrackedTotal(10);
    await filled(6, total);
    const growing = await filled(4, total);
    growing.fill(4, 8);
    await pass(growing);
    expect(await growing.newEvents()).toContainEqual(RESET);
    expect(await changed(growing, "row 00007")).toEqual(["reset", "reset"]);
  });

  test("a partition is tracked again when another one was closed, without a reset", async () => {
    const total = createTrackedTotal(12);
    const first = await filled(8, total);
    const second = await filled(6, total);
    first.close();
    // Whatever still runs, no row is tracked any more.
    first.hint("row 00001", "taken");
    await pass(first);
    await first.newEvents();
    expect(room(total)).toBe(12);
    await pass(second);
    expect(room(total)).toBe(6);
    expect(await second.newEvents()).toEqual([]);
    expect(await changed(second, "row 00001")).toEqual(["taken", "taken"]);
  });

  test("a change between the pass that finds room and the one that tracks the rows makes a reset", async () => {
    const total = createTrackedTotal(10);
    const first = await filled(6, total);
    const second = createPartition({ page: 100 }, total);
    second.fill(0, 5);
    await second.scan();
    first.close();
    await second.scan();
    second.put("row 00001", 1);
    await second.scan();
    expect(await second.newEvents()).toEqual([RESET]);
    await second.scan();
    expect(await second.newEvents()).toEqual([]);
    expect(room(total)).toBe(5);
  });

  test("deleted rows leave room", async () => {
    const total = createTrackedTotal(10);
    const partition = await filled(6, total);
    for (const id of ["row 00000", "row 00001"]) partition.rows.delete(id);
    await pass(partition);
    await partition.newEvents();
    expect(room(total)).toBe(6);
  });
});

test("whatever hints are lost, doubled or late, the events lead to the stored rows and never go back", async () => {
  for (let run = 0; run < 20; run++) {
    const partition = createPartition({ page: 3 });
    partition.fill(0, 5);
    for (let pages = 0; pages < 3; pages++) await partition.scan();
    const shown = new Map(partition.rows);
    const late: (readonly [string, string])[] = [];
    let taken = 0;
    for (let step = 0; step < 200; step++) {
      const id = `row 0000${Math.floor(Math.random() * 8)}`;
      const kind = partition.rows.has(id) ? (Math.random() < 0.3 ? "deleted" : "taken") : "created";
      if (kind === "deleted") partition.rows.delete(id);
      else partition.put(id, ++taken);
      const luck = Math.random();
      if (luck < 0.6) partition.hint(id, kind);
      if (luck > 0.5 && luck < 0.8) late.push([id, kind]);
      if (Math.random() < 0.1) for (const hint of late.splice(0)) partition.hint(...hint);
      if (Math.random() < 0.3) void partition.scan();
      if (Math.random() < 0.3) await setImmediate();
    }
    await sleep(20);
    for (let pages = 0; pages < 6; pages++) await partition.scan();

    for (const { id, row } of await partition.newEvents()) {
      const before = shown.get(id!)?.taken ?? -1;
      if (row) expect(row.taken).toBeGreaterThan(before);
      if (row) shown.set(id!, row);
      else expect(shown.delete(id!) || before === -1).toBe(true);
    }
    expect(shown).toEqual(partition.rows);
  }
});
