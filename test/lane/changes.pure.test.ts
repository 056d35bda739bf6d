import { describe, expect, test } from "vitest";
import { type StoredRow, UnreadableRow } from "../../src/cassandra/index.ts";
import { createCells } from "../../src/lane/draft.ts";
import { identified } from "../../src/lane/journal.ts";
import { type Memory, type Operation, remember, withRoom } from "../../src/lane/memory.ts";
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

/** What is known of an account, and what it remembers. */
type SeenAccount = (StoredRow<typeof Account> & Partial<Memory>) | null | undefined;
type Change = Request<typeof Account> & { readonly kind: "change" };

const bank = "Medici";
const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const now = 1_800_000_000_000;
const later = new Date("2040-02-01T00:00:00.000Z");
const account = { name: "A", balance: 5, opened };
/** How many changes with an answer of four bytes a row remembers. */
const MOST_REMEMBERED = 1024;

function planOf(seen: SeenAccount, ...requests: readonly Request<typeof Account>[]) {
  const place = { table: Account, partition: { bank }, row: { id }, seen, shared: createCells({}) };
  return planRow(place, requests, now);
}

function work(...asked: Parameters<typeof planOf>) {
  const { answers, write, after } = planOf(...asked);
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

/** What a plan sends, and on which condition. */
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
  test("are one statement, and each is judged by what those before it made of the balance", () => {
    const plan = work(account, add(3), change(8, -2), add(-6), change(0, 7));
    expect(plan.answers).toEqual([8, 6, 0, 7].map(changed));
    expect(plan.write?.cql).toBe(
      "UPDATE account SET balance = ? WHERE bank = ? AND id = ? IF balance = ?",
    );
    expect(plan.write?.params).toEqual([7, bank, id, 5]);
    expect(plan.after).toEqual({ ...account, balance: 7 });
  });

  test("are stale by the balance in the round", () => {
    const plan = work(account, change(5, 1), change(5, 1), change(6, 1));
    expect(plan.answers).toEqual([changed(6), stale(5, 6), changed(7)]);
    expect(sent(plan)).toEqual(["balance = ?", [7], "balance = ?", [5]]);
  });

  test("that are all stale change nothing", () => {
    const plan = work(account, change(4, 1), change(6, 1));
    expect(plan).toEqual({ answers: [stale(4, 5), stale(6, 5)], after: account });
  });

  test("are out of range by the balance in the round", () => {
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

  test("that come to the same balance write nothing", () => {
    const plan = work(account, add(1), add(-1), change(5, 0));
    expect(plan).toEqual({ answers: [changed(6), changed(5), changed(5)], after: account });
  });

  test("of a balance below zero that another program left are judged by it", () => {
    const plan = work({ ...account, balance: -3 }, add(2), change(0, 1), add(3));
    expect(plan.answers).toEqual([outOfRange, stale(0, -3), changed(0)]);
    expect(sent(plan)).toEqual(["balance = ?", [0], "balance = ?", [-3]]);
  });

  test("of an account that is not there find none", () => {
    expect(work(null, add(1), change(0, 1), edit({ name: "B" }))).toEqual({
      after: null,
      answers: [missing, missing, missing],
    });
  });
});

describe("of an account of which nothing is known", () => {
  test("the balance is guessed to be what the first expects", () => {
    const plan = work(undefined, change(5, 1), add(2), change(5, 1));
    expect(plan.answers).toEqual([changed(6), changed(8), stale(5, 8)]);
    expect(sent(plan)).toEqual(["balance = ?", [8], "balance = ?", [5]]);
    expect(plan.after).toEqual({ balance: 8 });
  });

  test("a guess that changes nothing is no answer: nothing would say that it is right", () => {
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

  test("whoever expects nothing has to wait until it has been looked at, and those behind", () => {
    expect(work(undefined, add(1), change(5, 1))).toEqual({ after: {}, answers: [] });
    expect(work({ opened }, add(1))).toMatchObject({ answers: [] });
  });

  test("those before whoever has to wait go ahead", () => {
    const plan = work(undefined, edit({ name: "B" }), add(1), change(5, 1));
    expect(plan.answers).toEqual([updated]);
    expect(sent(plan)).toEqual(["name = ?", ["B"], "opened = ?", [opened]]);
  });

  test("the day of opening is guessed to be the one that was read", () => {
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
  test("go with the changes of its balance in one statement, on the condition of all that was judged", () => {
    const plan = work(account, add(1), edit({ name: "B", opened: later }), change(6, 1));
    expect(plan.answers).toEqual([changed(6), updated, changed(7)]);
    expect(plan.write?.cql).toBe(
      "UPDATE account SET name = ?, balance = ?, opened = ? WHERE bank = ? AND id = ? IF balance = ? AND opened = ?",
    );
    expect(plan.write?.params).toEqual(["B", 7, later, bank, id, 5, opened]);
    expect(plan.after).toEqual({ name: "B", balance: 7, opened: later });
  });

  test("are on the condition of the day of opening alone if no balance was judged", () => {
    expect(sent(work(account, edit({ name: "B" })))).toEqual([
      "name = ?",
      ["B"],
      "opened = ?",
      [opened],
    ]);
  });

  test("that found another day of opening are not done", () => {
    expect(work(account, edit({ name: "B" }, later))).toEqual({ after: account, answers: [moved] });
  });

  test("are judged by the day of opening that those before them made", () => {
    const plan = work(
      account,
      edit({ opened: later }),
      edit({ name: "B" }),
      edit({ name: "C" }, later),
    );
    expect(plan.answers).toEqual([updated, moved, updated]);
    expect(sent(plan)).toEqual(["name = ?, opened = ?", ["C", later], "opened = ?", [opened]]);
  });

  test("of which the last wins are one", () => {
    const plan = work(account, edit({ name: "B" }), edit({ name: "C" }));
    expect(plan.answers).toEqual([updated, updated]);
    expect(sent(plan)).toEqual(["name = ?", ["C"], "opened = ?", [opened]]);
  });

  test("that come to what there was write nothing", () => {
    const plan = work(account, edit({ opened: later }), edit({ opened, name: "A" }, later));
    expect(plan).toEqual({ answers: [updated, updated], after: account });
  });

  test("to a name that was seen are written if anything is: no condition says that it is there still", () => {
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

describe("of an account in which another program left a null", () => {
  const all = { name: "A", balance: null, opened: null };

  test("the balance reads as 0, and the condition has another column's value beside", () => {
    const plan = work({ ...account, balance: null }, change(3, 1), change(0, 1), add(2));
    expect(plan.answers).toEqual([stale(3, 0), changed(1), changed(3)]);
    expect(sent(plan)).toEqual(["balance = ?", [3], "name = ? AND balance = null", ["A"]]);
  });

  test("the other column is the day of opening if it has no name", () => {
    const plan = work({ name: null, balance: null, opened }, add(1));
    expect(sent(plan)).toEqual(["balance = ?", [1], "opened = ? AND balance = null", [opened]]);
  });

  test("the other column is the day of opening in any case if it was judged", () => {
    const plan = work({ balance: null }, edit({ name: "B" }), add(1));
    expect(plan.answers).toEqual([updated, changed(1)]);
    expect(sent(plan)).toEqual([
      "name = ?, balance = ?",
      ["B", 1],
      "opened = ? AND balance = null",
      [opened],
    ]);
  });

  test("a missing day of opening reads as the first that there is", () => {
    const plan = work({ ...account, opened: null }, edit({ opened: later }, new Date(0)));
    expect(plan.answers).toEqual([updated]);
    expect(sent(plan)).toEqual(["opened = ?", [later], "name = ? AND opened = null", ["A"]]);
    expect(work({ ...account, opened: null }, edit({ opened: later }))).toMatchObject({
      answers: [moved],
    });
  });

  test("a missing day of opening is one even if it is given as what it reads as", () => {
    const plan = work({ ...account, opened: null }, edit({ opened: new Date(0) }, new Date(0)));
    expect(sent(plan)).toEqual(["opened = ?", [new Date(0)], "name = ? AND opened = null", ["A"]]);
  });

  test("both are compared with null beside the name", () => {
    const plan = work(all, add(1), edit({ opened: later }, new Date(0)));
    expect(sent(plan)).toEqual([
      "balance = ?, opened = ?",
      [1, later],
      "name = ? AND balance = null AND opened = null",
      ["A"],
    ]);
  });

  test("nothing is written while it is not known which other column has a value", () => {
    expect(work({ balance: null }, add(1))).toEqual({ after: { balance: null }, answers: [] });
    expect(work({ balance: null, opened: null }, change(0, 1))).toMatchObject({ answers: [] });
  });

  test("nothing can be changed if there is no value at all", () => {
    const none = { name: null, balance: null, opened: null };
    const { answers, write } = work(none, add(1));
    expect(write).toBeUndefined();
    expect(answers).toEqual([expect.any(UnreadableRow)]);
    expect((answers[0] as Error).message).toBe(
      `Table "account", row {"bank":"Medici","id":"${id}"}: "name" is null, and so is every other column: the row can only be deleted.`,
    );
  });

  test("no condition is on nulls alone, whatever is null and whatever is asked", () => {
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
          for (const asked of [
            [add(1)],
            [change(5, 1)],
            [edit({ name: "B" })],
            [edit({ opened: later }, new Date(0)), change(0, 1)],
          ]) {
            const condition = sent(work(seen, ...asked))?.[2];
            if (condition !== undefined) expect(condition).toContain("= ?");
          }
        }
  });
});

describe("changes with an id", () => {
  const [one, two] = [idOf(1), idOf(2)];
  const empty: Memory = { recent: null, earlier: null };

  const operation = (operationId: string, args: string, balance: number): Operation => {
    const { type, ...identity } = operationOf(operationId, args);
    return { ...identity, answer: type.encode(balance) };
  };

  /** What is remembered after these operations. */
  const recentOf = (...operations: readonly Operation[]) => remember(empty, operations, now).recent;

  /** An account that remembers as many operations, all of this time. */
  function remembering(count: number, time = now): Memory {
    let memory = empty;
    for (let number = 0; number < count; number++) {
      const added = operation(idOf(1000 + number), "add 1", number);
      memory = remember(withRoom(memory, time, 60)!, [added], time);
    }
    return memory;
  }

  test("are remembered by the statement that does them, if nothing was remembered since", () => {
    const plan = work({ ...account, ...empty }, add(2, one), add(1), change(8, -1, two));
    expect(plan.answers).toEqual([changed(7), changed(8), changed(7)]);
    const recent = recentOf(operation(one, "add 2", 7), operation(two, "change 8 -1", 7));
    expect(plan.write?.cql).toBe(
      "UPDATE account SET balance = ?, recent = ? WHERE bank = ? AND id = ? IF balance = ? AND recent = null AND earlier = null",
    );
    expect(plan.write?.params).toEqual([7, recent, bank, id, 5]);
    expect(plan.after).toEqual({ ...account, balance: 7, recent, earlier: null });
  });

  test("are added to those that are remembered, on the condition that these are all", () => {
    const before = operation(one, "add 2", 7);
    const seen = { ...account, recent: recentOf(before), earlier: null };
    expect(sent(work(seen, add(1, two)))).toEqual([
      "balance = ?, recent = ?",
      [6, recentOf(before, operation(two, "add 1", 6))],
      "balance = ? AND recent = ? AND earlier = null",
      [5, recentOf(before)],
    ]);
  });

  test("of which it is not known what is remembered are guessed to be the first", () => {
    expect(sent(work(undefined, change(5, 1, one)))).toEqual([
      "balance = ?, recent = ?",
      [6, recentOf(operation(one, "change 5 1", 6))],
      "balance = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("that change nothing are remembered, too", () => {
    expect(sent(work(account, add(0, one)))).toEqual([
      "recent = ?",
      [recentOf(operation(one, "add 0", 5))],
      "balance = ? AND recent = null AND earlier = null",
      [5],
    ]);
  });

  test("that are refused are not, but are judged as new ones", () => {
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

  test("are not refused while it is not known whether they were done", () => {
    expect(work(account, change(4, 1, one))).toMatchObject({ answers: [] });
  });

  test("that are repeated get the answer that they had, whatever the balance is now", () => {
    const recent = recentOf(operation(one, "add 2", 7), operation(two, "change 7 -1", 6));
    const seen = { ...account, balance: 99, recent, earlier: null };
    const plan = work(seen, add(2, one), change(7, -1, two));
    expect(plan).toEqual({ after: seen, answers: [changed(7), changed(6)] });
  });

  test("that are repeated are answered by what was seen: nothing that changes the account goes along", () => {
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

  test("that come twice in a round are done once, and both are told", () => {
    const plan = work(account, add(2, one), add(2, one), change(7, 1, two), change(7, 1, two));
    expect(plan.answers).toEqual([changed(7), changed(7), changed(8), changed(8)]);
    const recent = recentOf(operation(one, "add 2", 7), operation(two, "change 7 1", 8));
    expect(sent(plan)?.[1]).toEqual([8, recent]);
  });

  test("whose id is that of another change are told that it is", () => {
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
        message: "The id is that of another change, which was applied.",
      });
    }
  });

  test("whose id is that of another change in the same round are told that it is", () => {
    const { answers } = work(account, add(2, one), add(3, one), change(5, 2, one));
    const other = { code: "OTHER_CHANGE" };
    expect(answers).toMatchObject([changed(7), other, other]);
  });

  test("are refused while there is no room for them, and those without go on", () => {
    const seen = { ...account, ...remembering(MOST_REMEMBERED) };
    const plan = work(seen, add(1, one), add(1, idOf(1005)));
    expect(plan.answers).toMatchObject([{ code: "TOO_MANY_OPERATIONS" }, changed(5)]);
    expect(plan.write).toBeUndefined();
    expect(sent(work(seen, add(1), add(1, one)))).toEqual(["balance = ?", [6], "balance = ?", [5]]);
  });

  test("take the place of those that are old enough", () => {
    const memory = remembering(MOST_REMEMBERED, now - 65_000);
    expect(sent(work({ ...account, ...memory }, add(1, one)))).toEqual([
      "balance = ?, recent = ?, earlier = ?",
      [6, recentOf(operation(one, "add 1", 6)), Buffer.alloc(0)],
      "balance = ? AND recent = ? AND earlier != null",
      [5, memory.recent],
    ]);
  });

  test("wait for the next round if there are more than can be recent, and those behind them", () => {
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

  test("where the recent ones are nearly full do not make them earlier ones in the same round", () => {
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

  test("create it alone, if it is not known to be there", () => {
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

  test("are told that it is there, as it is, when all of it has been seen", () => {
    const seen = { name: null, balance: null, opened: later };
    expect(work({ balance: 5 }, create)).toEqual({ after: { balance: 5 }, answers: [] });
    expect(work(seen, create)).toEqual({
      after: seen,
      answers: [{ outcome: "exists", row: { bank, id, name: "", balance: 0, opened: later } }],
    });
  });

  test("delete it alone, whatever is known of it", () => {
    for (const seen of [undefined, {}, account]) {
      const plan = work(seen, remove, create);
      expect(plan).toMatchObject({ after: null, answers: [{ outcome: "deleted" }] });
      expect(plan.write?.cql).toBe("DELETE FROM account WHERE bank = ? AND id = ? IF EXISTS");
      expect(plan.write?.params).toEqual([bank, id]);
    }
    expect(work(null, remove, create)).toEqual({ after: null, answers: [missing] });
  });

  test("before a creation or a deletion go without it", () => {
    expect(work(account, add(1), add(1), remove, add(1)).answers).toEqual([changed(6), changed(7)]);
    expect(work(account, add(1), create, add(1)).answers).toEqual([changed(6)]);
  });

  test("say how they change the account, and whether they make it", () => {
    const told = (seen: SeenAccount, ...requests: readonly Request<typeof Account>[]) => {
      const { change: how, creates } = planOf(seen, ...requests);
      return { how, creates };
    };
    expect(told(null, create)).toEqual({ how: "created", creates: true });
    expect(told(account, create)).toEqual({ how: [], creates: false });
    expect(told(account, remove)).toEqual({ how: "deleted", creates: false });
    expect(told(null, remove)).toEqual({ how: [], creates: false });
    const [postponed, named] = [edit({ opened: later }), edit({ name: "B" }, later)];
    expect(told(account, postponed, named)).toEqual({ how: ["opened", "name"], creates: false });
    expect(told(account, add(1, idOf(1)), add(-1))).toEqual({ how: [], creates: false });
    expect(told(account, add(1), add(-1))).toEqual({ how: [], creates: false });
    expect(told(null, add(1))).toEqual({ how: [], creates: false });
  });
});

describe("an account of which too little is known", () => {
  const asks = (seen: SeenAccount, ...requests: readonly Request<typeof Account>[]) =>
    new Set(planOf(seen, ...requests).asks);

  test("is looked at for the columns by which changes are judged, all together", () => {
    expect(asks(undefined, add(1))).toEqual(new Set(["balance"]));
    expect(asks({ opened }, change(5, 1), change(6, -1))).toEqual(new Set(["balance"]));
    expect(asks(undefined, change(5, 1), edit({ name: "B" }))).toEqual(
      new Set(["balance", "opened"]),
    );
    expect(asks({ opened }, change(5, 1), edit({ name: "B" }), add(1))).toEqual(
      new Set(["balance", "opened"]),
    );
    expect(asks(account, change(4, 1))).toEqual(new Set(["balance"]));
  });

  test("is looked at for its operations only if one of the changes has an id", () => {
    const all = new Set(["balance", "recent", "earlier"]);
    expect(asks(account, change(4, 1, idOf(1)))).toEqual(all);
    expect(asks(undefined, add(1), add(1, idOf(1)))).toEqual(all);
    expect(asks(undefined, add(1), add(1))).toEqual(new Set(["balance"]));
  });

  test("is looked at for every column if it may be there already, or if only a null is known of it", () => {
    const all = new Set(["name", "balance", "opened"]);
    const create = { kind: "create", row: { bank, id, ...account } } as const;
    expect(asks({ balance: 5 }, create)).toEqual(all);
    expect(asks({ balance: null }, add(1))).toEqual(all);
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

  type Model = { name: string; balance: number; opened: Date; done: Map<string, number> };

  /** A change, and what it comes to if it is done by itself. */
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
    // No change takes a balance out of its range that judges it by what it expects.
    const delta = random(7) - 3;
    return [
      () => count(delta, undefined, operationId),
      () => count(Math.max(delta, -expected), expected, operationId),
      () => rename({ name: "ABC"[random(3)]! }, dates[random(2)]!),
      () => rename({ opened: dates[random(2)]! }, dates[random(2)]!),
    ][random(4)]!();
  }

  /** Does changes in rounds, and compares each with the model. */
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

  test("it comes to the same as one after the other", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = randomOf(seed);
      const fresh = Array.from({ length: 1 + random(40) }, (_, number) =>
        randomStep(random, number),
      );
      // Some are sent again.
      compare(
        fresh.flatMap((each) => (random(4) === 0 ? [each, each] : [each])),
        seed,
      );
    }
  });
});
