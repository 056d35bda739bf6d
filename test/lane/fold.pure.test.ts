import { describe, expect, test } from "vitest";
import {
  asc,
  InvalidValue,
  set,
  type StoredRow,
  int,
  type Row as CreatedRow,
  table,
  text,
  timestamp,
  Unreadable,
  UnreadableRow,
} from "../../src/cassandra/index.ts";
import { createDraftValues } from "../../src/lane/draft.ts";
import { fold } from "../../src/lane/fold.ts";
import type { Draft } from "../../src/lane/index.ts";
import { identified } from "../../src/lane/journal.ts";
import { planRow } from "../../src/lane/request.ts";
import { changed, idOf, onceOf } from "./account.ts";

const Seat = table(
  "seat",
  {
    show: text(),
    number: int(),
    taken: int({ min: 0, max: 9 }).required(),
    name: text(),
    since: timestamp(),
    tags: set(text()),
  },
  { partition: ["show"], clustering: [asc("number")], lwt: true, lanes: { remembers: 60 } },
);
type Row = Draft<typeof Seat>;
type SeenSeat = StoredRow<typeof Seat> | undefined;
type NewSeat = CreatedRow<typeof Seat>;
type Change = (row: Row) => unknown;

const key = { show: "Faust", number: 7 };
const seat = { taken: 1, name: "Ada", since: null, tags: null };
const now = 1_800_000_000_000;

/** Folds changes, and returns the assignments, condition and values of the statement. */
function run(seen: SeenSeat, ...changes: readonly Change[]) {
  return runAll(
    seen,
    changes.map((change) => ({ change })),
  );
}

function runAll(seen: SeenSeat, changes: readonly object[]) {
  const statics = createDraftValues(undefined);
  const options = { key, seen, statics, changes: changes as never, now };
  const { write, after, answers, needs, changed: names } = fold(Seat, options);
  const [, set_, condition] =
    /^UPDATE seat SET (.*) WHERE show = \? AND number = \? (IF .*)$/.exec(write?.cql ?? "") ?? [];
  return { set: set_, condition, params: write?.params, after, answers, needs, changed: names };
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
const refused = (reason: unknown) => ({ outcome: "refused", reason });

describe("changes of one row", () => {
  test("changes become one update, whose condition has the columns that they read", () => {
    expect(run(seat, take, take, call("Bob"))).toMatchObject({
      set: "taken = ?, name = ?",
      condition: "IF taken = ?",
      params: [3, "Bob", "Faust", 7, 1],
      after: { ...seat, taken: 3, name: "Bob" },
      answers: [changed(2), changed(3), changed("Bob")],
      changed: ["taken", "name"],
    });
  });

  test("changes that read nothing need only an existing row", () => {
    expect(run(seat, call("Bob"))).toMatchObject({
      set: "name = ?",
      condition: "IF EXISTS",
      params: ["Bob", "Faust", 7],
    });
    expect(run(undefined, call("Bob"))).toMatchObject({
      condition: "IF EXISTS",
      answers: [changed("Bob")],
    });
  });

  test("changes that restore the values write nothing", () => {
    const back = (row: Row) => row.set({ taken: row.get("taken") - 1 });
    expect(run(seat, take, back)).toMatchObject({
      set: undefined,
      answers: [changed(2), changed()],
      changed: [],
    });
  });

  test("set values that equal those seen are written with other changes, since no condition compares them", () => {
    const once = identified(Seat, onceOf(idOf(1), "call"));
    const seen = { ...seat, recent: null, earlier: null };
    expect(
      runAll(seen, [{ change: (row: Row) => (row.set({ name: "Ada" }), 1), once }]),
    ).toMatchObject({
      set: "name = ?, recent = ?",
      condition: "IF taken = ? AND recent = null AND earlier = null",
      answers: [changed(1)],
    });
  });

  test("set ignores columns that are undefined", () => {
    const { set: assigned, params } = run(seat, (row) =>
      row.set({ name: "Bob", since: undefined }),
    );
    expect([assigned, params]).toEqual(["name = ?", ["Bob", "Faust", 7]]);
    expect(run(seat, (row) => row.set({ name: undefined }))).toMatchObject({ set: undefined });
  });

  test("a column can be set to null", () => {
    expect(run(seat, (row) => row.set({ name: null }))).toMatchObject({
      set: "name = ?",
      params: [null, "Faust", 7],
      after: { ...seat, name: null },
    });
  });

  test("changes wait from the first one that needs to know more, which changes nothing", () => {
    const first = (row: Row) => {
      row.set({ name: "Bob" });
      return row.get("taken");
    };
    expect(run({ name: "Ada" }, call("Eve"), first, call("Zoe"))).toMatchObject({
      set: "name = ?",
      params: ["Eve", "Faust", 7],
      answers: [changed("Eve")],
      needs: expect.arrayContaining(["taken"]),
    });
    expect(run({ name: "Ada" }, first)).toMatchObject({
      set: undefined,
      answers: [],
      needs: expect.arrayContaining(["taken"]),
    });
  });

  test("an assumed value is in the condition of the round", () => {
    const takeFirst = (row: Row) => {
      row.assume("taken", 0);
      return take(row);
    };
    expect(run(undefined, takeFirst, takeFirst)).toMatchObject({
      condition: "IF taken = ?",
      params: [2, "Faust", 7, 0],
      answers: [changed(1), changed(2)],
    });
    expect(run(seat, takeFirst)).toMatchObject({ params: [2, "Faust", 7, 1] });
    const look = (row: Row) => {
      row.assume("taken", 0);
      return row.get("taken");
    };
    expect(run(undefined, look)).toMatchObject({
      set: undefined,
      answers: [],
      needs: expect.arrayContaining(["taken"]),
    });
  });

  test("a change that must wait after all assumes nothing", () => {
    const waiting = (row: Row) => {
      row.assume("taken", 0);
      return row.get("since");
    };
    expect(run({ name: "Ada" }, call("Eve"), waiting)).toMatchObject({
      condition: "IF EXISTS",
      params: ["Eve", "Faust", 7],
      after: { name: "Eve" },
    });
  });

  test("a change that reads a null needs another column that has a value", () => {
    const name = (row: Row) => {
      if (row.get("name") === null) row.set({ name: "Bob" });
    };
    expect(run({ ...seat, name: null }, name)).toMatchObject({
      condition: "IF taken = ? AND name = null",
    });
    expect(run({ name: null }, name).answers).toEqual([]);
    const nulls = { taken: null, name: null, since: null, tags: null };
    const { answers, set } = run(nulls, name);
    expect(answers).toEqual([expect.any(UnreadableRow)]);
    expect((answers[0] as Error).message).toContain("the row can only be deleted");
    expect(set).toBeUndefined();
  });

  test("a change that reads an unreadable value fails, and the others continue", () => {
    const bytes = new Unreadable(Buffer.alloc(0));
    const { answers, set: assigned } = run({ ...seat, taken: bytes }, take, call("Bob"));
    expect(answers).toEqual([expect.any(UnreadableRow), changed("Bob")]);
    expect((answers[0] as Error).message).toBe(
      'Table "seat", row {"show":"Faust","number":"7"}: "taken" holds a value that is not a whole number from 0 to 9.',
    );
    expect(assigned).toBe("name = ?");
  });

  test("a column named like an inherited property is not known", () => {
    const columns = { id: text(), place: int(), valueOf: text() };
    const keys = { partition: ["id"], clustering: [asc("place")], lwt: true } as const;
    const Odd = table("odd", columns, keys);
    const change = (row: Draft<typeof Odd>) => row.get("valueOf");
    const changes = [{ change }] as never;
    const answersOf = (seen: object) => {
      const statics = createDraftValues(undefined);
      return fold(Odd, { key: { id: "a", place: 1 }, seen, statics, changes, now }).answers;
    };
    expect(answersOf({ valueOf: "A" })).toEqual([changed("A")]);
    expect(answersOf({ id: "a" })).toEqual([]);
  });
});

describe("a change that is refused", () => {
  const most = (limit: number) => (row: Row) => {
    row.set({ name: "Bob" });
    const taken = row.get("taken") + 1;
    row.set({ taken });
    return taken > limit ? row.refuse({ limit }) : taken;
  };

  test("a refused change has set nothing", () => {
    expect(run(seat, most(1))).toEqual({
      answers: [refused({ limit: 1 })],
      after: seat,
      needs: ["taken"],
      changed: [],
    });
  });

  test("a refused change leaves what earlier changes have set", () => {
    expect(run(seat, most(2), call("Eve"), most(2), take)).toMatchObject({
      set: "taken = ?, name = ?",
      params: [3, "Eve", "Faust", 7, 1],
      answers: [changed(2), changed("Eve"), refused({ limit: 2 }), changed(3)],
    });
  });

  test("the columns that a refused change read are in the condition", () => {
    expect(run(seat, most(1), call("Eve"))).toMatchObject({
      set: "name = ?",
      condition: "IF taken = ?",
      params: ["Eve", "Faust", 7, 1],
    });
    const full = (row: Row) => {
      row.assume("taken", 9);
      return row.get("taken") === 9 ? row.refuse("FULL") : take(row);
    };
    expect(run({ name: "Ada" }, full, call("Eve"))).toMatchObject({
      condition: "IF taken = ?",
      params: ["Eve", "Faust", 7, 9],
    });
  });

  test("a refusal may have any reason", () => {
    const since = new Date();
    for (const reason of ["FULL", { since }, undefined, null, 0]) {
      expect(run(seat, (row) => row.refuse(reason)).answers).toEqual([refused(reason)]);
    }
  });

  test("a refused change is never remembered", () => {
    const once = identified(Seat, onceOf(idOf(1), "most 1"));
    const memory = { recent: null, earlier: null };
    const change = most(1);
    const seen = { ...seat, ...memory };
    expect(runAll(seen, [{ change, once }])).toMatchObject({
      answers: [refused({ limit: 1 })],
      set: undefined,
      after: seen,
    });
    // It is not remembered beside another change that is, and runs again.
    const other = identified(Seat, onceOf(idOf(2), "most 9"));
    const { after } = runAll(seen, [
      { change, once },
      { change: most(9), once: other },
    ]);
    expect((after as { readonly recent?: Buffer }).recent).toHaveLength(33);
    const again = { ...after, taken: 0 };
    expect(runAll(again, [{ change, once }]).answers).toEqual([changed(1)]);
  });

  test("a change must return its refusal", () => {
    const forgetful = (row: Row) => {
      row.set({ name: "Bob" });
      if (row.get("taken") > 0) row.refuse("TAKEN");
      return 1;
    };
    const { answers, set: assigned } = run(seat, forgetful, take);
    expect(answers).toEqual([expect.any(Error), changed(2)]);
    expect((answers[0] as Error).message).toBe(
      'Table "seat" was changed by a function that did not return its refusal.',
    );
    expect(assigned).toBe("taken = ?");
  });
});

describe("a change that throws", () => {
  const failing = (error: unknown) => (row: Row) => {
    row.set({ name: "Bob", taken: row.get("taken") + 1 });
    throw error;
  };

  test("a change that throws fails alone and changes nothing", () => {
    const error = new TypeError("no");
    expect(run(seat, take, failing(error), take)).toMatchObject({
      set: "taken = ?",
      params: [3, "Faust", 7, 1],
      answers: [changed(2), error, changed(3)],
    });
    expect(run(seat, failing(error))).toMatchObject({ set: undefined, answers: [error] });
  });

  test("the columns that a failed change read are in the condition, since its failure depends on them", () => {
    expect(run(seat, failing(new Error("no")), call("Eve"))).toMatchObject({
      condition: "IF taken = ?",
      params: ["Eve", "Faust", 7, 1],
    });
  });

  test("a thrown value that is not an error becomes one", () => {
    const [answer] = run(seat, failing("no")).answers;
    expect(answer).toEqual(new Error("no"));
    expect((answer as Error).cause).toBe("no");
    expect(run(seat, failing(undefined)).answers).toEqual([new Error("undefined")]);
  });

  test("a change that throws is not remembered", () => {
    const once = identified(Seat, onceOf(idOf(1), "fail"));
    const seen = { ...seat, recent: null, earlier: null };
    const changes = [{ change: failing(new Error("no")), once }, { change: take }];
    expect(runAll(seen, changes)).toMatchObject({ set: "taken = ?", params: [2, "Faust", 7, 1] });
  });

  test("a change that sets an invalid value fails alone", () => {
    const wrong = (row: Row) => row.set({ taken: -1 });
    for (const changes of [
      [take, wrong, take],
      [wrong, take, take],
    ]) {
      const { answers, params } = run(seat, ...changes);
      expect(answers.filter((answer) => !(answer instanceof Error))).toEqual([2, 3].map(changed));
      expect(answers.filter((answer) => answer instanceof InvalidValue)).toHaveLength(1);
      expect(params).toEqual([3, "Faust", 7, 1]);
    }
  });

  test.each([{ number: 8 }, { missing: 1 }, { rounds: null }, { taken: null }])(
    "a change that sets a column it must not set fails alone: %o",
    (values) => {
      const wrong = (row: Row) => row.set(values as never);
      expect(run(seat, wrong, take)).toMatchObject({
        answers: [expect.any(Error), changed(2)],
        params: [2, "Faust", 7, 1],
      });
    },
  );

  test("a change that reads a column it must not read fails alone", () => {
    const wrong = (row: Row) => row.get("missing" as never);
    expect(run(seat, wrong, take).answers).toEqual([expect.any(Error), changed(2)]);
  });
});

describe("a change that does not know enough", () => {
  test("a change waits even if it catches what get throws", () => {
    const caught = (row: Row) => {
      row.set({ name: "Bob" });
      try {
        return row.get("taken");
      } catch {
        return -1;
      }
    };
    expect(run({ name: "Ada" }, caught)).toMatchObject({
      answers: [],
      set: undefined,
      needs: expect.arrayContaining(["taken"]),
    });
    expect(run(seat, caught).answers).toEqual([changed(1)]);
  });

  test.each<readonly [string, (row: Row) => unknown]>([
    [
      "throws another error",
      () => {
        throw new Error("Cannot read it.");
      },
    ],
    ["refuses", (row) => row.refuse("UNKNOWN")],
    [
      "forgets its refusal",
      (row) => {
        row.refuse("UNKNOWN");
      },
    ],
    ["sets something", (row) => row.set({ taken: 1 })],
  ])("waits also if it catches what get throws, and then %s", (_, then) => {
    const caught = (row: Row) => {
      try {
        return row.get("taken");
      } catch {
        return then(row);
      }
    };
    expect(run({ name: "Ada" }, caught)).toMatchObject({
      answers: [],
      needs: expect.arrayContaining(["taken"]),
    });
  });
});

describe("a change that cannot wait", () => {
  const isAsync = {
    message: 'Table "seat" was changed by an async function: a change cannot wait.',
    code: "BAD_STATEMENT",
  };

  test("an async change fails and changes nothing", () => {
    const waiting = async (row: Row) => row.set({ name: "Bob", taken: row.get("taken") + 1 });
    expect(run(seat, waiting, take)).toMatchObject({
      answers: [isAsync, changed(2)],
      set: "taken = ?",
    });
  });

  test("a change that returns a promise fails", () => {
    expect(run(seat, () => Promise.resolve(1))).toMatchObject({ answers: [isAsync] });
  });

  test("an async change fails even if it reads an unknown column, without an unhandled rejection", async () => {
    const waiting = async (row: Row) => row.get("taken");
    expect(run({ name: "Ada" }, waiting)).toMatchObject({ answers: [isAsync] });
    const failing = async () => Promise.reject(new Error("no"));
    expect(run(seat, failing)).toMatchObject({ answers: [isAsync] });
    // An unhandled rejection would fail the test run.
    await new Promise((resolve) => setImmediate(resolve));
  });

  test("a change fails if it uses the row after it has returned", () => {
    const late = {
      message:
        'Table "seat" was changed by a function that had returned already: a change cannot wait.',
      code: "BAD_STATEMENT",
    };
    let kept: Row;
    run(seat, (row) => {
      kept = row;
    });
    expect(() => kept.get("taken")).toThrow(expect.objectContaining(late));
    expect(() => kept.set({ taken: 2 })).toThrow(expect.objectContaining(late));
    expect(() => kept.assume("taken", 2)).toThrow(expect.objectContaining(late));
  });
});

describe("values that can be changed in place", () => {
  const since = () => new Date("2040-01-01T00:00:00.000Z");
  const dated = () => ({ ...seat, since: since(), tags: new Set(["a"]) });
  /** Mutates the values that it gets, and sets nothing. */
  const spoil = (row: Row) => {
    row.get("since")?.setTime(0);
    (row.get("tags") as Set<string> | null)?.add("b");
  };
  const look = (row: Row) => [row.get("since"), row.get("tags")];

  test("a change gets copies, so that mutating them affects neither other changes nor what is known", () => {
    const seen = dated();
    const { answers, after, set: assigned } = run(seen, spoil, look);
    expect(answers).toEqual([changed(), changed([since(), new Set(["a"])])]);
    expect(assigned).toBeUndefined();
    expect([seen, after]).toEqual([dated(), dated()]);
  });

  test("a change gets copies of values that an earlier change has set", () => {
    const first = (row: Row) => row.set({ since: since(), tags: new Set(["a"]) });
    const { answers, after, params } = run({ ...seat }, first, spoil, look);
    expect(answers[2]).toEqual(changed([since(), new Set(["a"])]));
    expect(after).toEqual(dated());
    expect(params?.slice(0, 2)).toEqual([since(), new Set(["a"])]);
  });

  test("set copies its values", () => {
    const setting = (row: Row) => {
      const [date, tags] = [since(), new Set(["a"])];
      row.set({ since: date, tags });
      date.setTime(0);
      tags.add("b");
    };
    const { after, answers } = run({ ...seat }, setting, look);
    expect(answers[1]).toEqual(changed([since(), new Set(["a"])]));
    expect(after).toEqual(dated());
  });

  test("assume copies its value", () => {
    const assuming = (row: Row) => {
      const date = since();
      row.assume("since", date);
      date.setTime(0);
      row.set({ name: "Bob" });
      return row.get("since");
    };
    const { answers, params } = run(undefined, assuming);
    expect(answers).toEqual([changed(since())]);
    expect(params).toEqual(["Bob", "Faust", 7, since()]);
  });

  test("the answer to a creation is a copy", () => {
    const seen = dated();
    const row = { ...key, ...dated() };
    for (const known of [null, seen]) {
      const plan = create(known, row);
      const [answer] = plan.answers;
      expect(answer).toMatchObject({ row });
      const result = (answer as unknown as { readonly row: typeof row }).row;
      result.since.setTime(0);
      result.tags.add("b");
      expect(plan.after).toMatchObject(dated());
    }
    expect(seen).toEqual(dated());
  });
});

test("a creation of an existing row that cannot be read returns an UnreadableRow", () => {
  const seen = { ...seat, taken: new Unreadable(Buffer.of(1)) };
  const plan = create(seen, { ...key, ...seat, tags: new Set<string>() });
  expect(plan.answers).toEqual([{ outcome: "exists", row: expect.any(UnreadableRow) }]);
  expect(plan.write).toBeUndefined();
});

function create(seen: SeenSeat | null, row: NewSeat) {
  const { show, number } = key;
  const place = { table: Seat, partition: { show }, row: { number }, seen };
  return planRow({ ...place, statics: createDraftValues(undefined), now }, [
    { kind: "create", row },
  ]);
}
