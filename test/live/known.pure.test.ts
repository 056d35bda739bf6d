import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createFeed } from "../../src/live/feed.ts";
import { bounds, createKnown, type Followed } from "../../src/live/known.ts";

interface Row {
  readonly id: string;
  readonly people: number;
  readonly name: string;
}

type Event = { readonly kinds: string; readonly id?: string; readonly row?: Row | undefined };

const RESET: Event = { kinds: "reset" };

/** A partition in memory that is followed; each read takes a moment, and sees what is at one point of it. */
function createPartition(limits: Partial<Record<keyof typeof bounds, number>> = {}) {
  const rows = new Map<string, Row>();
  const slowly = async <Found>(look: () => Found): Promise<Found> => {
    for (let turns = Math.random() * 3; turns > 0; turns--) await setImmediate();
    const found = look();
    for (let turns = Math.random() * 3; turns > 0; turns--) await setImmediate();
    return found;
  };
  const followed: Followed<string, Row, Event> = {
    read: (id) => slowly(() => rows.get(id)),
    page: (behind, limit) =>
      slowly(() =>
        [...rows.values()]
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .filter(({ id }) => !behind || id > behind.id)
          .slice(0, limit),
      ),
    keyOf: ({ id }) => id,
    marks: ({ people, name }) => ({ people: String(people), updated: name }),
    tell: (id, row, kinds) => ({ id, row, kinds: row ? [...kinds].toSorted().join("+") : "gone" }),
    reset: RESET,
  };
  const texts = { textOf: (id: string) => id, keyOf: (id: string) => id };
  const known = createKnown(followed, texts, { ...bounds, ...limits });
  const feed = createFeed<string, Event>(
    (id, said) => known.tell(id, said),
    RESET,
    () => {},
  );
  const events: Event[] = [];
  void (async () => {
    for await (const event of feed.join()) events.push(event);
  })();

  const put = (id: string, people = 0, name = "") => void rows.set(id, { id, people, name });
  return {
    rows,
    put,
    fill: (from: number, to: number, people = 0) => {
      for (let at = from; at < to; at++) put(`row ${String(at).padStart(5, "0")}`, people);
    },
    hint: (id: string, kind: string) => feed.hint(id, id, [kind]),
    /** Takes the next page. */
    scan: () => known.scan(feed),
    /** Takes all that has been told by now. */
    told: async () => {
      await sleep(20);
      return events.splice(0);
    },
  };
}

describe("of a followed partition", () => {
  test("what is there at first is not told", async () => {
    const { fill, scan, told } = createPartition();
    fill(0, 10);
    await scan();
    expect(await told()).toEqual([]);
  });

  test("what no hint told is found by its kind", async () => {
    const { fill, put, rows, scan, told } = createPartition();
    fill(0, 3);
    await scan();
    put("row 00000", 5);
    put("row 00001", 0, "Renamed");
    put("row 00002", 6, "Renamed");
    put("row 00003");
    await scan();
    expect((await told()).map(({ kinds }) => kinds).toSorted()).toEqual([
      "created",
      "people",
      "people+updated",
      "updated",
    ]);
    rows.delete("row 00001");
    await scan();
    expect(await told()).toEqual([{ id: "row 00001", kinds: "gone", row: undefined }]);
    await scan();
    expect(await told()).toEqual([]);
  });

  test("what a hint has told is not found again, nor told for a second hint", async () => {
    const { put, rows, hint, scan, told } = createPartition();
    await scan();
    put("a", 1);
    hint("a", "created");
    expect(await told()).toMatchObject([{ kinds: "created" }]);
    hint("a", "created");
    hint("a", "people");
    await scan();
    expect(await told()).toEqual([]);
    rows.delete("a");
    hint("a", "deleted");
    expect(await told()).toMatchObject([{ kinds: "gone" }]);
    hint("a", "people");
    await scan();
    expect(await told()).toEqual([]);
    put("a", 1);
    hint("a", "people");
    expect(await told()).toMatchObject([{ kinds: "created" }]);
  });

  test("a change that was seen at first, before its hint came, is told", async () => {
    const { put, hint, scan, told } = createPartition();
    put("a", 1);
    await scan();
    await scan();
    hint("a", "created");
    hint("a", "created");
    expect(await told()).toMatchObject([{ kinds: "created" }]);
  });

  test("without any look at the whole each thing is told as it was said, once", async () => {
    const { put, hint, told } = createPartition();
    put("a", 1);
    hint("a", "people");
    expect(await told()).toMatchObject([{ kinds: "people" }]);
    hint("a", "people");
    expect(await told()).toEqual([]);
  });

  test("very many changes of a page are one reset, and are known then", async () => {
    const { fill, put, rows, scan, told } = createPartition({ changes: 10 });
    fill(0, 20);
    await scan();
    fill(0, 20, 1);
    await scan();
    expect(await told()).toEqual([RESET]);
    put("row 00003", 2);
    await scan();
    expect(await told()).toMatchObject([{ kinds: "people" }]);
    rows.clear();
    await scan();
    expect(await told()).toEqual([RESET]);
    await scan();
    expect(await told()).toEqual([]);
  });
});

describe("of a partition that is too large to be remembered", () => {
  const limits = { rows: 10, page: 4 };
  const pass = async ({ scan }: ReturnType<typeof createPartition>) => {
    for (let pages = 0; pages < 8; pages++) await scan();
  };

  test("it is only told that it has changed", async () => {
    const large = createPartition(limits);
    large.fill(0, 31);
    await pass(large);
    await pass(large);
    expect(await large.told()).toEqual([]);
    large.put("row 00030", 1);
    await pass(large);
    expect(await large.told()).toEqual([RESET]);
    large.rows.delete("row 00000");
    large.put("row 00031");
    await pass(large);
    expect(await large.told()).toEqual([RESET]);
    await pass(large);
    expect(await large.told()).toEqual([]);
  });

  test("what is hinted at is told by itself", async () => {
    const large = createPartition(limits);
    large.fill(0, 31);
    await pass(large);
    large.hint("row 00030", "people");
    expect(await large.told()).toMatchObject([{ kinds: "people", id: "row 00030" }]);
  });

  test("growing and shrinking again are told, and then single changes", async () => {
    const grown = createPartition(limits);
    grown.fill(0, 3);
    await grown.scan();
    grown.fill(3, 31);
    await pass(grown);
    expect(await grown.told()).toContainEqual(RESET);
    for (const id of [...grown.rows.keys()].slice(2)) grown.rows.delete(id);
    for (let pages = 0; pages < 10; pages++) await grown.scan();
    expect(await grown.told()).toContainEqual(RESET);
    grown.put("row 00001", 1);
    await grown.scan();
    expect(await grown.told()).toMatchObject([{ kinds: "people", id: "row 00001" }]);
  });
});

test("whatever hints are lost, doubled or late, what is told is what is there, and never goes back", async () => {
  for (let run = 0; run < 20; run++) {
    const partition = createPartition({ page: 3 });
    partition.fill(0, 5);
    for (let pages = 0; pages < 3; pages++) await partition.scan();
    const shown = new Map(partition.rows);
    const late: (readonly [string, string])[] = [];
    let people = 0;
    for (let step = 0; step < 200; step++) {
      const id = `row 0000${Math.floor(Math.random() * 8)}`;
      const kind = partition.rows.has(id)
        ? Math.random() < 0.3
          ? "deleted"
          : "people"
        : "created";
      if (kind === "deleted") partition.rows.delete(id);
      else partition.put(id, ++people);
      const luck = Math.random();
      if (luck < 0.6) partition.hint(id, kind);
      if (luck > 0.5 && luck < 0.8) late.push([id, kind]);
      if (Math.random() < 0.1) for (const hint of late.splice(0)) partition.hint(...hint);
      if (Math.random() < 0.3) void partition.scan();
      if (Math.random() < 0.3) await setImmediate();
    }
    await sleep(20);
    for (let pages = 0; pages < 6; pages++) await partition.scan();

    for (const { id, row } of await partition.told()) {
      const before = shown.get(id!)?.people ?? -1;
      if (row) expect(row.people).toBeGreaterThan(before);
      if (row) shown.set(id!, row);
      else expect(shown.delete(id!) || before === -1).toBe(true);
    }
    expect(shown).toEqual(partition.rows);
  }
});
