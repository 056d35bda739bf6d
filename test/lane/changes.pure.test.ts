import { describe, expect, test } from "vitest";
import { type StoredRow, UnreadableRow } from "../../src/cassandra/index.ts";
import { createDraftValues } from "../../src/lane/draft.ts";
import { identified } from "../../src/lane/journal.ts";
import {
  type JournalColumns,
  type JournalEntry,
  remember,
  withRoom,
} from "../../src/lane/journal-columns.ts";
import { planRow, type Request } from "../../src/lane/request.ts";
import {
  Account,
  adding,
  changed,
  changing,
  editing,
  idOf,
  missing,
  moved,
  onceOf,
  opened,
  outOfRange,
  stale,
} from "./account.ts";

/** What is known of an account and its journal. */
type SeenAccount = (StoredRow<typeof Account> & Partial<JournalColumns>) | null | undefined;
type Change = Request<typeof Account> & { readonly kind: "change" };

const bank = "Medici";
const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const now = 1_800_000_000_000;
const later = new Date("2040-02-01T00:00:00.000Z");
const account = { name: "A", balance: 5, opened };
/** How many changes with an answer of four bytes a row remembers. */
const MOST_REMEMBERED = 1024;

function planOf(seen: SeenAccount, ...requests: readonly Request<typeof Account>[]) {
  const place = {
    table: Account,
    partition: { bank },
    row: { id },
    seen,
    statics: createDraftValues({}),
    now,
  };
  return planRow(place, requests);
}

function work(...requests: Parameters<typeof planOf>) {
  const { answers, write, after } = planOf(...requests);
  const seen: SeenAccount = after;
  return { answers, after: seen, ...(write && { write }) };
}

const operationOf = (operationId: string, args: string) =>
  identified(Account, onceOf(operationId, args));
const request = (change: object, operationId?: string, args = "") =>
  ({
    kind: "change",
    change,
    ...(operationId !== undefined && { once: operationOf(operationId, args) }),
  }) as Change;
const add = (delta: number, operationId?: string) =>
  request(adding(delta), operationId, `add ${delta}`);
const change = (expected: number, delta: number, operationId?: string) =>
  request(changing(expected, delta), operationId, `change ${expected} ${delta}`);
const edit = (...edits: Parameters<typeof editing>) => request(editing(...edits));

const updated = changed();

/** Returns what a plan sets, and its condition. */
function sent({ write }: ReturnType<typeof work>) {
  if (!write) return undefined;
  const [, set, condition] = /^UPDATE account SET (.*) WHERE bank = \? AND id = \? IF (.*)$/.exec(
    write.cql,
  )!;
  const marks = set!.split("?").length - 1;
  expect(write.params.slice(marks, marks + 2)).toEqual([bank, id]);
  expect(write.kind).toBe("lwt");
  return [set, write.params.slice(0, marks), condition, write.params.slice(marks + 2)];
}

describe("changes of one balance", () => {
  test("changes become one statement, and each reads the balance that the earlier ones left", () => {
    const plan = work(account, add(3), change(8, -2), add(-6), change(0, 7));
    expect(plan.answers).toEqual([8, 6, 0, 7].map(changed));
    expect(plan.write?.cql).toBe(
      "UPDATE account SET balance = ? WHERE bank = ? AND id = ? IF balance = ?",
    );
    expect(plan.write?.params).toEqual([7, bank, id, 5]);
    expect(plan.after).toEqual({ ...account, balance: 7 });
  });

  test("a change is stale if the balance in its round differs from the expected one", () => {
    const plan = work(account, change(5, 1), change(5, 1), change(6, 1));
    expect(plan.answers).toEqual([changed(6), stale(5, 6), changed(7)]);
    expect(sent(plan)).toEqual(["balance = ?", [7], "balance = ?", [5]]);
  });

  test("stale changes write nothing", () => {
    const plan = work(account, change(4, 1), change(6, 1));
    expect(plan).toEqual({ answers: [stale(4, 5), stale(6, 5)], after: account });
  });

  test("a change is out of range if the balance in its round does not allow it", () => {
    const plan = work(account, add(-6), add(1), add(-6), add(2147483647), add(2147483647));
    expect(plan.answers).toEqual([
      outOfRange,
      changed(6),
      changed(0),
      changed(2147483647),
      outOfRange,
    ]);
    expect(sent(plan)).toEqual(["balance = ?", [2147483647], "balance = ?", [5]]);
  });

  test("changes that restore the balance write nothing", () => {
    const plan = work(account, add(1), add(-1), change(5, 0));
    expect(plan).toEqual({ answers: [changed(6), changed(5), changed(5)], after: account });
  });

  test("changes read a negative balance that another program left", () => {
    const plan = work({ ...account, balance: -3 }, add(2), change(0, 1), add(3));
    expect(plan.answers).toEqual([outOfRange, stale(0, -3), changed(0)]);
    expect(sent(plan)).toEqual(["balance = ?", [0], "balance = ?", [-3]]);
  });

  test("changes of an account that does not exist find it missing", () => {
    expect(work(null, add(1), change(0, 1), edit({ name: "B" }))).toEqual({
      after: null,
      answers: [missing, missing, missing],
    });
  });
});

describe("an unknown account", () => {
  test("the balance is assumed to be the one that the first change expects", () => {
    const plan = work(undefined, change(5, 1), add(2), change(5, 1));
    expect(plan.answers).toEqual([changed(6), changed(8), stale(5, 8)]);
    expect(sent(plan)).toEqual(["balance = ?", [8], "balance = ?", [5]]);
    expect(plan.after).toEqual({ balance: 8 });
  });

  test("an assumption alone does not answer a change that writes nothing", () => {
    expect(work(undefined, change(5, 0))).toEqual({ after: {}, answers: [] });
    expect(work({ opened }, change(5, 1), change(6, -1))).toEqual({
      after: { opened },
      answers: [],
    });
    expect(work({ balance: 5 }, edit({ name: "B" }, later), edit({ opened }, later))).toMatchObject(
      {
        answers: [updated, updated],
        write: {},
      },
    );
    expect(work({ balance: 5 }, edit({ opened: later }, later))).toMatchObject({ answers: [] });
  });

  test("a change without an expectation waits for a read, and so do the changes after it", () => {
    expect(work(undefined, add(1), change(5, 1))).toEqual({ after: {}, answers: [] });
    expect(work({ opened }, add(1))).toMatchObject({ answers: [] });
  });

  test("changes before one that must wait are sent", () => {
    const plan = work(undefined, edit({ name: "B" }), add(1), change(5, 1));
    expect(plan.answers).toEqual([updated]);
    expect(sent(plan)).toEqual(["name = ?", ["B"], "opened = ?", [opened]]);
  });

  test("the opening day is assumed to be the one that was read", () => {
    const plan = work(undefined, edit({ opened: later }), change(5, 1));
    expect(plan.answers).toEqual([updated, changed(6)]);
    expect(sent(plan)).toEqual([
      "balance = ?, opened = ?",
      [6, later],
      "balance = ? AND opened = ?",
      [5, opened],
    ]);
    expect(plan.after).toEqual({ balance: 6, opened: later });
  });
});

describe("updates of one account", () => {
  test("updates and changes of the balance become one statement, whose condition has all columns that were read", () => {
    const plan = work(account, add(1), edit({ name: "B", opened: later }), change(6, 1));
    expect(plan.answers).toEqual([changed(6), updated, changed(7)]);
    expect(plan.write?.cql).toBe(
      "UPDATE account SET name = ?, balance = ?, opened = ? WHERE bank = ? AND id = ? IF balance = ? AND opened = ?",
    );
    expect(plan.write?.params).toEqual(["B", 7, later, bank, id, 5, opened]);
    expect(plan.after).toEqual({ name: "B", balance: 7, opened: later });
  });

  test("the condition has only the opening day if no change read the balance", () => {
    expect(sent(work(account, edit({ name: "B" })))).toEqual([
      "name = ?",
      ["B"],
      "opened = ?",
      [opened],
    ]);
  });

  test("updates that expect another opening day are refused", () => {
    expect(work(account, edit({ name: "B" }, later))).toEqual({ after: account, answers: [moved] });
  });

  test("updates read the opening day that the earlier ones set", () => {
    const plan = work(
      account,
      edit({ opened: later }),
      edit({ name: "B" }),
      edit({ name: "C" }, later),
    );
    expect(plan.answers).toEqual([updated, moved, updated]);
    expect(sent(plan)).toEqual(["name = ?, opened = ?", ["C", later], "opened = ?", [opened]]);
  });

  test("the last of several updates wins in one statement", () => {
    const plan = work(account, edit({ name: "B" }), edit({ name: "C" }));
    expect(plan.answers).toEqual([updated, updated]);
    expect(sent(plan)).toEqual(["name = ?", ["C"], "opened = ?", [opened]]);
  });

  test("updates to the stored values write nothing", () => {
    const plan = work(account, edit({ opened: later }), edit({ opened, name: "A" }, later));
    expect(plan).toEqual({ answers: [updated, updated], after: account });
  });

  test("a name that was seen is written again with other changes, since no condition compares it", () => {
    const plan = work(account, add(1), edit({ name: "A" }));
    expect(plan.answers).toEqual([changed(6), updated]);
    expect(sent(plan)).toEqual([
      "name = ?, balance = ?",
      ["A", 6],
      "balance = ? AND opened = ?",
      [5, opened],
    ]);
  });
});

describe("an account in which another program left a null", () => {
  const all = { name: "A", balance: null, opened: null };

  test("a null balance reads as 0, and the condition has another column that has a value", () => {
    const plan = work({ ...account, balance: null }, change(3, 1), change(0, 1), add(2));
    expect(plan.answers).toEqual([stale(3, 0), changed(1), changed(3)]);
    expect(sent(plan)).toEqual(["balance = ?", [3], "name = ? AND balance = null", ["A"]]);
  });

  test("the other column is the opening day if the account has no name", () => {
    const plan = work({ name: null, balance: null, opened }, add(1));
    expect(sent(plan)).toEqual(["balance = ?", [1], "opened = ? AND balance = null", [opened]]);
  });

  test("the other column is the opening day if it was read", () => {
    const plan = work({ balance: null }, edit({ name: "B" }), add(1));
    expect(plan.answers).toEqual([updated, changed(1)]);
    expect(sent(plan)).toEqual([
      "name = ?, balance = ?",
      ["B", 1],
      "opened = ? AND balance = null",
      [opened],
    ]);
  });

  test("a null opening day reads as the default", () => {
    const plan = work({ ...account, opened: null }, edit({ opened: later }, new Date(0)));
    expect(plan.answers).toEqual([updated]);
    expect(sent(plan)).toEqual(["opened = ?", [later], "name = ? AND opened = null", ["A"]]);
    expect(work({ ...account, opened: null }, edit({ opened: later }))).toMatchObject({
      answers: [moved],
    });
  });

  test("a null opening day stays in the condition even if its default is expected", () => {
    const plan = work({ ...account, opened: null }, edit({ opened: new Date(0) }, new Date(0)));
    expect(sent(plan)).toEqual(["opened = ?", [new Date(0)], "name = ? AND opened = null", ["A"]]);
  });

  test("both columns are compared with null beside the name", () => {
    const plan = work(all, add(1), edit({ opened: later }, new Date(0)));
    expect(sent(plan)).toEqual([
      "balance = ?, opened = ?",
      [1, later],
      "name = ? AND balance = null AND opened = null",
      ["A"],
    ]);
  });

  test("nothing is written until it is known which other column has a value", () => {
    expect(work({ balance: null }, add(1))).toEqual({ after: { balance: null }, answers: [] });
    expect(work({ balance: null, opened: null }, change(0, 1))).toMatchObject({ answers: [] });
  });

  test("nothing can be changed if the account has no value at all", () => {
    const none = { name: null, balance: null, opened: null };
    const { answers, write } = work(none, add(1));
    expect(write).toBeUndefined();
    expect(answers).toEqual([expect.any(UnreadableRow)]);
    expect((answers[0] as Error).message).toBe(
      `Table "account", row {"bank":"Medici","id":"${id}"}: "name" is null, and so is every other column: the row can only be deleted.`,
    );
  });

  test("no condition consists of nulls alone, whatever is null and whatever is requested", () => {
    const values = <Value>(value: Value) => [value, null, undefined];
    for (const name of values("A"))
      for (const balance of values(5))
        for (const seenOpened of values(opened)) {
          const seen = Object.fromEntries(
            Object.entries({ name, balance, opened: seenOpened }).filter(
              ([, value]) => value !== undefined,
            ),
          );
          if (name === null && balance === null && seenOpened === null) continue;
          for (const requests of [
            [add(1)],
            [change(5, 1)],
            [edit({ name: "B" })],
            [edit({ opened: later }, new Date(0)), change(0, 1)],
          ]) {
            const condition = sent(work(seen, ...requests))?.[2];
            if (condition !== undefined) expect(condition).toContain("= ?");
          }
        }
  });
});

describe("changes with an id", () => {
  const [one, two] = [idOf(1), idOf(2)];
  const empty: JournalColumns = { recent: null, earlier: null };

  const operation = (operationId: string, args: string, balance: number): JournalEntry => {
    const { type, ...identity } = operationOf(operationId, args);
    return { ...identity, answer: type.encode(balance) };
  };

  /** Returns the journal's recent entries after these operations. */
  const recentOf = (...operations: readonly JournalEntry[]) =>
    remember(empty, operations, { now }).recent;

  /** Returns a journal with so many entries of one time. */
  function remembering(count: number, time = now): JournalColumns {
    let memory = empty;
    for (let number = 0; number < count; number++) {
      const added = operation(idOf(1000 + number), "add 1", number);
      memory = remember(withRoom(memory, { now: time, remembers: 60 })!, [added], { now: time });
    }
    return memory;
  }

  test("changes are remembered by the statement that applies them, if the journal has not changed", () => {
    const plan = work({ ...account, ...empty }, add(2, one), add(1), change(8, -1, two));
    expect(plan.answers).toEqual([changed(7), changed(8), changed(7)]);
    const recent = recentOf(operation(one, "add 2", 7), operation(two, "change 8 -1", 7));
    expect(plan.write?.cql).toBe(
      "UPDATE account SET balance = ?, recent = ? WHERE bank = ? AND id = ? IF balance = ? AND recent = null AND earlier = null",
    );
    expect(plan.write?.params).toEqual([7, recent, bank, id, 5]);
    expect(plan.after).toEqual({ ...account, balance: 7, recent, earlier: null });
  });

  test("changes are added to the remembered ones, on the condition that there are no others", () => {
    const before = operation(one, "add 2", 7);
    const seen = { ...account, recent: recentOf(before), earlier: null };
    expect(sent(work(seen, add(1, two)))).toEqual([
      "balance = ?, recent = ?",
      [6, recentOf(before, operation(two, "add 1", 6))],
      "balance = ? AND recent = ? AND earlier = null",
      [5, recentOf(before)],
    ]);
  });

  test("an unknown journal is assumed to be empty", () => {
    expect(sent(work(undefined, change(5, 1, one)))).toEqual([
      "balance = ?, recent = ?",
      [6, recentOf(operation(one, "change 5 1", 6))],
      "balance = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("changes that change nothing are remembered", () => {
    expect(sent(work(account, add(0, one)))).toEqual([
      "recent = ?",
      [recentOf(operation(one, "add 0", 5))],
      "balance = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("refused changes are not remembered, but run again", () => {
    const seen = { ...account, ...empty };
    expect(work(seen, change(4, 1, one), add(-6, two))).toMatchObject({
      answers: [stale(4, 5), outOfRange],
      after: account,
    });
    const plan = work(seen, change(4, 1, one), add(1));
    expect(plan.answers).toEqual([stale(4, 5), changed(6)]);
    expect(sent(plan)).toEqual([
      "balance = ?",
      [6],
      "balance = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("changes are not refused until it is known whether they were applied before", () => {
    expect(work(account, change(4, 1, one))).toMatchObject({ answers: [] });
  });

  test("repeated changes get their first answer, whatever the balance is now", () => {
    const recent = recentOf(operation(one, "add 2", 7), operation(two, "change 7 -1", 6));
    const seen = { ...account, balance: 99, recent, earlier: null };
    const plan = work(seen, add(2, one), change(7, -1, two));
    expect(plan).toEqual({ after: seen, answers: [changed(7), changed(6)] });
  });

  test("repeated changes are answered from what was read, without other changes of the account", () => {
    const seen = {
      ...account,
      recent: recentOf(operation(one, "add 2", 7)),
      earlier: null,
    };
    expect(work(seen, add(2, one), add(1))).toEqual({ after: seen, answers: [changed(7)] });
    const plan = work(seen, add(1), add(2, one), add(1));
    expect(plan.answers).toEqual([changed(6)]);
    expect(sent(plan)).toEqual(["balance = ?", [6], "balance = ?", [5]]);
  });

  test("a change that comes twice in a round is applied once and answered twice", () => {
    const plan = work(account, add(2, one), add(2, one), change(7, 1, two), change(7, 1, two));
    expect(plan.answers).toEqual([changed(7), changed(7), changed(8), changed(8)]);
    const recent = recentOf(operation(one, "add 2", 7), operation(two, "change 7 1", 8));
    expect(sent(plan)?.[1]).toEqual([8, recent]);
  });

  test("a change with the id of another change fails as such", () => {
    const recent = recentOf(operation(one, "add 2", 7), operation(two, "change 7 1", 8));
    const seen = { ...account, recent, earlier: null };
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
        code: "OTHER_CHANGE",
        message: "The id belongs to another change, which was applied.",
      });
    }
  });

  test("a change with the id of another change of the same round fails as such", () => {
    const { answers } = work(account, add(2, one), add(3, one), change(5, 2, one));
    const other = { code: "OTHER_CHANGE" };
    expect(answers).toMatchObject([changed(7), other, other]);
  });

  test("changes fail while the journal has no room for them, and changes without an id continue", () => {
    const seen = { ...account, ...remembering(MOST_REMEMBERED) };
    const plan = work(seen, add(1, one), add(1, idOf(1005)));
    expect(plan.answers).toMatchObject([{ code: "TOO_MANY_OPERATIONS" }, changed(5)]);
    expect(plan.write).toBeUndefined();
    expect(sent(work(seen, add(1), add(1, one)))).toEqual(["balance = ?", [6], "balance = ?", [5]]);
  });

  test("changes replace entries that are old enough", () => {
    const memory = remembering(MOST_REMEMBERED, now - 65_000);
    expect(sent(work({ ...account, ...memory }, add(1, one)))).toEqual([
      "balance = ?, recent = ?, earlier = ?",
      [6, recentOf(operation(one, "add 1", 6)), Buffer.alloc(0)],
      "balance = ? AND recent = ? AND earlier != null",
      [5, memory.recent],
    ]);
  });

  test("changes that do not fit into the recent entries wait for the next round, and so do those after them", () => {
    const many = Array.from({ length: 70 }, (_, number) => add(1, idOf(number)));
    const plan = work(account, ...many, add(1));
    expect(plan.answers).toHaveLength(64);
    expect(plan.after).toMatchObject({ balance: 69 });
    const next = work(plan.after, ...many.slice(64), add(1));
    expect(next.answers).toHaveLength(7);
    const { recent } = plan.after!;
    expect(sent(next)?.[2]).toBe("balance = ? AND recent = ? AND earlier = null");
    expect(sent(next)?.[3]).toEqual([69, recent]);
    expect(next.after).toMatchObject({ balance: 76, earlier: recent });
  });

  test("nearly full recent entries do not move in the same round", () => {
    const seen = { ...account, ...remembering(63) };
    expect(work(seen, add(1, one), add(1, one), add(1, two)).answers).toEqual([
      changed(6),
      changed(6),
    ]);
  });
});

describe("requests about one account", () => {
  const create = { kind: "create", row: { bank, id, ...account } } as const;
  const remove = { kind: "remove" } as const;

  test("a creation is planned alone if the account is not known to exist", () => {
    for (const seen of [undefined, null]) {
      const plan = work(seen, create, add(1), remove);
      expect(plan.answers).toEqual([{ outcome: "created", row: { bank, id, ...account } }]);
      expect(plan.write?.cql).toBe(
        "INSERT INTO account (bank, id, name, balance, opened) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS",
      );
      expect(plan.write?.params).toEqual([bank, id, "A", 5, opened]);
      expect(plan.after).toEqual({ ...account, recent: null, earlier: null });
    }
  });

  test("a creation returns the existing account if all of it was read", () => {
    const seen = { name: null, balance: null, opened: later };
    expect(work({ balance: 5 }, create)).toEqual({ after: { balance: 5 }, answers: [] });
    expect(work(seen, create)).toEqual({
      after: seen,
      answers: [{ outcome: "exists", row: { bank, id, name: "", balance: 0, opened: later } }],
    });
  });

  test("a removal is planned alone, whatever is known of the account", () => {
    for (const seen of [undefined, {}, account]) {
      const plan = work(seen, remove, create);
      expect(plan).toMatchObject({ after: null, answers: [{ outcome: "deleted" }] });
      expect(plan.write?.cql).toBe("DELETE FROM account WHERE bank = ? AND id = ? IF EXISTS");
      expect(plan.write?.params).toEqual([bank, id]);
    }
    expect(work(null, remove, create)).toEqual({ after: null, answers: [missing] });
  });

  test("requests before a creation or a removal are planned without it", () => {
    expect(work(account, add(1), add(1), remove, add(1)).answers).toEqual([changed(6), changed(7)]);
    expect(work(account, add(1), create, add(1)).answers).toEqual([changed(6)]);
  });

  test("a plan names the changed columns, and whether it creates or deletes the account", () => {
    const changeOf = (seen: SeenAccount, ...requests: readonly Request<typeof Account>[]) => {
      const { change: how, creates } = planOf(seen, ...requests);
      return { how, creates };
    };
    expect(changeOf(null, create)).toEqual({ how: "created", creates: true });
    expect(changeOf(account, create)).toEqual({ how: [], creates: false });
    expect(changeOf(account, remove)).toEqual({ how: "deleted", creates: false });
    expect(changeOf(null, remove)).toEqual({ how: [], creates: false });
    const [postponed, named] = [edit({ opened: later }), edit({ name: "B" }, later)];
    expect(changeOf(account, postponed, named)).toEqual({
      how: ["opened", "name"],
      creates: false,
    });
    expect(changeOf(account, add(1, idOf(1)), add(-1))).toEqual({ how: [], creates: false });
    expect(changeOf(account, add(1), add(-1))).toEqual({ how: [], creates: false });
    expect(changeOf(null, add(1))).toEqual({ how: [], creates: false });
  });
});

describe("an account of which too little is known", () => {
  const needs = (seen: SeenAccount, ...requests: readonly Request<typeof Account>[]) =>
    new Set(planOf(seen, ...requests).needs);

  test("the columns that changes read are read together", () => {
    expect(needs(undefined, add(1))).toEqual(new Set(["balance"]));
    expect(needs({ opened }, change(5, 1), change(6, -1))).toEqual(new Set(["balance"]));
    expect(needs(undefined, change(5, 1), edit({ name: "B" }))).toEqual(
      new Set(["balance", "opened"]),
    );
    expect(needs({ opened }, change(5, 1), edit({ name: "B" }), add(1))).toEqual(
      new Set(["balance", "opened"]),
    );
    expect(needs(account, change(4, 1))).toEqual(new Set(["balance"]));
  });

  test("the journal is read only if a change has an id", () => {
    const all = new Set(["balance", "recent", "earlier"]);
    expect(needs(account, change(4, 1, idOf(1)))).toEqual(all);
    expect(needs(undefined, add(1), add(1, idOf(1)))).toEqual(all);
    expect(needs(undefined, add(1), add(1))).toEqual(new Set(["balance"]));
  });

  test("every column is read if the account may exist already, or only a null is known of it", () => {
    const all = new Set(["name", "balance", "opened"]);
    const create = { kind: "create", row: { bank, id, ...account } } as const;
    expect(needs({ balance: 5 }, create)).toEqual(all);
    expect(needs({ balance: null }, add(1))).toEqual(all);
  });
});

describe("requests of all kinds in any order", () => {
  /** Returns the same numbers for the same seed. */
  function randomOf(seed: number) {
    return (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
  }

  type Model = { name: string; balance: number; opened: Date; done: Map<string, number> };

  /** A change, and its result when it is applied alone. */
  interface Step {
    readonly request: Change;
    readonly alone: (model: Model) => object;
  }

  /** A change of the balance. */
  function count(delta: number, expected: number | undefined, operationId?: string): Step {
    return {
      request:
        expected === undefined ? add(delta, operationId) : change(expected, delta, operationId),
      alone(model) {
        const before = operationId === undefined ? undefined : model.done.get(operationId);
        if (before !== undefined) return changed(before);
        const { balance } = model;
        if (expected !== undefined && expected !== balance) return stale(expected, balance);
        if (expected === undefined && balance + delta < 0) return outOfRange;
        model.balance += delta;
        if (operationId !== undefined) model.done.set(operationId, model.balance);
        return changed(model.balance);
      },
    };
  }

  function rename(changes: Parameters<typeof editing>[0], before: Date): Step {
    return {
      request: edit(changes, before),
      alone(model) {
        if (+model.opened !== +before) return moved;
        Object.assign(model, changes);
        return updated;
      },
    };
  }

  function randomStep(random: (below: number) => number, number: number): Step {
    const dates = [opened, later];
    const operationId = random(3) === 0 ? idOf(number) : undefined;
    const expected = random(6);
    // A change that expects a balance never takes it out of its range.
    const delta = random(7) - 3;
    return [
      () => count(delta, undefined, operationId),
      () => count(Math.max(delta, -expected), expected, operationId),
      () => rename({ name: "ABC"[random(3)]! }, dates[random(2)]!),
      () => rename({ opened: dates[random(2)]! }, dates[random(2)]!),
    ][random(4)]!();
  }

  /** Applies changes in rounds, and compares each round with the model. */
  function compare(steps: readonly Step[], seed: number): void {
    const model: Model = { ...account, done: new Map() };
    let seen: SeenAccount = { ...account, recent: null, earlier: null };
    for (let from = 0; from < steps.length;) {
      const plan = work(seen, ...steps.slice(from).map(({ request: each }) => each));
      const round = steps.slice(from, from + plan.answers.length);
      expect(round.length, `seed ${seed}`).toBeGreaterThan(0);
      const alone = round.map((step) => step.alone(model));
      expect(plan.answers, `seed ${seed}`).toEqual(alone);
      if (plan.write) seen = plan.after;
      const { name, balance, opened: at } = model;
      expect(seen, `seed ${seed}`).toMatchObject({ name, balance, opened: at });
      from += plan.answers.length;
    }
  }

  test("a round has the same result as its requests one after the other", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = randomOf(seed);
      const fresh = Array.from({ length: 1 + random(40) }, (_, number) =>
        randomStep(random, number),
      );
      // Some changes are repeated.
      compare(
        fresh.flatMap((each) => (random(4) === 0 ? [each, each] : [each])),
        seed,
      );
    }
  });
});
