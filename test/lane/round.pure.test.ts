import { describe, expect, test } from "vitest";
import {
  asc,
  int,
  type StoredRow,
  type Table,
  table,
  text,
  Unreadable,
} from "../../src/cassandra/index.ts";
import type { Caller } from "../../src/lane/caller.ts";
import type { Draft } from "../../src/lane/index.ts";
import { identified } from "../../src/lane/journal.ts";
import { createKnownRows, type KnownRows, rowText } from "../../src/lane/known.ts";
import { columnsToRead, planRound, type RoundPlan } from "../../src/lane/plan.ts";
import type { Request } from "../../src/lane/request.ts";
import { changed, idOf, missing, onceOf } from "./account.ts";

const key = { partition: ["show"], clustering: [asc("number")], lwt: true } as const;
const lanes = { remembers: 60 } as const;

/** The seats of a show, with the number of sold seats and of places. */
const Seat = table(
  "seat",
  {
    show: text(),
    number: int(),
    price: int().required(),
    holder: text(),
    sold: int().default(0).static(),
    places: int().static(),
  },
  { ...key, lanes },
);
type Row = Draft<typeof Seat>;
type StoredSeat = StoredRow<typeof Seat>;
type SeatRequest = Request<typeof Seat>;

const show = "Faust";
const free = { price: 9, holder: null };
const statics = { sold: 0, places: 100 };

/** Takes a seat, if it is free and there are places left. */
const take = (holder: string) => (row: Row) => {
  if (row.get("holder") !== null) return row.refuse("TAKEN");
  const sold = row.get("sold") + 1;
  if (sold > (row.get("places") ?? 0)) return row.refuse("SOLD_OUT");
  row.set({ holder, sold });
  return sold;
};
const call = (holder: string) => (row: Row) => row.set({ holder });
const refused = (reason: string) => ({ outcome: "refused", reason });

const request = (change: object) => ({ kind: "change", change }) as SeatRequest;

/** Creates a caller with a request about a row, and collects its answers. */
function callerOf<T extends Table>(table_: T, number: number, wanted: Request<T>, arrival = 1) {
  const answers: unknown[] = [];
  const place = { key: { number } as never, row: rowText(table_, { number }) };
  const caller: Caller<T> = {
    request: wanted,
    ...place,
    arrival,
    rounds: 0,
    isSent: false,
    answer: (value) => void answers.push(value),
  };
  return { caller, answers };
}

/** Returns what is known after one statement has found these seats, by their numbers, and static columns. */
function seen(rows: Readonly<Record<number, StoredSeat | null>>, stored: StoredSeat = statics) {
  const known = createKnownRows(Seat);
  const numbers = Object.keys(rows).map(Number);
  const found = numbers.filter((number) => rows[number] !== null);
  known.observe(
    numbers.map((number) => rowText(Seat, { number })),
    found.map((number) => ({ number, ...rows[number], ...stored })),
    { asOf: 1 },
  );
  return known;
}

/** Plans a round of changes of seats, in order of arrival. */
function planOf(
  known: KnownRows<typeof Seat>,
  requests: readonly (readonly [number: number, change: object])[],
  hasCell = true,
) {
  const callers = requests.map(([number, change]) => {
    const each = "kind" in change ? (change as SeatRequest) : request(change);
    return callerOf(Seat, number, each).caller;
  });
  return planRound({ table: Seat, partition: { show }, known, callers, hasCell });
}

/** Returns the numbers of rows, and the answers to their callers. */
const shown = (rows: RoundPlan<typeof Seat>["written"]) =>
  rows.map(({ callers, plan }) => [callers[0]!.key.number, ...plan.answers]);

/** Returns the text and the values of each statement of a plan. */
const sent = ({ written, statics: { write } }: RoundPlan<typeof Seat>) =>
  [...written.map(({ plan }) => plan.write!), ...(write ? [write] : [])].map(({ cql, params }) => [
    cql,
    params,
  ]);

/** Returns the plan for the static columns. */
const staticsOf = <T extends Table>({ statics: { write, ...others } }: RoundPlan<T>) => ({
  ...others,
  ...(write && { write: write.cql }),
});

describe("rows of one round that set a static column", () => {
  test("a static column has one statement, and each row reads what the earlier ones left", () => {
    const known = seen({ 1: free, 2: free, 3: free });
    const plan = planOf(known, [
      [1, take("Ada")],
      [2, take("Bob")],
      [1, take("Eve")],
      [3, take("Zoe")],
    ]);
    expect(shown(plan.written)).toEqual([
      [1, changed(1), refused("TAKEN")],
      [2, changed(2)],
      [3, changed(3)],
    ]);
    const takes =
      "UPDATE seat SET holder = ? WHERE show = ? AND number = ? IF price = ? AND holder = null";
    expect(sent(plan)).toEqual([
      [takes, ["Ada", show, 1, 9]],
      [takes, ["Bob", show, 2, 9]],
      [takes, ["Zoe", show, 3, 9]],
      ["UPDATE seat SET sold = ? WHERE show = ? IF sold = ? AND places = ?", [3, show, 0, 100]],
    ]);
    expect(plan.statics.condition).toBeUndefined();
    expect(plan.statics.after).toEqual({ sold: 3, places: 100 });
  });

  test("a null static column reads as its default, on the condition that it is null", () => {
    const plan = planOf(seen({ 1: free }, { sold: null, places: 1 }), [[1, take("Ada")]]);
    expect(sent(plan)[1]).toEqual([
      "UPDATE seat SET sold = ? WHERE show = ? IF places = ? AND sold = null",
      [1, show, 1],
    ]);
  });

  test("a static column can be set to null", () => {
    const plan = planOf(seen({ 1: free }), [[1, (row: Row) => row.set({ places: null })]]);
    expect(sent(plan)[1]).toEqual([
      "UPDATE seat SET places = ? WHERE show = ? IF places = ?",
      [null, show, 100],
    ]);
    expect(plan.statics.after).toEqual({ sold: 0, places: null });
  });

  test("a static column that is restored has no statement, but a condition", () => {
    const free_ = (row: Row) => row.set({ holder: null, sold: row.get("sold") - 1 });
    const plan = planOf(seen({ 1: free, 2: { ...free, holder: "Bob" } }), [
      [1, take("Ada")],
      [2, free_],
    ]);
    expect(sent(plan)).toHaveLength(2);
    expect(staticsOf(plan)).toEqual({
      condition: { if: { sold: 0, places: 100 }, isNull: [] },
      after: statics,
    });
  });

  test("a static column that is set is in the condition even if no change read it", () => {
    const plan = planOf(seen({ 1: free }), [
      [1, (row: Row) => row.set({ holder: "Ada", sold: 7 })],
    ]);
    expect(sent(plan)[1]).toEqual([
      "UPDATE seat SET sold = ? WHERE show = ? IF sold = ?",
      [7, show, 0],
    ]);
  });

  test("rows wait if the static column is not known, and leave no trace then", () => {
    const known = seen({ 1: free, 2: free }, {});
    const plan = planOf(known, [
      [1, (row: Row) => row.set({ holder: "Ada", sold: 7 })],
      [2, call("Bob")],
    ]);
    expect(shown(plan.unclear)).toEqual([[1]]);
    expect(columnsToRead(Seat, plan.unclear)).toContain("sold");
    expect(shown(plan.written)).toEqual([[2, changed()]]);
    expect(staticsOf(plan)).toEqual({ after: {} });
  });

  test("an assumed static column is in the condition", () => {
    const first = (row: Row) => {
      row.assume("sold", 0);
      row.set({ holder: "Ada", sold: row.get("sold") + 1 });
    };
    const plan = planOf(seen({ 1: free, 2: free }, {}), [
      [1, first],
      [2, first],
    ]);
    expect(sent(plan)[2]).toEqual([
      "UPDATE seat SET sold = ? WHERE show = ? IF sold = ?",
      [2, show, 0],
    ]);
    expect(plan.statics.after).toEqual({ sold: 2 });
  });

  test("a row's change names the static column beside its own columns once", () => {
    const add = (row: Row) => row.set({ sold: row.get("sold") + 1 });
    const known = seen({ 1: free, 2: free });
    const plan = planOf(known, [
      [1, take("Ada")],
      [1, add],
      [2, add],
    ]);
    expect(plan.written.map(({ plan: { change } }) => change)).toEqual([
      ["holder", "sold"],
      ["sold"],
    ]);
  });
});

describe("static columns that rows of a round read", () => {
  const within = (row: Row) =>
    (row.get("places") ?? 0) > 0 ? row.set({ holder: "Ada" }) : row.refuse("CLOSED");

  test("a static column that no row sets has a condition beside the writes", () => {
    const plan = planOf(seen({ 1: free, 2: free }), [
      [1, within],
      [2, call("Bob")],
    ]);
    expect(sent(plan)).toHaveLength(2);
    expect(staticsOf(plan)).toEqual({
      condition: { if: { places: 100 }, isNull: [] },
      after: statics,
    });
  });

  test("a null static column has a condition", () => {
    const open = (row: Row) => {
      if (row.get("places") === null) row.set({ holder: "Ada" });
    };
    const plan = planOf(seen({ 1: free }, { sold: 0, places: null }), [[1, open]]);
    expect(plan.statics.condition).toEqual({ if: {}, isNull: ["places"] });
  });

  test("a static column that only unwritten refusals read has no condition", () => {
    const known = seen({ 1: free, 2: free }, { sold: 0, places: 0 });
    const plan = planOf(known, [
      [1, within],
      [2, call("Bob")],
    ]);
    expect(shown(plan.answered)).toEqual([[1, refused("CLOSED")]]);
    expect(shown(plan.written)).toEqual([[2, changed()]]);
    expect(staticsOf(plan)).toEqual({ after: { sold: 0, places: 0 } });
  });

  test("a static column has a condition if a refusal with a write of its row read it", () => {
    const known = seen({ 1: free }, { sold: 0, places: 0 });
    const plan = planOf(known, [
      [1, call("Bob")],
      [1, within],
    ]);
    expect(shown(plan.written)).toEqual([[1, changed(), refused("CLOSED")]]);
    expect(plan.statics.condition).toEqual({ if: { places: 0 }, isNull: [] });
  });

  test("an unreadable static column reads as its column's replacement, on the condition that it is unchanged", () => {
    const sold = new Unreadable(Buffer.of(1));
    const plan = planOf(seen({ 1: free }, { sold, places: 1 }), [[1, take("Ada")]]);
    expect(shown(plan.written)).toEqual([[1, changed(1)]]);
    expect(sent(plan)[1]).toEqual([
      "UPDATE seat SET sold = ? WHERE show = ? IF sold = ? AND places = ?",
      [1, show, sold, 1],
    ]);
  });
});

describe("a refusal that rests on a static column", () => {
  const nearlySold = { sold: 99, places: 100 };

  test("a refusal waits for the next round if earlier rows of this one have set the column", () => {
    const known = seen({ 1: free, 2: free }, nearlySold);
    const requests = [
      [1, take("Ada")],
      [2, take("Bob")],
    ] as const;
    const plan = planOf(known, requests);
    expect(shown(plan.written)).toEqual([[1, changed(100)]]);
    expect([plan.answered, plan.unclear]).toEqual([[], []]);
    const next = planOf(seen({ 2: free }, plan.statics.after), requests.slice(1));
    expect(shown(next.answered)).toEqual([[2, refused("SOLD_OUT")]]);
  });

  test("a refusal is answered at once if only later rows set the column", () => {
    const known = seen({ 1: free, 2: free }, nearlySold);
    const plan = planOf(known, [
      [2, (row: Row) => (row.get("sold") < 100 ? row.refuse("NOT_YET") : undefined)],
      [1, take("Ada")],
    ]);
    expect(shown(plan.answered)).toEqual([[2, refused("NOT_YET")]]);
    expect(shown(plan.written)).toEqual([[1, changed(100)]]);
  });

  test("a refusal with a write of its row is answered with the round, whose condition covers it", () => {
    const known = seen({ 1: free, 2: free }, nearlySold);
    const plan = planOf(known, [
      [1, take("Ada")],
      [2, (row: Row) => row.set({ price: 8 })],
      [2, take("Bob")],
    ]);
    expect(shown(plan.written)).toEqual([
      [1, changed(100)],
      [2, changed(), refused("SOLD_OUT")],
    ]);
    expect(sent(plan)[2]).toEqual([
      "UPDATE seat SET sold = ? WHERE show = ? IF sold = ? AND places = ?",
      [100, show, 99, 100],
    ]);
  });

  test("a refusal is answered only if one statement has read both the row and the column", () => {
    const soldOut = { sold: 100, places: 100 };
    const known = seen({ 1: free }, soldOut);
    expect(shown(planOf(known, [[1, take("Ada")]]).answered)).toEqual([[1, refused("SOLD_OUT")]]);
    known.observe([rowText(Seat, { number: 2 })], [{ number: 2, ...free, ...soldOut }], {
      asOf: 2,
    });
    const plan = planOf(known, [[1, take("Ada")]]);
    expect(plan.answered).toEqual([]);
    expect(shown(plan.unclear)).toEqual([[1, refused("SOLD_OUT")]]);
  });
});

describe("a row leaves no trace in the static columns", () => {
  const many = Array.from({ length: 70 }, (_, number) => number);

  test("a row beyond the bound of a round in rows leaves no trace", () => {
    const plan = planOf(
      seen(Object.fromEntries(many.map((number) => [number, free]))),
      many.map((number) => [number, take("Ada")]),
    );
    expect(plan.written).toHaveLength(64);
    expect(plan.written.at(-1)?.plan.answers).toEqual([changed(64)]);
    expect(plan.statics.write?.params).toEqual([64, show, 0, 100]);
    expect(plan.statics.after).toEqual({ sold: 64, places: 100 });
  });

  test("a row beyond the bound of a round in bytes leaves no trace", () => {
    const long = "x".repeat(3000);
    const plan = planOf(
      seen(Object.fromEntries(many.map((number) => [number, free]))),
      many.map((number) => [number, take(long)]),
    );
    const { length } = plan.written;
    expect(length).toBe(5);
    expect(plan.statics.after).toEqual({ sold: length, places: 100 });
  });

  test("a row that does not exist leaves no trace", () => {
    const plan = planOf(seen({ 1: null, 2: free }), [
      [1, take("Ada")],
      [2, take("Bob")],
    ]);
    expect(shown(plan.answered)).toEqual([[1, missing]]);
    expect(shown(plan.written)).toEqual([[2, changed(1)]]);
  });

  test("an unknown row leaves no trace while the process has no cell", () => {
    const add = (row: Row) => {
      row.assume("sold", 0);
      row.set({ holder: "Ada", sold: row.get("sold") + 1 });
    };
    const plan = planOf(createKnownRows(Seat), [[1, add]], false);
    expect(plan.written).toEqual([]);
    expect(shown(plan.unclear)).toEqual([[1, changed()]]);
    expect(columnsToRead(Seat, plan.unclear)).toEqual(["sold"]);
    expect(staticsOf(plan)).toEqual({ after: {} });
  });

  test("a row whose change throws or needs to know more leaves no trace", () => {
    const sell = (row: Row) => row.set({ sold: row.get("sold") + 1 });
    const failing = (row: Row) => {
      sell(row);
      throw new Error("no");
    };
    const waiting = (row: Row) => {
      sell(row);
      return row.get("holder");
    };
    const plan = planOf(seen({ 1: free, 2: { price: 9 }, 3: free }), [
      [1, failing],
      [2, waiting],
      [3, take("Ada")],
    ]);
    expect(shown(plan.answered)).toEqual([[1, new Error("no")]]);
    expect(shown(plan.unclear)).toEqual([[2]]);
    expect(shown(plan.written)).toEqual([[3, changed(1)]]);
  });

  test("a row whose change is refused or repeated leaves no trace", () => {
    const sellOne = (row: Row) => {
      const sold = row.get("sold") + 1;
      row.set({ sold });
      return sold > 1 ? row.refuse("SOLD_OUT") : sold;
    };
    const once = identified(Seat, onceOf(idOf(1), "sell"));
    const remembered = { ...free, recent: null, earlier: null };
    const selling = { kind: "change", change: sellOne, once };
    const first = planOf(seen({ 1: remembered }), [[1, selling]]);
    expect(shown(first.written)).toEqual([[1, changed(1)]]);
    const after = { ...first.written[0]?.plan.after };
    const again = planOf(seen({ 1: after, 2: free, 3: free }, { sold: 1, places: 100 }), [
      [1, selling],
      [2, sellOne],
      [3, take("Ada")],
    ]);
    expect(shown(again.answered)).toEqual([
      [1, changed(1)],
      [2, refused("SOLD_OUT")],
    ]);
    expect(shown(again.written)).toEqual([[3, changed(2)]]);
  });

  test("a row without a possible statement leaves no trace", () => {
    const nothing = { price: null, holder: null };
    const plan = planOf(seen({ 1: nothing, 2: free }), [
      [1, take("Ada")],
      [2, take("Bob")],
    ]);
    expect(shown(plan.written)).toEqual([[2, changed(1)]]);
    expect(plan.statics.after).toEqual({ sold: 1, places: 100 });
  });

  test("a row without regular columns leaves no trace", () => {
    const columns = { show: text(), number: int(), sold: int().default(0).static() };
    const Mark = table("mark", columns, { ...key, lanes: true });
    const known = createKnownRows(Mark);
    known.observe([rowText(Mark, { number: 1 })], [{ number: 1, sold: 0 }], { asOf: 1 });
    const change = (row: Draft<typeof Mark>) => row.set({ sold: row.get("sold") + 1 });
    const { caller, answers } = callerOf(Mark, 1, { kind: "change", change } as never);
    const options = { table: Mark, partition: { show }, known, callers: [caller], hasCell: true };
    const plan = planRound(options);
    expect(answers).toMatchObject([
      { message: 'Table "mark" has no column outside the key in its rows.' },
    ]);
    expect(plan.written).toEqual([]);
    expect(staticsOf(plan)).toEqual({ after: { sold: 0 } });
  });
});

describe("a change that sets static columns alone", () => {
  const sell = (row: Row) => row.set({ sold: row.get("sold") + 1 });

  test("the change writes a column of its row as it is, so that it fails if the row has changed", () => {
    const plan = planOf(seen({ 1: free }), [[1, sell]]);
    expect(sent(plan)).toEqual([
      ["UPDATE seat SET price = ? WHERE show = ? AND number = ? IF price = ?", [9, show, 1, 9]],
      ["UPDATE seat SET sold = ? WHERE show = ? IF sold = ?", [1, show, 0]],
    ]);
  });

  test("the change writes a column that it has read", () => {
    const plan = planOf(seen({ 1: { ...free, holder: "Ada" } }), [
      [1, (row: Row) => row.get("holder") === "Ada" && sell(row)],
    ]);
    expect(sent(plan)[0]).toEqual([
      "UPDATE seat SET holder = ? WHERE show = ? AND number = ? IF holder = ?",
      ["Ada", show, 1, "Ada"],
    ]);
  });

  test("the change writes what its row is set to even if that was seen, since no condition compares it", () => {
    const plan = planOf(seen({ 1: { ...free, holder: "Ada" } }), [
      [1, (row: Row) => row.set({ holder: "Ada", sold: row.get("sold") + 1 })],
    ]);
    expect(sent(plan)[0]).toEqual([
      "UPDATE seat SET holder = ? WHERE show = ? AND number = ? IF EXISTS",
      ["Ada", show, 1],
    ]);
  });

  test("the row is read if another change of it, which sees what the first has set, needs to know more", () => {
    for (const rows of [{ 1: {} }, { 1: { holder: null } }]) {
      const plan = planOf(seen(rows), [
        [1, (row: Row) => row.set({ places: 7 })],
        [1, (row: Row) => (row.get("places") === 7 ? row.get("price") : 0)],
      ]);
      // A round that neither reads, nor answers, nor writes would be planned again for ever.
      expect(shown(plan.unclear)).toEqual([[1]]);
      expect(columnsToRead(Seat, plan.unclear)).toContain("price");
    }
  });

  test("the change waits while nothing is known of its row", () => {
    const plan = planOf(seen({ 1: {} }), [[1, sell]]);
    expect(shown(plan.unclear)).toEqual([[1]]);
    expect(columnsToRead(Seat, plan.unclear)).toContain("price");
  });

  test("the change names only the static columns", () => {
    const plan = planOf(seen({ 1: free }), [[1, sell]]);
    expect(plan.written.map(({ plan: { change } }) => change)).toEqual([["sold"]]);
  });

  test.each([null, new Unreadable(Buffer.of(1))])(
    "the change is written even if another program has left %o in a column of the row",
    (price) => {
      const plan = planOf(seen({ 1: { price, holder: "Ada" } }), [[1, sell]]);
      expect(shown(plan.written)).toEqual([[1, changed()]]);
      expect(sent(plan)[0]?.[0]).toMatch(/^UPDATE seat SET holder = \? .* IF holder = \?/);
    },
  );
});

describe("a row that was read before its callers arrived", () => {
  const old = (rows: Parameters<typeof seen>[0], ...changes: readonly object[]) => {
    const callers = changes.map((change) => callerOf(Seat, 1, request(change), 2).caller);
    const known = seen(rows);
    return planRound({ table: Seat, partition: { show }, known, callers, hasCell: true });
  };

  test("the columns that its changes read are read again", () => {
    const plan = old({ 1: { ...free, holder: "Ada" } }, take("Bob"));
    expect(shown(plan.unclear)).toEqual([[1, refused("TAKEN")]]);
    expect(columnsToRead(Seat, plan.unclear)).toContain("holder");
    const closed = old({ 1: free }, (row: Row) => row.get("sold") < 1 && row.refuse("EARLY"));
    expect(columnsToRead(Seat, closed.unclear)).toContain("sold");
  });

  test("all columns are read again for a creation of a row that may exist", () => {
    const row = { show, number: 1, ...free, sold: 0, places: null };
    const { caller } = callerOf(Seat, 1, { kind: "create", row }, 2);
    const known = seen({ 1: { ...free, holder: "Ada" } });
    const options = { table: Seat, partition: { show }, known, hasCell: true };
    const plan = planRound({ ...options, callers: [caller] });
    expect(shown(plan.unclear)).toMatchObject([[1, { outcome: "exists" }]]);
    expect(new Set(columnsToRead(Seat, plan.unclear))).toEqual(
      new Set(["price", "holder", "sold", "places"]),
    );
  });

  test("a row that exists answers a creation if its table has no static columns", () => {
    const columns = { show: text(), number: int(), price: int() };
    const Place = table("place", columns, { ...key, lanes: true });
    const known = createKnownRows(Place);
    known.observe([rowText(Place, { number: 1 })], [{ number: 1, price: 9 }], { asOf: 1 });
    const row = { show, number: 1, price: 9 };
    const { caller } = callerOf(Place, 1, { kind: "create", row });
    const options = { table: Place, partition: { show }, known, callers: [caller], hasCell: true };
    const plan = planRound(options);
    expect(plan.answered.map(({ plan: { answers } }) => answers)).toEqual([
      [{ outcome: "exists", row }],
    ]);
    expect(plan.unclear).toEqual([]);
  });

  test("only the needed columns are read, and all of them for a caller who has waited before", () => {
    const plan = planOf(createKnownRows(Seat), [[1, take("Bob")]]);
    expect(columnsToRead(Seat, plan.unclear)).toEqual(["holder"]);
    plan.unclear[0]!.callers[0]!.rounds += 1;
    expect(new Set(columnsToRead(Seat, plan.unclear))).toEqual(
      new Set(["price", "holder", "sold", "places"]),
    );
  });
});
