import { expect, test } from "vitest";
import { readHint, writeHint } from "../../src/live/message.ts";
import { Reading, Seat } from "./models.ts";

const key = { hall: "Große Halle", number: 7 };
const hint = { key, change: ["taken", "holder"], from: "here" } as const;

test.each(["created", "deleted", ["taken"], ["holder", "taken"]] as const)(
  "a hint of %j is read as it was written",
  (change) => {
    const read = readHint(Seat, writeHint(Seat, { ...hint, change }));
    const set = (names: unknown) => (Array.isArray(names) ? new Set(names) : names);
    expect(read).toMatchObject({ key, from: "here" });
    expect(set(read?.change)).toEqual(set(change));
  },
);

test("a hint leaves out columns that the table does not have, as from another release", () => {
  const message = writeHint(Seat, { ...hint, change: ["price", "taken", "toString"] });
  expect(readHint(Seat, message)?.change).toEqual(["taken"]);
  expect(readHint(Seat, writeHint(Seat, { ...hint, change: ["price"] }))).toBeUndefined();
});

test("a hint of another table is not read", () => {
  expect(readHint(Reading, writeHint(Seat, hint))).toBeUndefined();
});

test.each([
  undefined,
  null,
  7,
  "people",
  "",
  [],
  [7, null, ["taken"], { taken: 1 }],
  { taken: true },
])("a change of %j is none", (change) => {
  const message = JSON.stringify({ ...JSON.parse(writeHint(Seat, hint)), change });
  expect(readHint(Seat, message)).toBeUndefined();
});
