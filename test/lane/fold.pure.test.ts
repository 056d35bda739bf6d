import { describe, expect, test } from "vitest";
import { asc, int, table, text, Unreadable, UnreadableRow } from "../../src/cassandra/index.ts";
import { type Draft, fold, type Judge, type Seen } from "../../src/lane/index.ts";

const Seat = table(
  "seat",
  { show: text(), number: int(), taken: int().required(), name: text() },
  { partition: ["show"], clustering: [asc("number")], lwt: true },
);
type Row = Draft<typeof Seat>;

const key = { show: "Faust", number: 7 };
const seat = { taken: 1, name: "Ada" };

/** Folds changes, and tells what is sent: what is set and on which condition, with the values. */
function run(
  seen: Exclude<Seen<typeof Seat>, null>,
  ...judges: readonly Judge<typeof Seat, unknown>[]
) {
  const changes = judges.map((judge) => ({ judge }));
  const { write, after, answers } = fold(Seat, { key, seen, changes });
  const [, set, condition] =
    /^UPDATE seat SET (.*) WHERE show = \? AND number = \? (IF .*)$/.exec(write?.cql ?? "") ?? [];
  return { set, condition, params: write?.params, after, answers };
}

const take = (row: Row) => {
  const taken = row.get("taken") + 1;
  row.set({ taken });
  return taken;
};
const call = (name: string) => (row: Row) => {
  row.set({ name });
  return name;
};

describe("changes of one row", () => {
  test("are one update, on the condition of what they decided by", () => {
    expect(run(seat, take, take, call("Bob"))).toMatchObject({
      set: "taken = ?, name = ?",
      condition: "IF taken = ?",
      params: [3, "Bob", "Faust", 7, 1],
      after: { ...seat, taken: 3, name: "Bob" },
      answers: [2, 3, "Bob"],
    });
  });

  test("that decide by nothing need only that the row is there", () => {
    expect(run(seat, call("Bob"))).toMatchObject({
      set: "name = ?",
      condition: "IF EXISTS",
      params: ["Bob", "Faust", 7],
    });
    expect(run(undefined, call("Bob"))).toMatchObject({ condition: "IF EXISTS", answers: ["Bob"] });
  });

  test("that come to the same values write nothing", () => {
    const back = (row: Row) => row.set({ taken: row.get("taken") - 1 });
    expect(run(seat, take, back)).toMatchObject({ set: undefined, answers: [2, undefined] });
  });

  test("wait from the first one on that has to know more, which changes nothing", () => {
    const first = (row: Row) => {
      row.set({ name: "Bob" });
      return row.get("taken");
    };
    expect(run({ name: "Ada" }, call("Eve"), first, call("Zoe"))).toMatchObject({
      set: "name = ?",
      params: ["Eve", "Faust", 7],
      answers: ["Eve"],
    });
    expect(run({ name: "Ada" }, first)).toMatchObject({ set: undefined, answers: [] });
  });

  test("can assume what is not known, and then hold only if it is so", () => {
    const takeFirst = (row: Row) => {
      row.assume("taken", 0);
      return take(row);
    };
    expect(run(undefined, takeFirst, takeFirst)).toMatchObject({
      condition: "IF taken = ?",
      params: [2, "Faust", 7, 0],
      answers: [1, 2],
    });
    expect(run(seat, takeFirst)).toMatchObject({ params: [2, "Faust", 7, 1] });
    const look = (row: Row) => {
      row.assume("taken", 0);
      return row.get("taken");
    };
    expect(run(undefined, look)).toMatchObject({ set: undefined, answers: [] });
  });

  test("that decide by a null need another column that has a value", () => {
    const name = (row: Row) => {
      if (row.get("name") === null) row.set({ name: "Bob" });
    };
    expect(run({ ...seat, name: null }, name)).toMatchObject({
      condition: "IF taken = ? AND name = null",
    });
    expect(run({ name: null }, name).answers).toEqual([]);
    const nulls = { taken: null, name: null };
    expect(() => run(nulls, name)).toThrow("the row can only be deleted");
  });

  test("of a value that cannot be read answer so, and leave the others alone", () => {
    const bytes = new Unreadable(Buffer.alloc(0));
    const { answers, set } = run({ ...seat, taken: bytes }, take, call("Bob"));
    expect(answers).toEqual([expect.any(UnreadableRow), "Bob"]);
    expect((answers[0] as Error).message).toBe(
      'Table "seat", row {"show":"Faust","number":"7"}: "taken" holds a value that is not a whole number from -2147483648 to 2147483647.',
    );
    expect(set).toBe("name = ?");
  });

  test("know nothing of a column only because every object inherits its name", () => {
    const columns = { id: text(), valueOf: text() };
    const Odd = table("odd", columns, { partition: ["id"], lwt: true });
    const judge = (row: Draft<typeof Odd>) => row.get("valueOf");
    const answersOf = (seen: object) =>
      fold(Odd, { key: { id: "a" } as never, seen: seen as never, changes: [{ judge }] }).answers;
    expect(answersOf({ valueOf: "A" })).toEqual(["A"]);
    expect(answersOf({ id: "a" })).toEqual([]);
  });
});
