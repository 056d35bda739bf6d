import { describe, expect, test } from "vitest";
import { check } from "./check.ts";
import type { Answer, Attempt, Final, History, Operation, Sighting, Wish } from "./history.ts";

const place = { partition: "Rome", id: "p1" };

const attempt = (start: number, end: number, answer: Answer, server = "A1"): Attempt => ({
  server,
  start,
  end,
  answer,
});
const done = (amount?: number, asOf?: string): Answer => ({
  said: "done",
  ...(amount !== undefined && { amount }),
  ...(asOf !== undefined && { asOf }),
});
const unknown: Answer = { said: "unknown" };

/** Creates a history of operations on one party, with the final amount. */
function historyOf(
  operations: readonly (readonly [Wish, ...Attempt[]])[],
  amount: number | null,
  sightings: readonly Sighting[] = [],
): History {
  const found = amount === null ? null : { amount, name: "A party" };
  const last: Final = { ...place, by: "a serial read", at: 1000, found };
  return {
    table: "parties",
    operations: operations.map(([wish, ...attempts], i): Operation => {
      const operationId = attempts.length > 1 ? `id ${i + 1}` : undefined;
      return { ...place, number: i + 1, wish, attempts, operationId };
    }),
    sightings,
    finals: [last],
    marks: [],
  };
}

const create = (amount: number): Wish => ({ kind: "create", amount, name: "A party" });
const add = (delta: number): Wish => ({ kind: "add", delta });
const change = (expected: number, delta: number): Wish => ({ kind: "change", expected, delta });
const remove: Wish = { kind: "delete" };
const created = [create(5), attempt(0, 1, done(5))] as const;

function saw(at: number, amount: number, asOf: string, watcher = "watcher 1"): Sighting {
  return { ...place, watcher, server: "A1", subscribed: 0, at, amount, asOf };
}

/** Returns the same history of an account, which is a partition of its own. */
function ofAccount({ operations, finals, ...history }: History): History {
  const account = { partition: place.id, id: place.id };
  return {
    ...history,
    table: "accounts",
    operations: operations.map((operation) => ({ ...operation, ...account })),
    finals: finals.map((final) => ({ ...final, ...account })),
  };
}

describe("the check passes", () => {
  test("changes that were applied one after the other or at the same time pass", () => {
    const history = historyOf(
      [
        created,
        [add(1), attempt(2, 9, done(8))],
        [change(5, 2), attempt(2, 9, done(7))],
        [change(5, 1), attempt(3, 8, { said: "stale", actual: 7 })],
        [add(-100), attempt(10, 11, { said: "range" })],
        [{ kind: "read" }, attempt(10, 11, { ...done(8), name: "A party" } as Answer)],
      ],
      8,
      [saw(4, 7, "10"), saw(10, 8, "11")],
    );
    expect(check(history).problems).toEqual([]);
  });

  test.each([6, 7, 8, 9])("unknown changes that make the count %i pass", (amount) => {
    const history = historyOf(
      [
        created,
        [add(1), attempt(2, 3, done(6))],
        [add(1), attempt(4, 5, unknown)],
        [add(2), attempt(4, 5, { said: "lost" })],
      ],
      amount,
    );
    expect(check(history).problems).toEqual([]);
  });

  test("an unknown change that others saw before it was settled passes", () => {
    const history = historyOf(
      [
        created,
        [add(3), attempt(2, 4, unknown)],
        [change(8, 1), attempt(5, 7, done(9))],
        [change(5, 1), attempt(5, 7, { said: "stale", actual: 8 })],
      ],
      9,
    );
    expect(check(history).problems).toEqual([]);
  });

  test("an unknown change that was first seen after its lane had answered others passes", () => {
    const history = historyOf(
      [
        created,
        [add(3), attempt(2, 4, unknown)],
        [add(-100), attempt(5, 6, { said: "range" })],
        [add(1), attempt(7, 8, done(9))],
      ],
      9,
    );
    expect(check(history).problems).toEqual([]);
  });

  test("an unknown change that was repeated under its id and applied once passes", () => {
    const history = historyOf(
      [created, [add(1), attempt(2, 4, unknown), attempt(6, 7, done(6), "B1")]],
      6,
    );
    expect(check(history).problems).toEqual([]);
  });

  test("a change under an id that was sent to two servers at once passes", () => {
    const history = historyOf(
      [created, [add(1), attempt(2, 5, done(6)), attempt(2, 4, done(6), "B1")]],
      6,
    );
    expect(check(history).problems).toEqual([]);
  });

  test("a party that is deleted and created again passes", () => {
    const history = historyOf(
      [
        created,
        [remove, attempt(2, 3, done())],
        [add(1), attempt(4, 5, { said: "missing" })],
        [create(2), attempt(6, 7, done(2))],
        [{ kind: "create", amount: 9, name: "Late" }, attempt(8, 9, { said: "exists", amount: 2 })],
      ],
      2,
    );
    expect(check(history).problems).toEqual([]);
  });

  test("a lane that got no requests after its first answers were lost passes", () => {
    const history = historyOf([created, [add(1), attempt(200, 3700, unknown)]], 5);
    const marks = [{ mark: "whole", name: "node restarted", at: 100 }] as const;
    expect(check({ ...history, marks }).problems).toEqual([]);
  });

  test("a lane that got its first request long after all nodes were back passes", () => {
    const history = historyOf([created, [add(1), attempt(40_000, 40_100, done(6))]], 6);
    const marks = [{ mark: "whole", name: "node restarted", at: 100 }] as const;
    const { problems, settled } = check({ ...history, marks });
    expect(problems).toEqual([]);
    expect(settled).toEqual({ longest: 100, lanes: 1 });
  });

  test("a party with an unknown deletion passes whether it exists or not", () => {
    const operations = [created, [remove, attempt(2, 3, unknown)]] as const;
    expect(check(historyOf(operations, 5)).problems).toEqual([]);
    expect(check(historyOf(operations, null)).problems).toEqual([]);
  });
});

describe("the check finds", () => {
  test("a lost change is found", () => {
    const history = historyOf(
      [created, [add(1), attempt(2, 3, done(6))], [add(2), attempt(4, 5, done(7))]],
      7,
    );
    expect(check(history).problems).toEqual([
      "Rome/p1: the final count is 7 (a serial read), but the applied changes make 8, as if operation 2 addPeople(+1) at 0.002 s were lost.",
      "Rome/p1: operation 3 addPeople(+2) at 0.004 s needs the count 5 before it, but no order of the recorded answers allows that: only 6.",
    ]);
  });

  test("a change that was answered as applied but is missing in the final read is found", () => {
    const history = historyOf([created, [change(5, 3), attempt(2, 3, done(8))]], 5);
    expect(check(history).problems).toEqual([
      "Rome/p1: the final count is 5 (a serial read), but the applied changes make 8, as if operation 2 changePeople(5, +3) at 0.002 s were lost.",
      "Rome/p1: a serial read, at the end, saw the count 5, but no order of the recorded answers allows that: only 8.",
    ]);
  });

  test("a change under an id that was applied twice is found", () => {
    const history = historyOf(
      [created, [add(2), attempt(2, 4, unknown), attempt(6, 7, done(7), "B1")]],
      9,
    );
    expect(check(history).problems).toEqual([
      "Rome/p1: the final count is 9 (a serial read), but the applied changes make 7, as if operation 2 addPeople(+2) at 0.002 s were applied twice.",
      "Rome/p1: a serial read, at the end, saw the count 9, but no order of the recorded answers allows that: only 7.",
    ]);
  });

  test("a change under an id with two answers is found", () => {
    const history = historyOf(
      [created, [add(2), attempt(2, 4, done(7)), attempt(2, 4, done(9), "B1")]],
      9,
    );
    expect(check(history).problems[0]).toBe(
      "Rome/p1: operation 2 addPeople(+2) at 0.002 s was applied more than once under one id: its answers were the counts 7, 9.",
    );
  });

  test("an unknown change that was applied twice is found", () => {
    const history = historyOf([created, [add(2), attempt(2, 4, unknown)]], 9);
    expect(check(history).problems[0]).toBe(
      "Rome/p1: the final count is 9 (a serial read), but the applied changes make 5, with or without 1 unknown.",
    );
  });

  test("an unknown change that is applied after its lane has answered later ones is found", () => {
    const history = historyOf(
      [
        created,
        [add(2), attempt(2, 4, unknown)],
        [add(1), attempt(5, 6, done(6))],
        [change(1, 1), attempt(7, 8, { said: "stale", actual: 6 })],
        [change(6, 1), attempt(9, 10, { said: "stale", actual: 8 })],
      ],
      8,
    );
    expect(check(history).problems).toEqual([
      "Rome/p1: operation 5 changePeople(6, +1) at 0.009 s saw the count 8, but no order of the recorded answers allows that: only 6.",
    ]);
  });

  test("a change that was applied before an earlier one is found", () => {
    const history = historyOf(
      [created, [add(1), attempt(2, 3, done(7))], [add(1), attempt(4, 5, done(6))]],
      7,
    );
    expect(check(history).problems).toEqual([
      "Rome/p1: operation 2 addPeople(+1) at 0.002 s needs the count 6 before it, but no order of the recorded answers allows that: only 5.",
    ]);
  });

  test("a change that was refused for a wrong amount is found", () => {
    const history = historyOf(
      [created, [change(4, 1), attempt(2, 3, { said: "stale", actual: 7 })]],
      5,
    );
    expect(check(history).problems).toEqual([
      "Rome/p1: operation 2 changePeople(4, +1) at 0.002 s saw the count 7, but no order of the recorded answers allows that: only 5.",
    ]);
  });

  test("a change that was answered as not applied but was applied is found", () => {
    const unavailable: Answer = { said: "error", code: "UNAVAILABLE" };
    const history = historyOf(
      [
        created,
        [add(1), attempt(2, 3, unavailable)],
        [add(2), attempt(2, 3, unavailable)],
        [change(5, 1), attempt(4, 5, { said: "stale", actual: 7 })],
      ],
      7,
    );
    expect(check(history).problems).toEqual([
      "Rome/p1: the final count is 7 (a serial read), but the applied changes make 5.",
      "Rome/p1: operation 4 changePeople(5, +1) at 0.004 s saw the count 7, but no order of the recorded answers allows that: only 5. It would be possible if operation 3 addPeople(+2) at 0.002 s had been applied, which was answered: UNAVAILABLE.",
    ]);
  });

  test("an update that was answered as not applied but was applied is found", () => {
    const unavailable: Answer = { said: "error", code: "UNAVAILABLE" };
    const renamed: Wish = { kind: "update", name: "A party" };
    const other: Wish = { kind: "create", amount: 5, name: "Another" };
    const names = [
      [other, attempt(0, 1, done(5))],
      [renamed, attempt(2, 3, unavailable)],
    ] as const;
    expect(check(historyOf(names, 5)).problems).toEqual([
      'Rome/p1: a serial read saw the name "A party", but operation 2 updateParty at 0.002 s was answered: UNAVAILABLE.',
    ]);
  });

  test("a lost party is found", () => {
    expect(check(historyOf([created], null)).problems).toEqual([
      "Rome/p1: a serial read did not find it at the end: operation 1 createParty(5) at 0.000 s is lost.",
      "Rome/p1: a serial read, at the end, saw no party, but no order of the recorded answers allows that: only 5.",
    ]);
  });

  test("a restored party is found", () => {
    const history = historyOf([created, [remove, attempt(2, 3, done())]], 5);
    expect(check(history).problems).toEqual([
      "Rome/p1: a serial read found it at the end, although operation 2 deleteParty at 0.002 s was applied: it was restored.",
      "Rome/p1: a serial read, at the end, saw the count 5, but no order of the recorded answers allows that: only no party.",
    ]);
  });

  test("a count below zero is found", () => {
    const history = historyOf(
      [created, [add(-6), attempt(2, 3, done(-1))], [add(1), attempt(4, 5, done(0))]],
      0,
    );
    expect(check(history).problems).toEqual([
      "Rome/p1: operation 2 addPeople(−6) at 0.002 s saw the count -1, below zero.",
    ]);
  });

  test("counts that go back are found", () => {
    const changed = [add(1), attempt(2, 3, done(6, "20"))] as const;
    const problemsOf = (...seen: readonly Sighting[]) =>
      check(historyOf([created, changed], 6, seen)).problems;
    expect(problemsOf(saw(2, 6, "20"), saw(3, 5, "10"))).toEqual([
      "Rome/p1: watcher 1 went back from 6 as of 20 to 5 as of 10.",
    ]);
    expect(problemsOf(saw(4, 5, "20"))).toEqual([
      "Rome/p1: as of 20, operation 2 addPeople(+1) at 0.002 s saw the count 6 and watcher 1 saw 5.",
    ]);
    expect(problemsOf({ ...saw(6, 5, "10"), subscribed: 5 })).toEqual([
      "Rome/p1: watcher 1 saw the count 5 as of 10, after operation 2 addPeople(+1) at 0.002 s had seen 6 as of 20.",
    ]);
    const again = { subscribed: 5, since: "9" };
    expect(problemsOf(saw(1, 4, "9"), { ...saw(6, 5, "10"), ...again })).toEqual([]);
    const other = saw(4, 6, "20", "watcher 2");
    expect(problemsOf({ ...other, server: "B1" }, { ...saw(6, 5, "10"), ...again })).toEqual([]);
    expect(problemsOf(other, { ...saw(6, 5, "10"), ...again })).toEqual([
      "Rome/p1: watcher 1 saw the count 5 as of 10, after watcher 2 had seen 6 as of 20.",
    ]);
    expect(problemsOf(saw(1, 4, "9"), { ...saw(6, 4, "9"), ...again })).toEqual([
      "Rome/p1: watcher 1 went back from 4 as of 9 to 4 as of 9.",
    ]);
  });

  test("an unexpected error is found", () => {
    const failed: Answer = { said: "error", code: "INTERNAL_SERVER_ERROR" };
    expect(check(historyOf([created, [add(1), attempt(2, 3, failed)]], 5)).problems).toEqual([
      "Rome/p1: operation 2 addPeople(+1) at 0.002 s was answered with INTERNAL_SERVER_ERROR.",
    ]);
  });

  test("a lost change of an account is found and named in the words of accounts", () => {
    const history = historyOf(
      [created, [add(-1), attempt(2, 3, done(4))], [add(2), attempt(4, 5, done(6))]],
      4,
    );
    expect(check(ofAccount(history)).problems).toEqual([
      "p1: the final balance is 4 (a serial read), but the applied changes make 6, as if operation 3 add(+2) at 0.004 s were lost.",
      "p1: a serial read, at the end, saw the balance 4, but no order of the recorded answers allows that: only 6.",
    ]);
    expect(check(ofAccount(historyOf([created], null))).problems[1]).toBe(
      "p1: a serial read, at the end, saw no account, but no order of the recorded answers allows that: only 5.",
    );
  });

  test("a lane that never answers again is found", () => {
    const attempts = [
      attempt(200, 3700, unknown),
      attempt(4000, 7500, unknown),
      attempt(28_000, 31_500, unknown),
    ] as const;
    const history = historyOf([created, ...attempts.map((each) => [add(1), each] as const)], 5);
    const marks = [{ mark: "whole", name: "node restarted", at: 100 }] as const;
    expect(check({ ...history, marks }).problems).toEqual([
      'Rome: server A1 never answered again after phase "node restarted": its lane is stuck.',
    ]);
  });

  test("a lane that does not answer when all nodes are back is found", () => {
    const stuck = historyOf(
      [
        created,
        [add(1), attempt(200, 3700, unknown)],
        [add(1), attempt(40_000, 40_100, done(6))],
        [add(1), attempt(300, 310, done(7), "B1")],
      ],
      7,
    );
    const marks = [{ mark: "whole", name: "node restarted", at: 100 }] as const;
    expect(check({ ...stuck, marks }).problems).toContain(
      'Rome: server A1 did not answer for 40.0 s after phase "node restarted": its lane is stuck.',
    );
  });
});
