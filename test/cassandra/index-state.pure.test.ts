import { expect, test } from "vitest";
import { type BuildingIndex, CassandraError } from "../../src/cassandra/index.ts";
import {
  buildingText,
  queryableIndexes,
  waitForIndexes,
} from "../../src/cassandra/session/index-state.ts";

const index: BuildingIndex = { index: "reading_quality_idx", on: "reading", nodes: ["10.0.0.1"] };

test("an index is waited for until no node builds it any more", async () => {
  const states = [[index], [index], []];
  const reported: unknown[] = [];
  await waitForIndexes({
    building: async () => states.shift()!,
    onWait: (found) => reported.push(found),
    timeout: 10_000,
  });
  expect(states).toEqual([]);
  expect(reported).toEqual([[index]]);
});

test("waiting ends with an error that names the index and its nodes", async () => {
  const waiting = waitForIndexes({
    building: async () => [{ ...index, nodes: ["10.0.0.1", "10.0.0.2"] }],
    onWait: () => {},
    timeout: 300,
  });
  await expect(waiting).rejects.toMatchObject({
    code: "NOT_SYNCED",
    remedy: "WAIT",
    message:
      "The database does not match the models: index reading_quality_idx of reading is still being built on 10.0.0.1, 10.0.0.2.",
  });
});

test("a node that does not answer is asked again", async () => {
  const states = [new CassandraError("UNAVAILABLE", "No."), []];
  await waitForIndexes({
    building: async () => {
      const state = states.shift()!;
      if (state instanceof Error) throw state;
      return state;
    },
    onWait: () => {},
    timeout: 10_000,
  });
  expect(states).toEqual([]);
  const refused = new CassandraError("FORBIDDEN", "No.");
  const failing = { building: () => Promise.reject(refused), onWait: () => {}, timeout: 10_000 };
  await expect(waitForIndexes(failing)).rejects.toBe(refused);
});

test("what is being built is described in one clause", () => {
  expect(buildingText(index)).toBe(
    "index reading_quality_idx of reading is still being built on 10.0.0.1",
  );
});

const failing = (code: "FORBIDDEN" | "NOT_SYNCED" | "REFUSED" | "UNAVAILABLE") => ({
  isAstra: false,
  eachNode: () => Promise.reject(new CassandraError(code, "No.")),
});

test.each(["FORBIDDEN", "NOT_SYNCED", "REFUSED"] as const)(
  "the state of indexes is not known if reading it fails with %s",
  async (code) => {
    expect(await queryableIndexes(failing(code), "k")).toBeUndefined();
  },
);

test("the state of indexes is not known in Astra, and an outage is an error", async () => {
  expect(await queryableIndexes({ ...failing("UNAVAILABLE"), isAstra: true }, "k")).toBeUndefined();
  await expect(queryableIndexes(failing("UNAVAILABLE"), "k")).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
});
