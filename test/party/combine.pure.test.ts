import { describe, expect, test } from "vitest";
import { UnreadableRow } from "../../src/cassandra/index.ts";
import type { Seen } from "../../src/lane/index.ts";
import { type Change, combine } from "../../src/party/combine.ts";
import {
  type Memory,
  MOST_REMEMBERED,
  type Operation,
  remember,
  withRoom,
} from "../../src/party/operations.ts";
import type { Request } from "../../src/party/request.ts";
import { partyRule } from "../../src/party/rule.ts";
import type { PartyTable } from "../../src/party/table.ts";

type SeenParty = Seen<typeof PartyTable>;

const city = "Rome";
const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const now = 1_800_000_000_000;
const date = new Date("2040-01-01T00:00:00.000Z");
const later = new Date("2040-02-01T00:00:00.000Z");
const party = { name: "A", people: 5, date };

const work = (seen: SeenParty, ...changes: readonly Change[]) => combine(city, seen, changes, now);
const add = (delta: number, operationId?: string): Change => ({
  kind: "addPeople",
  id,
  delta,
  operationId,
});
const change = (expected: number, delta: number, operationId?: string): Change => ({
  kind: "changePeople",
  id,
  expected,
  delta,
  operationId,
});
const edit = (changes: { name?: string; date?: Date }, before = date): Change => ({
  kind: "updateParty",
  id,
  changes,
  date: before,
});

const changed = (people: number) => ({ __typename: "PeopleChanged", people });
const stale = (expected: number, actual: number) => ({
  __typename: "PeopleStale",
  message: `The count is ${actual}, not ${expected}.`,
  city,
  id,
  expected,
  actual,
});
const range = {
  __typename: "PeopleOutOfRange",
  message: "A party has 0 to 2147483647 people.",
  city,
  id,
  minimum: 0,
  maximum: 2147483647,
};
const notFound = {
  __typename: "PartyNotFound",
  message: `There is no party ${id} in Rome.`,
  city,
  id,
};
const [updated, moved] = [{ __typename: "PartyUpdated" }, { __typename: "PartyMoved" }];

/** What a plan sends, and on which condition. */
function sent({ write }: ReturnType<typeof work>) {
  if (!write) return undefined;
  const [, set, condition] = /^UPDATE party SET (.*) WHERE city = \? AND id = \? IF (.*)$/.exec(
    write.cql,
  )!;
  const marks = set!.split("?").length - 1;
  expect(write.params.slice(marks, marks + 2)).toEqual([city, id]);
  expect(write.kind).toBe("lwt");
  return [set, write.params.slice(0, marks), condition, write.params.slice(marks + 2)];
}

describe("changes of one count", () => {
  test("are one statement, and each is judged by what those before it made of the count", () => {
    const plan = work(party, add(3), change(8, -2), add(-6), change(0, 7));
    expect(plan.answers).toEqual([8, 6, 0, 7].map(changed));
    expect(plan.write?.cql).toBe(
      "UPDATE party SET people = ? WHERE city = ? AND id = ? IF people = ?",
    );
    expect(plan.write?.params).toEqual([7, city, id, 5]);
    expect(plan.after).toEqual({ ...party, people: 7 });
  });

  test("are stale by the count in the round", () => {
    const plan = work(party, change(5, 1), change(5, 1), change(6, 1));
    expect(plan.answers).toEqual([changed(6), stale(5, 6), changed(7)]);
    expect(sent(plan)).toEqual(["people = ?", [7], "people = ?", [5]]);
  });

  test("that are all stale change nothing", () => {
    const plan = work(party, change(4, 1), change(6, 1));
    expect(plan).toEqual({ answers: [stale(4, 5), stale(6, 5)], after: party });
  });

  test("are out of range by the count in the round", () => {
    const plan = work(party, add(-6), add(1), add(-6), add(2147483647), add(2147483647));
    expect(plan.answers).toEqual([range, changed(6), changed(0), changed(2147483647), range]);
    expect(sent(plan)).toEqual(["people = ?", [2147483647], "people = ?", [5]]);
  });

  test("that come to the same count write nothing", () => {
    const plan = work(party, add(1), add(-1), change(5, 0));
    expect(plan).toEqual({ answers: [changed(6), changed(5), changed(5)], after: party });
  });

  test("of a count below zero that another program left are judged by it", () => {
    const plan = work({ ...party, people: -3 }, add(2), change(0, 1), add(3));
    expect(plan.answers).toEqual([range, stale(0, -3), changed(0)]);
    expect(sent(plan)).toEqual(["people = ?", [0], "people = ?", [-3]]);
  });

  test("of a party that is not there find none", () => {
    expect(work(null, add(1), change(0, 1), edit({ name: "B" }))).toEqual({
      after: null,
      answers: [notFound, notFound, notFound],
    });
  });
});

describe("of a party of which nothing is known", () => {
  test("the count is guessed to be what the first expects", () => {
    const plan = work(undefined, change(5, 1), add(2), change(5, 1));
    expect(plan.answers).toEqual([changed(6), changed(8), stale(5, 8)]);
    expect(sent(plan)).toEqual(["people = ?", [8], "people = ?", [5]]);
    expect(plan.after).toEqual({ people: 8 });
  });

  test("a guess that changes nothing is no answer: nothing would say that it is right", () => {
    expect(work(undefined, change(5, 0))).toEqual({ after: {}, answers: [] });
    expect(work({ date }, change(5, 1), change(6, -1))).toEqual({ after: { date }, answers: [] });
    expect(work({ people: 5 }, edit({ name: "B" }, later), edit({ date }, later))).toMatchObject({
      answers: [updated, updated],
      write: {},
    });
    expect(work({ people: 5 }, edit({ date: later }, later))).toMatchObject({ answers: [] });
  });

  test("whoever expects nothing has to wait until it has been looked at, and those behind", () => {
    expect(work(undefined, add(1), change(5, 1))).toEqual({ after: {}, answers: [] });
    expect(work({ date }, add(1))).toMatchObject({ answers: [] });
  });

  test("those before whoever has to wait go ahead", () => {
    const plan = work(undefined, edit({ name: "B" }), add(1), change(5, 1));
    expect(plan.answers).toEqual([updated]);
    expect(sent(plan)).toEqual(["name = ?", ["B"], "date = ?", [date]]);
  });

  test("the date is guessed to be the one that was read", () => {
    const plan = work(undefined, edit({ date: later }), change(5, 1));
    expect(plan.answers).toEqual([updated, changed(6)]);
    expect(sent(plan)).toEqual([
      "people = ?, date = ?",
      [6, later],
      "people = ? AND date = ?",
      [5, date],
    ]);
    expect(plan.after).toEqual({ people: 6, date: later });
  });
});

describe("updates of one party", () => {
  test("go with the changes of its count in one statement, on the condition of all that was judged", () => {
    const plan = work(party, add(1), edit({ name: "B", date: later }), change(6, 1));
    expect(plan.answers).toEqual([changed(6), updated, changed(7)]);
    expect(plan.write?.cql).toBe(
      "UPDATE party SET name = ?, people = ?, date = ? WHERE city = ? AND id = ? IF people = ? AND date = ?",
    );
    expect(plan.write?.params).toEqual(["B", 7, later, city, id, 5, date]);
    expect(plan.after).toEqual({ name: "B", people: 7, date: later });
  });

  test("are on the condition of the date alone if no count was judged", () => {
    expect(sent(work(party, edit({ name: "B" })))).toEqual(["name = ?", ["B"], "date = ?", [date]]);
  });

  test("that found another date are not done", () => {
    expect(work(party, edit({ name: "B" }, later))).toEqual({ after: party, answers: [moved] });
  });

  test("are judged by the date that those before them made", () => {
    const plan = work(
      party,
      edit({ date: later }),
      edit({ name: "B" }),
      edit({ name: "C" }, later),
    );
    expect(plan.answers).toEqual([updated, moved, updated]);
    expect(sent(plan)).toEqual(["name = ?, date = ?", ["C", later], "date = ?", [date]]);
  });

  test("of which the last wins are one", () => {
    const plan = work(party, edit({ name: "B" }), edit({ name: "C" }));
    expect(plan.answers).toEqual([updated, updated]);
    expect(sent(plan)).toEqual(["name = ?", ["C"], "date = ?", [date]]);
  });

  test("that come to what there was write nothing", () => {
    const plan = work(party, edit({ date: later }), edit({ date, name: "A" }, later));
    expect(plan).toEqual({ answers: [updated, updated], after: party });
  });

  test("to a name that was seen are written if anything is: no condition says that it is there still", () => {
    const plan = work(party, add(1), edit({ name: "A" }));
    expect(plan.answers).toEqual([changed(6), updated]);
    expect(sent(plan)).toEqual([
      "name = ?, people = ?",
      ["A", 6],
      "people = ? AND date = ?",
      [5, date],
    ]);
  });
});

describe("of a party in which another program left a null", () => {
  const all = { name: "A", people: null, date: null };

  test("the count reads as 0, and the condition has another column's value beside", () => {
    const plan = work({ ...party, people: null }, change(3, 1), change(0, 1), add(2));
    expect(plan.answers).toEqual([stale(3, 0), changed(1), changed(3)]);
    expect(sent(plan)).toEqual(["people = ?", [3], "name = ? AND people = null", ["A"]]);
  });

  test("the other column is the date if it has no name", () => {
    const plan = work({ name: null, people: null, date }, add(1));
    expect(sent(plan)).toEqual(["people = ?", [1], "date = ? AND people = null", [date]]);
  });

  test("the other column is the date in any case if it was judged", () => {
    const plan = work({ people: null }, edit({ name: "B" }), add(1));
    expect(plan.answers).toEqual([updated, changed(1)]);
    expect(sent(plan)).toEqual([
      "name = ?, people = ?",
      ["B", 1],
      "date = ? AND people = null",
      [date],
    ]);
  });

  test("a missing date reads as the first that there is", () => {
    const plan = work({ ...party, date: null }, edit({ date: later }, new Date(0)));
    expect(plan.answers).toEqual([updated]);
    expect(sent(plan)).toEqual(["date = ?", [later], "name = ? AND date = null", ["A"]]);
    expect(work({ ...party, date: null }, edit({ date: later }))).toMatchObject({
      answers: [moved],
    });
  });

  test("a missing date is one even if it is given as what it reads as", () => {
    const plan = work({ ...party, date: null }, edit({ date: new Date(0) }, new Date(0)));
    expect(sent(plan)).toEqual(["date = ?", [new Date(0)], "name = ? AND date = null", ["A"]]);
  });

  test("both are compared with null beside the name", () => {
    const plan = work(all, add(1), edit({ date: later }, new Date(0)));
    expect(sent(plan)).toEqual([
      "people = ?, date = ?",
      [1, later],
      "name = ? AND people = null AND date = null",
      ["A"],
    ]);
  });

  test("nothing is written while it is not known which other column has a value", () => {
    expect(work({ people: null }, add(1))).toEqual({ after: { people: null }, answers: [] });
    expect(work({ people: null, date: null }, change(0, 1))).toMatchObject({ answers: [] });
  });

  test("nothing can be changed if there is no value at all", () => {
    const none = { name: null, people: null, date: null };
    expect(() => work(none, add(1))).toThrow(UnreadableRow);
    expect(() => work(none, add(1))).toThrow(
      `Table "party", row {"city":"Rome","id":"${id}"}: "name" is null, and so is every other column: the row can only be deleted.`,
    );
  });

  test("no condition is on nulls alone, whatever is null and whatever is asked", () => {
    const values = <Value>(value: Value) => [value, null, undefined];
    for (const name of values("A"))
      for (const people of values(5))
        for (const seenDate of values(date)) {
          const seen = Object.fromEntries(
            Object.entries({ name, people, date: seenDate }).filter(
              ([, value]) => value !== undefined,
            ),
          );
          if (name === null && people === null && seenDate === null) continue;
          for (const asked of [
            [add(1)],
            [change(5, 1)],
            [edit({ name: "B" })],
            [edit({ date: later }, new Date(0)), change(0, 1)],
          ]) {
            const condition = sent(work(seen, ...asked))?.[2];
            if (condition !== undefined) expect(condition).toContain("= ?");
          }
        }
  });
});

describe("changes with an id", () => {
  const ids = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const [one, two] = [ids(1), ids(2)];
  const operation = (
    operationId: string,
    kind: "addPeople" | "changePeople",
    delta: number,
    people: number,
  ) => ({ id: operationId, kind, delta, people }) as const;
  const empty: Memory = { recent: null, earlier: null };

  /** What is remembered behind these operations. */
  const recentOf = (...operations: readonly Operation[]) =>
    operations.reduce((memory, each) => remember(memory, each, now), empty).recent;

  /** A party that remembers as many operations, all of this time. */
  function remembering(count: number, time = now): Memory {
    let memory = empty;
    for (let number = 0; number < count; number++) {
      const added = operation(ids(1000 + number), "addPeople", 1, number);
      memory = remember(withRoom(memory, time)!, added, time);
    }
    return memory;
  }

  test("are remembered by the statement that does them, if nothing was remembered since", () => {
    const plan = work({ ...party, ...empty }, add(2, one), add(1), change(8, -1, two));
    expect(plan.answers).toEqual([changed(7), changed(8), changed(7)]);
    const recent = recentOf(
      operation(one, "addPeople", 2, 7),
      operation(two, "changePeople", -1, 7),
    );
    expect(plan.write?.cql).toBe(
      "UPDATE party SET people = ?, recent = ? WHERE city = ? AND id = ? IF people = ? AND recent = null AND earlier = null",
    );
    expect(plan.write?.params).toEqual([7, recent, city, id, 5]);
    expect(plan.after).toEqual({ ...party, people: 7, recent, earlier: null });
  });

  test("are added to those that are remembered, on the condition that these are all", () => {
    const before = operation(one, "addPeople", 2, 7);
    const seen = { ...party, recent: recentOf(before), earlier: null };
    expect(sent(work(seen, add(1, two)))).toEqual([
      "people = ?, recent = ?",
      [6, recentOf(before, operation(two, "addPeople", 1, 6))],
      "people = ? AND recent = ? AND earlier = null",
      [5, recentOf(before)],
    ]);
  });

  test("of which it is not known what is remembered are guessed to be the first", () => {
    expect(sent(work(undefined, change(5, 1, one)))).toEqual([
      "people = ?, recent = ?",
      [6, recentOf(operation(one, "changePeople", 1, 6))],
      "people = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("that change nothing are remembered, too", () => {
    expect(sent(work(party, add(0, one)))).toEqual([
      "recent = ?",
      [recentOf(operation(one, "addPeople", 0, 5))],
      "people = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("that are refused are not, but are judged as new ones", () => {
    const seen = { ...party, ...empty };
    expect(work(seen, change(4, 1, one), add(-6, two))).toMatchObject({
      answers: [stale(4, 5), range],
      after: party,
    });
    const plan = work(seen, change(4, 1, one), add(1));
    expect(plan.answers).toEqual([stale(4, 5), changed(6)]);
    expect(sent(plan)).toEqual([
      "people = ?",
      [6],
      "people = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("are not refused while it is not known whether they were done", () => {
    expect(work(party, change(4, 1, one))).toMatchObject({ answers: [] });
  });

  test("that are repeated get the answer that they had, whatever the count is now", () => {
    const recent = recentOf(
      operation(one, "addPeople", 2, 7),
      operation(two, "changePeople", -1, 6),
    );
    const seen = { ...party, people: 99, recent, earlier: null };
    const plan = work(seen, add(2, one), change(7, -1, two));
    expect(plan).toEqual({ after: seen, answers: [changed(7), changed(6)] });
  });

  test("that are repeated are answered by what was seen: nothing that changes the party goes along", () => {
    const seen = {
      ...party,
      recent: recentOf(operation(one, "addPeople", 2, 7)),
      earlier: null,
    };
    expect(work(seen, add(2, one), add(1))).toEqual({ after: seen, answers: [changed(7)] });
    const plan = work(seen, add(1), add(2, one), add(1));
    expect(plan.answers).toEqual([changed(6)]);
    expect(sent(plan)).toEqual(["people = ?", [6], "people = ?", [5]]);
  });

  test("that come twice in a round are done once, and both are told", () => {
    const plan = work(party, add(2, one), add(2, one), change(7, 1, two), change(7, 1, two));
    expect(plan.answers).toEqual([changed(7), changed(7), changed(8), changed(8)]);
    const recent = recentOf(
      operation(one, "addPeople", 2, 7),
      operation(two, "changePeople", 1, 8),
    );
    expect(sent(plan)?.[1]).toEqual([8, recent]);
  });

  test("whose id is that of another change are told that it is", () => {
    const recent = recentOf(
      operation(one, "addPeople", 2, 7),
      operation(two, "changePeople", 1, 8),
    );
    const seen = { ...party, recent, earlier: null };
    const others = [
      add(3, one),
      change(5, 2, one),
      add(1, two),
      change(7, 2, two),
      change(6, 1, two),
    ];
    const { write, answers } = work(seen, ...others);
    expect(write).toBeUndefined();
    expect(answers).toHaveLength(5);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        message: 'Argument "operationId" is that of another change, which was applied.',
        extensions: { code: "BAD_USER_INPUT", argument: ["operationId"] },
      });
    }
  });

  test("whose id is that of another change in the same round are told that it is", () => {
    const { answers } = work(party, add(2, one), add(3, one), change(5, 2, one));
    const other = { extensions: { code: "BAD_USER_INPUT", argument: ["operationId"] } };
    expect(answers).toMatchObject([changed(7), other, other]);
  });

  test("are refused while there is no room for them, and those without go on", () => {
    const seen = { ...party, ...remembering(MOST_REMEMBERED) };
    const plan = work(seen, add(1, one), add(1, ids(1005)));
    expect(plan.answers).toMatchObject([
      { extensions: { code: "TOO_MANY_OPERATIONS" } },
      changed(5),
    ]);
    expect(plan.write).toBeUndefined();
    expect(sent(work(seen, add(1), add(1, one)))).toEqual(["people = ?", [6], "people = ?", [5]]);
  });

  test("take the place of those that are old enough", () => {
    const memory = remembering(MOST_REMEMBERED, now - 65_000);
    expect(sent(work({ ...party, ...memory }, add(1, one)))).toEqual([
      "people = ?, recent = ?, earlier = ?",
      [6, recentOf(operation(one, "addPeople", 1, 6)), Buffer.alloc(0)],
      "people = ? AND recent = ? AND earlier != null",
      [5, memory.recent],
    ]);
  });

  test("wait for the next round if there are more than can be recent, and those behind them", () => {
    const many = Array.from({ length: 70 }, (_, number) => add(1, ids(number)));
    const plan = work(party, ...many, add(1));
    expect(plan.answers).toHaveLength(64);
    expect(plan.after).toMatchObject({ people: 69 });
    const next = work(plan.after, ...many.slice(64), add(1));
    expect(next.answers).toHaveLength(7);
    const { recent } = plan.after!;
    expect(sent(next)?.[2]).toBe("people = ? AND recent = ? AND earlier = null");
    expect(sent(next)?.[3]).toEqual([69, recent]);
    expect(next.after).toMatchObject({ people: 76, earlier: recent });
  });

  test("where the recent ones are nearly full do not make them earlier ones in the same round", () => {
    const seen = { ...party, ...remembering(63) };
    expect(work(seen, add(1, one), add(1, one), add(1, two)).answers).toEqual([
      changed(6),
      changed(6),
    ]);
  });
});

describe("requests about one party", () => {
  const create: Request = { kind: "createParty", party: { city, id, ...party } };
  const remove: Request = { kind: "deleteParty", id };
  const workOut = (seen: SeenParty, ...requests: readonly Request[]) =>
    partyRule.workOut({ city }, seen, requests);
  const deleted = { __typename: "PartyDeleted", city, id };

  test("name it by its id, also where it is to be created", () => {
    expect(partyRule.rowOf(create)).toEqual({ id });
    expect(partyRule.rowOf(remove)).toEqual({ id });
    expect(partyRule.rowOf(add(1))).toEqual({ id });
  });

  test("need its operations only if one of them has an id", () => {
    expect(partyRule.columnsOf([create, remove, add(1)])).toEqual(["name", "people", "date"]);
    expect(partyRule.columnsOf([add(1), add(1, id)])).toEqual([
      "name",
      "people",
      "date",
      "recent",
      "earlier",
    ]);
  });

  test("create it alone, if it is not known to be there", () => {
    for (const seen of [undefined, null]) {
      const plan = workOut(seen, create, add(1), remove);
      expect(plan.answers).toEqual([{ __typename: "PartyCreated", party: { city, id, ...party } }]);
      expect(plan.write?.cql).toBe(
        "INSERT INTO party (city, id, name, people, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS",
      );
      expect(plan.write?.params).toEqual([city, id, "A", 5, date]);
      expect(plan.after).toEqual({ ...party, recent: null, earlier: null });
    }
  });

  test("are told that it is there, as it is, when all of it has been seen", () => {
    const seen = { name: null, people: null, date: later };
    expect(workOut({ people: 5 }, create)).toEqual({ after: { people: 5 }, answers: [] });
    expect(workOut(seen, create)).toMatchObject({
      after: seen,
      answers: [
        { __typename: "PartyExists", party: { city, id, name: "", people: 0, date: later } },
      ],
    });
    expect(workOut(seen, create).write).toBeUndefined();
  });

  test("delete it alone, whatever is known of it", () => {
    for (const seen of [undefined, {}, party]) {
      const plan = workOut(seen, remove, create);
      expect(plan).toMatchObject({ after: null, answers: [deleted] });
      expect(plan.write?.cql).toBe("DELETE FROM party WHERE city = ? AND id = ? IF EXISTS");
      expect(plan.write?.params).toEqual([city, id]);
    }
    expect(workOut(null, remove, create)).toEqual({ after: null, answers: [notFound] });
  });

  test("before a creation or a deletion go without it", () => {
    expect(workOut(party, add(1), add(1), remove, add(1)).answers).toEqual([
      changed(6),
      changed(7),
    ]);
    expect(workOut(party, add(1), create, add(1)).answers).toEqual([changed(6)]);
  });
});

describe("whatever comes in whatever order", () => {
  /** The same numbers for the same seed. */
  function randomOf(seed: number) {
    return (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
  }

  type Model = { name: string; people: number; date: Date; done: Map<string, number> };

  /** What a change comes to if it is done by itself. */
  function one(model: Model, each: Change): string | number {
    if (each.kind === "updateParty") {
      if (+model.date !== +each.date) return "PartyMoved";
      Object.assign(model, each.changes);
      return "PartyUpdated";
    }
    const before = each.operationId && model.done.get(each.operationId);
    if (typeof before === "number") return before;
    if (each.kind === "changePeople" && each.expected !== model.people) return "PeopleStale";
    if (model.people + each.delta < 0) return "PeopleOutOfRange";
    model.people += each.delta;
    if (each.operationId) model.done.set(each.operationId, model.people);
    return model.people;
  }

  function randomChange(random: (below: number) => number, number: number): Change {
    const dates = [date, later];
    const operationId =
      random(3) === 0 ? `00000000-0000-4000-8000-${String(number).padStart(12, "0")}` : undefined;
    const delta = random(7) - 3;
    return [
      () => add(delta, operationId),
      () => change(random(6), delta, operationId),
      () => edit({ name: "ABC"[random(3)]! }, dates[random(2)]),
      () => edit({ date: dates[random(2)]! }, dates[random(2)]),
    ][random(4)]!();
  }

  /** Does changes in rounds, and compares each with the model. */
  function compare(changes: readonly Change[], seed: number): void {
    const model: Model = { ...party, done: new Map() };
    let seen: NonNullable<SeenParty> = { ...party, recent: null, earlier: null };
    for (let from = 0; from < changes.length;) {
      const plan = work(seen, ...changes.slice(from));
      const answers = plan.answers.map((answer) =>
        "people" in answer ? answer.people : "__typename" in answer && answer.__typename,
      );
      const round = changes.slice(from, from + answers.length);
      expect(round.length, `seed ${seed}`).toBeGreaterThan(0);
      expect(answers, `seed ${seed}`).toEqual(round.map((each) => one(model, each)));
      if (plan.write) seen = plan.after!;
      const { name, people, date: at } = model;
      expect(seen, `seed ${seed}`).toMatchObject({ name, people, date: at });
      from += answers.length;
    }
  }

  test("it comes to the same as one after the other", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = randomOf(seed);
      const fresh = Array.from({ length: 1 + random(40) }, (_, number) =>
        randomChange(random, number),
      );
      // Some are sent again.
      compare(
        fresh.flatMap((each) => (random(4) === 0 ? [each, each] : [each])),
        seed,
      );
    }
  });
});
