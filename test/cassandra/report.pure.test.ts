import { expect, test } from "vitest";
import { UnreadableRow } from "../../src/cassandra/index.ts";
import { createReport } from "../../src/cassandra/session/report.ts";

const row = (id: string, column = "seats") => {
  const key = { hall: "A", id };
  const why = "is null, which its model does not allow";
  return new UnreadableRow({ table: "desk", column, key, storedKey: key, why });
};

test("a row that is left out is logged once, with its table, column and key", () => {
  const lines: string[] = [];
  const report = createReport((line) => lines.push(line));
  for (const each of [row("1"), row("2"), row("1"), row("1", "opens"), row("2")]) report(each);
  const line = (id: string, column: string) =>
    `A row is left out. Table "desk", row {"hall":"A","id":"${id}"}: "${column}" is null, which its model does not allow.`;
  expect(lines).toEqual([line("1", "seats"), line("2", "seats"), line("1", "opens")]);
});

test("at most a thousand rows are logged, and long keys are cut", () => {
  const lines: string[] = [];
  const report = createReport((line) => lines.push(line));
  report(row("1".repeat(64 * 1024)));
  expect(lines[0]!.length).toBeLessThan(600);
  for (let id = 0; id < 5000; id++) report(row(String(id)));
  expect(lines).toHaveLength(1001);
  expect(lines.at(-1)).toBe("More than 1000 rows cannot be read: no further ones are reported.");
});
