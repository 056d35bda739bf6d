import { describe, expect, test } from "vitest";
import { asc, double, int, map, table, text } from "../../src/cassandra/index.ts";
import type { Caller } from "../../src/lane/caller.ts";
import { createDraftValues } from "../../src/lane/draft.ts";
import type { Draft } from "../../src/lane/index.ts";
import { identified } from "../../src/lane/journal.ts";
import { createKnownRows, rowText } from "../../src/lane/known.ts";
import { planRound } from "../../src/lane/plan.ts";
import { planRow } from "../../src/lane/request.ts";

const Seat = table(
  "seat",
  {
    show: text(),
    number: int(),
    price: int().required(),
    weight: double(),
    labels: map(text(), int()),
    sold: int().default(0).static(),
  },
  { partition: ["show"], clustering: [asc("number")], lwt: true, lanes: true },
);
type Row = Draft<typeof Seat>;

const stored = { price: 9, weight: 0, labels: null };

/** Plans a round of changes of known seats. Returns the plan and the answers that planning gave. */
function planOf(
  ...requests: readonly (readonly [number: number, change: (row: Row) => unknown])[]
) {
  const known = createKnownRows(Seat);
  const numbers = requests.map(([number]) => number);
  const found = numbers.map((number) => ({ number, ...stored, sold: 0 }));
  known.observe(
    numbers.map((number) => rowText(Seat, { number })),
    found,
    { asOf: 1 },
  );
  const answers: unknown[] = [];
  const callers = requests.map(([number, change], at): Caller<typeof Seat> => ({
    request: { kind: "change", change: change as never },
    key: { number },
    row: rowText(Seat, { number }),
    arrival: 1,
    rounds: 0,
    isSent: false,
    answer: (value) => void (answers[at] = value),
  }));
  const plan = planRound({
    table: Seat,
    partition: { show: "Faust" },
    known,
    callers,
    hasCell: true,
  });
  return { plan, answers };
}

const sell = (row: Row) => row.set({ sold: row.get("sold") + 1 });

describe("a change that reads a static column that it has set itself", () => {
  const answered = ({ plan }: ReturnType<typeof planOf>) =>
    plan.answered.length + plan.unclear.length + plan.written.length;

  test("the change can be refused", () => {
    const change = (row: Row) => {
      row.set({ sold: 5 });
      return row.get("sold") > 3 ? row.refuse("MANY") : undefined;
    };
    expect(answered(planOf([1, change]))).toBe(1);
  });

  test("the change can throw", () => {
    const change = (row: Row) => {
      row.set({ sold: 5 });
      if (row.get("sold") > 3) throw new Error("Many.");
    };
    expect(answered(planOf([1, change]))).toBe(1);
  });
});

describe("a change that throws a value without a text", () => {
  const fail = () => {
    throw Object.create(null);
  };

  test("only the caller of that change fails", () => {
    const { plan } = planOf([1, sell], [1, fail], [2, sell]);
    expect(plan.written[0]?.plan.answers).toHaveLength(2);
    expect(plan.statics.write!.params[0]).toBe(2);
  });
});

test("a change that returns an error does not fail while it is applied", () => {
  const { plan } = planOf([1, (row) => (row.set({ price: 1 }), new Error("Odd."))]);
  const [written] = plan.written;
  expect(written?.plan.answers[0]).not.toBeInstanceOf(Error);
});

test("a change of a zero's sign is written", () => {
  const { plan } = planOf([1, (row) => row.set({ weight: -row.get("weight")! })]);
  expect(plan.written).toHaveLength(1);
});

test("a round of large collections is bounded in bytes", () => {
  const labels = new Map([["x".repeat(60_000), 1]]);
  const changes = Array.from({ length: 64 }, (_, number) => number);
  const { plan } = planOf(
    ...changes.map((number) => [number, (row: Row) => row.set({ labels })] as const),
  );
  expect(plan.written).toHaveLength(1);
});

test("hidden columns can have the names of inherited properties", () => {
  const names = { recent: "constructor", earlier: "toString" };
  const Odd = table(
    "odd",
    { show: text(), number: int(), price: int().required() },
    {
      partition: ["show"],
      clustering: [asc("number")],
      lwt: true,
      lanes: { remembers: 60, names },
    },
  );
  const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
  const once = identified(Odd, { id, args: "", answer: text() });
  const place = {
    table: Odd,
    partition: { show: "Faust" },
    row: { number: 1 },
    seen: { price: 9 },
  };
  const request = { kind: "change", change: () => "done", once } as const;
  expect(
    planRow({ ...place, statics: createDraftValues({}), now: 1 }, [request]).answers,
  ).toHaveLength(1);
});
