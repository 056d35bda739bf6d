import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createFeed } from "../../src/live/feed.ts";
import { createTracker, type TrackedPartition, trackerLimits } from "../../src/live/tracker.ts";

interface Row {
  readonly id: string;
  readonly taken: number;
  readonly name: string;
}

type Event = { readonly kinds: string; readonly id?: string; readonly row?: Row | undefined };

const RESET: Event = { kinds: "reset" };

/** Creates a followed partition in memory. Each read takes some turns of the event loop, and sees the rows of one of them. */
function createPartition(limits: Partial<Record<keyof typeof trackerLimits, number>> = {}) {
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
