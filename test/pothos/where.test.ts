import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  asc,
  date,
  desc,
  int,
  list,
  map,
  put,
  sai,
  set,
  table,
  text,
  timestamp,
} from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { openService, type Service } from "./service.ts";

// Reads of a partition by indexes, on a real Cassandra.

const Reading = table(
  "reading",
  {
    device: text(),
    day: date(),
    at: timestamp(),
    quality: int(),
    kind: text(),
    labels: set(text()),
    codes: list(int()),
    tags: map(text(), text()),
  },
  {
    partition: ["device", "day"],
    clustering: [desc("at")],
    indexes: [
      sai("quality"),
      sai("kind", { caseSensitive: false }),
      sai("labels"),
      sai("codes"),
      sai("tags", { of: "keys" }),
      sai("tags", { of: "entries" }),
    ],
  },
);
/** A clustering key of two columns in mixed directions. */
const Event = table(
  "event",
  { user: text(), kind: text(), at: timestamp(), level: int() },
  { partition: ["user"], clustering: [asc("kind"), desc("at")], indexes: [sai("level")] },
);

const builder = createBuilder();
builder.tableObject("Reading", Reading);
builder.tableObject("Event", Event);
builder.queryType({
  fields: (t) => ({
    readings: t.partition(Reading, {
      where: ["quality", "kind", "labels", "codes", "tags"],
      range: true,
    }),
    events: t.partition(Event, { where: ["level"], range: true }),
  }),
});

const at = (hour: number) => new Date(Date.UTC(2040, 0, 1, hour));
const partition = 'device: "roof", day: "2040-01-01"';

let service: Service;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Reading, Event);
  const { session } = service;
  const key = { device: "roof", day: "2040-01-01" };
  for (let hour = 0; hour < 12; hour++) {
    const row = {
      ...key,
      at: at(hour),
      quality: hour % 3,
      kind: hour % 2 === 0 ? "Dry" : "wet",
      labels: new Set([`h${hour}`, "all"]),
      codes: [hour, hour],
      tags: new Map([[`k${hour % 4}`, `v${hour % 2}`]]),
    };
    await session.run(put(Reading, row));
    await session.run(put(Reading, { ...row, device: "cellar", quality: 0 }));
    await session.run(
      put(Event, { user: "ada", kind: `k${hour % 3}`, at: at(hour), level: hour % 2 }),
    );
  }
});
afterAll(() => service[Symbol.asyncDispose]());

const hours = ({ nodes }: { nodes: readonly { at: Date }[] }) =>
  nodes.map((node) => new Date(node.at).getUTCHours());

async function readings(args: string) {
  const { readings } = await service.run(
    `{ readings(${partition}, ${args}) { nodes { at } pageInfo { hasNextPage endCursor } } }`,
  );
  return readings;
}

test.each([
  ["quality: 0", [9, 6, 3, 0]],
  ['quality: 0, kind: "DRY"', [6, 0]],
  ['labelsContain: "h5"', [5]],
  ["codesContain: 7", [7]],
  ['tagsContainKey: "k1"', [9, 5, 1]],
  ['tagsEntry: { key: "k3", value: "v1" }', [11, 7, 3]],
  ['tagsEntry: { key: "k3", value: "v0" }', []],
  ['labelsContain: "all", tagsContainKey: "k2", quality: 2', [2]],
  ["quality: 9", []],
])("rows are read by { %s }, in stored order and of one partition", async (where, expected) => {
  expect(hours(await readings(`where: { ${where} }`))).toEqual(expected);
});

describe("a read by an index", () => {
  test("can be restricted to a range", async () => {
    const range = `at: { gte: "${at(3).toISOString()}", lt: "${at(9).toISOString()}" }`;
    expect(hours(await readings(`where: { quality: 0 }, ${range}`))).toEqual([6, 3]);
  });

  test("is read page by page", async () => {
    const read: number[] = [];
    let after = "";
    for (let pages = 0; pages < 9; pages++) {
      const page = await readings(`where: { kind: "dry" }, first: 2 ${after}`);
      read.push(...hours(page));
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(read).toEqual([10, 8, 6, 4, 2, 0]);
  });

  test("is read page by page along a clustering key of mixed directions", async () => {
    const read: string[] = [];
    let after = "";
    for (let pages = 0; pages < 9; pages++) {
      const { events } = await service.run(
        `{ events(user: "ada", where: { level: 1 }, first: 2 ${after}) {
          nodes { kind at level } pageInfo { hasNextPage endCursor }
        } }`,
      );
      for (const [index, hour] of hours(events).entries())
        read.push(`${events.nodes[index].kind} ${hour}`);
      if (!events.pageInfo.hasNextPage) break;
      after = `, after: "${events.pageInfo.endCursor}"`;
    }
    expect(read).toEqual(["k0 9", "k0 3", "k1 7", "k1 1", "k2 11", "k2 5"]);
    const { events } = await service.run(
      '{ events(user: "ada", where: { level: 0 }, slice: { kind: { gt: "k0" } }) { nodes { at } } }',
    );
    expect(hours(events)).toEqual([10, 4, 8, 2]);
  });
});
