import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../local/place.ts";
import type { History } from "./history.ts";
import { readHistory, writeHistory } from "./history-file.ts";

const row = { partition: "Wien", id: "00000000-0000-4000-8000-000000000001" };
const operation = { number: 1, ...row, wish: { kind: "read" as const }, attempts: [] };

test("a history is read as it was written", async () => {
  const history: History = {
    table: "accounts",
    operations: [operation],
    sightings: [{ ...row, watcher: "a", server: "b", subscribed: 1, at: 2, amount: 3, asOf: "4" }],
    finals: [{ ...row, by: "b", at: 5, found: null }],
    marks: [{ mark: "end", name: "the end", at: 6 }],
  };
  const path = await writeHistory(history);
  onTestFinished(() => rmSync(dirname(path), { recursive: true }));
  expect(readHistory(path)).toEqual(history);
});

test("a history without a table and with older names is read as one of parties", () => {
  using place = temporaryDirectory();
  const path = join(place.path, "history.jsonl");
  const { id } = row;
  const answer = { said: "done", people: 4 };
  const attempts = [{ server: "A1", start: 0, end: 1, answer }];
  const wish = { kind: "create", people: 4, name: "A party" };
  const found = { people: 4, name: "A party" };
  writeLines(path, [
    ["operations", { number: 1, city: "Wien", id, wish, attempts }],
    ["finals", { by: "b", city: "Wien", id, at: 5, found }],
  ]);
  const { table, operations, finals } = readHistory(path);
  expect(table).toBe("parties");
  expect(operations).toEqual([
    {
      ...operation,
      wish: { kind: "create", amount: 4, name: "A party" },
      attempts: [{ ...attempts[0], answer: { said: "done", amount: 4 } }],
    },
  ]);
  expect(finals).toEqual([{ ...row, by: "b", at: 5, found: { amount: 4, name: "A party" } }]);
});

test.each([
  ["another text", "Dear diary", "see its line 1"],
  ["an empty file", "", "see its line 1"],
  ["JSON of something else", '{"operations": []}', "see its line 1"],
  ["an entry of no kind", '["toString", {}]', "see its line 1"],
  [
    "an entry that lacks something",
    '["marks", {"mark": "end", "name": "the end"}]',
    "see its line 1",
  ],
  [
    "an entry that has something else",
    '["marks", {"mark": "end", "name": "", "at": "6"}]',
    "see its line 1",
  ],
  [
    "a history that was cut off",
    `${JSON.stringify(["operations", operation])}\n["mar`,
    "see its line 2",
  ],
  [
    "a history without operations",
    '["marks", {"mark": "end", "name": "", "at": 6}]',
    "it has no operations",
  ],
])("%s is refused as a history", (_, text, reason) => {
  using place = temporaryDirectory();
  const path = join(place.path, "history.jsonl");
  writeFileSync(path, text);
  expect(() => readHistory(path)).toThrow(`${path} is no history of a run: ${reason}.`);
});

test("a missing history file is reported", () => {
  expect(() => readHistory("none.jsonl")).toThrow(
    "The history none.jsonl cannot be read: it does not exist.",
  );
});

function writeLines(path: string, entries: readonly unknown[]): void {
  writeFileSync(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}
