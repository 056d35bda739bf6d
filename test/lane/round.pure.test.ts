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
import { columnsOf, planRound, type RoundPlan } from "../../src/lane/plan.ts";
import type { Request } from "../../src/lane/request.ts";
import { changed, idOf, missing, onceOf } from "./account.ts";

const key = { partition: ["show"], clustering: [asc("number")], lwt: true } as const;
const lanes = { remembers: 60 } as const;

/** The seats of a show: how many of them are sold, and how many may be. */
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

/** Takes a seat, if it is free and not too many are sold. */
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

/** A caller who asks for something about a row, and what he was told. */
function callerOf<T extends Table>(table_: T, number: number, asked: Request<T>, came = 1) {
  const told: unknown[] = [];
  const place = { key: { number } as never, row: rowText(table_, { number }) };
  const caller: Caller<T> = {
    request: asked,
    ...place,
    came,
    rounds: 0,
    isSent: false,
    tell: (answer) => void told.push(answer),
  };
  return { caller, told };
}

/** What one statement has found of seats by their numbers, and of the static columns. */
function seen(rows: Readonly<Record<number, StoredSeat | null>>, shared: StoredSeat = statics) {
  const known = createKnownRows(Seat);
  const numbers = Object.keys(rows).map(Number);
  const found = numbers.filter((number) => rows[number] !== null);
  known.observe(
    numbers.map((number) => rowText(Seat, { number })),
    found.map((number) => ({ number, ...rows[number], ...shared })),
    1,
  );
  return known;
}

/** Plans a round of changes of seats, in the order in which they came. */
function planOf(
  known: KnownRows<typeof Seat>,
  asked: readonly (readonly [number: number, change: object])[],
  hasCell = true,
) {
  const callers = asked.map(([number, change]) => {
    const each = "kind" in change ? (change as SeatRequest) : request(change);
    return callerOf(Seat, number, each).caller;
  });
  return planRound({ table: Seat, partition: { show }, known, callers, hasCell });
}

/** The numbers of rows, and what their callers are told. */
const shown = (rows: RoundPlan<typeof Seat>["written"]) =>
  rows.map(({ callers, plan }) => [callers[0]!.key.number, ...plan.answers]);

/** What is sent: the text and the values of each statement. */
const sent = ({ written, shared }: RoundPlan<typeof Seat>) =>
  [...written.map(({ plan }) => plan.write!), ...(shared.write ? [shared.write] : [])].map(
    ({ cql, params }) => [cql, params],
  );

/** What becomes of the static columns. */
const sharedOf = <T extends Table>({ shared: { write, ...others } }: RoundPlan<T>) => ({
  ...others,
  ...(write && { write: write.cql }),
});

describe("rows of one round that set a static column", () => {
  test("have one statement for it, and each is judged by what those before it made of it", () => {
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
    expect(plan.shared.condition).toBeUndefined();
    expect(plan.shared.after).toEqual({ sold: 3, places: 100 });
  });

  test("are judged by the value of a null in its place, on the condition that it is one", () => {
    const plan = planOf(seen({ 1: free }, { sold: null, places: 1 }), [[1, take("Ada")]]);
    expect(sent(plan)[1]).toEqual([
      "UPDATE seat SET sold = ? WHERE show = ? IF places = ? AND sold = null",
      [1, show, 1],
    ]);
  });

  test("can set it to null", () => {
    const plan = planOf(seen({ 1: free }), [[1, (row: Row) => row.set({ places: null })]]);
    expect(sent(plan)[1]).toEqual([
      "UPDATE seat SET places = ? WHERE show = ? IF places = ?",
      [null, show, 100],
    ]);
    expect(plan.shared.after).toEqual({ sold: 0, places: null });
  });

  test("that come to the same have no statement for it, but its condition", () => {
    const free_ = (row: Row) => row.set({ holder: null, sold: row.get("sold") - 1 });
    const plan = planOf(seen({ 1: free, 2: { ...free, holder: "Bob" } }), [
      [1, take("Ada")],
      [2, free_],
    ]);
    expect(sent(plan)).toHaveLength(2);
    expect(sharedOf(plan)).toEqual({
      condition: { if: { sold: 0, places: 100 }, isNull: [] },
      after: statics,
    });
  });

  test("do so only if it is what it was seen to be, also where they have not asked for it", () => {
    const plan = planOf(seen({ 1: free }), [
      [1, (row: Row) => row.set({ holder: "Ada", sold: 7 })],
    ]);
    expect(sent(plan)[1]).toEqual([
      "UPDATE seat SET sold = ? WHERE show = ? IF sold = ?",
      [7, show, 0],
    ]);
  });

  test("wait where it is not known, and then leave no trace", () => {
    const known = seen({ 1: free, 2: free }, {});
    const plan = planOf(known, [
      [1, (row: Row) => row.set({ holder: "Ada", sold: 7 })],
      [2, call("Bob")],
    ]);
    expect(shown(plan.unclear)).toEqual([[1]]);
    expect(columnsOf(Seat, plan.unclear)).toContain("sold");
    expect(shown(plan.written)).toEqual([[2, changed()]]);
    expect(sharedOf(plan)).toEqual({ after: {} });
  });

  test("can assume it, and then hold only if it is so", () => {
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
    expect(plan.shared.after).toEqual({ sold: 2 });
  });

  test("tell of it beside their own columns, each once", () => {
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

describe("static columns by which rows of a round are judged", () => {
  const within = (row: Row) =>
    (row.get("places") ?? 0) > 0 ? row.set({ holder: "Ada" }) : row.refuse("CLOSED");

  test("are a condition beside, where none is set", () => {
    const plan = planOf(seen({ 1: free, 2: free }), [
      [1, within],
      [2, call("Bob")],
    ]);
    expect(sent(plan)).toHaveLength(2);
    expect(sharedOf(plan)).toEqual({
      condition: { if: { places: 100 }, isNull: [] },
      after: statics,
    });
  });

  test("are a condition also where they are null", () => {
    const open = (row: Row) => {
      if (row.get("places") === null) row.set({ holder: "Ada" });
    };
    const plan = planOf(seen({ 1: free }, { sold: 0, places: null }), [[1, open]]);
    expect(plan.shared.condition).toEqual({ if: {}, isNull: ["places"] });
  });

  test("are no condition where only refusals rest on them that write nothing", () => {
    const known = seen({ 1: free, 2: free }, { sold: 0, places: 0 });
    const plan = planOf(known, [
      [1, within],
      [2, call("Bob")],
    ]);
    expect(shown(plan.known)).toEqual([[1, refused("CLOSED")]]);
    expect(shown(plan.written)).toEqual([[2, changed()]]);
    expect(sharedOf(plan)).toEqual({ after: { sold: 0, places: 0 } });
  });

  test("are a condition where a refusal rests on them that goes with a change of its row", () => {
    const known = seen({ 1: free }, { sold: 0, places: 0 });
    const plan = planOf(known, [
      [1, call("Bob")],
      [1, within],
    ]);
    expect(shown(plan.written)).toEqual([[1, changed(), refused("CLOSED")]]);
    expect(plan.shared.condition).toEqual({ if: { places: 0 }, isNull: [] });
  });

  test("that cannot be read are judged as their column says, on the condition that they are as they are", () => {
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

  test("waits for the next round if others of this one have changed it", () => {
    const known = seen({ 1: free, 2: free }, nearlySold);
    const asked = [
      [1, take("Ada")],
      [2, take("Bob")],
    ] as const;
    const plan = planOf(known, asked);
    expect(shown(plan.written)).toEqual([[1, changed(100)]]);
    expect([plan.known, plan.unclear]).toEqual([[], []]);
    const next = planOf(seen({ 2: free }, plan.shared.after), asked.slice(1));
    expect(shown(next.known)).toEqual([[2, refused("SOLD_OUT")]]);
  });

  test("is told at once if those have changed it that came later", () => {
    const known = seen({ 1: free, 2: free }, nearlySold);
    const plan = planOf(known, [
      [2, (row: Row) => (row.get("sold") < 100 ? row.refuse("NOT_YET") : undefined)],
      [1, take("Ada")],
    ]);
    expect(shown(plan.known)).toEqual([[2, refused("NOT_YET")]]);
    expect(shown(plan.written)).toEqual([[1, changed(100)]]);
  });

  test("is told with the round if its row changes, too: the round holds only if it was right", () => {
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

  test("is told only if one statement has read both the row and the column", () => {
    const soldOut = { sold: 100, places: 100 };
    const known = seen({ 1: free }, soldOut);
    expect(shown(planOf(known, [[1, take("Ada")]]).known)).toEqual([[1, refused("SOLD_OUT")]]);
    known.observe([rowText(Seat, { number: 2 })], [{ number: 2, ...free, ...soldOut }], 2);
    const plan = planOf(known, [[1, take("Ada")]]);
    expect(plan.known).toEqual([]);
    expect(shown(plan.unclear)).toEqual([[1, refused("SOLD_OUT")]]);
  });
});

describe("a row leaves no trace in the static columns", () => {
  const many = Array.from({ length: 70 }, (_, number) => number);

  test("beyond the bound of a round in rows", () => {
    const plan = planOf(
      seen(Object.fromEntries(many.map((number) => [number, free]))),
      many.map((number) => [number, take("Ada")]),
    );
    expect(plan.written).toHaveLength(64);
    expect(plan.written.at(-1)?.plan.answers).toEqual([changed(64)]);
    expect(plan.shared.write?.params).toEqual([64, show, 0, 100]);
    expect(plan.shared.after).toEqual({ sold: 64, places: 100 });
  });

  test("beyond the bound of a round in bytes", () => {
    const long = "x".repeat(3000);
    const plan = planOf(
      seen(Object.fromEntries(many.map((number) => [number, free]))),
      many.map((number) => [number, take(long)]),
    );
    const { length } = plan.written;
    expect(length).toBe(5);
    expect(plan.shared.after).toEqual({ sold: length, places: 100 });
  });

  test("if it is not there", () => {
    const plan = planOf(seen({ 1: null, 2: free }), [
      [1, take("Ada")],
      [2, take("Bob")],
    ]);
    expect(shown(plan.known)).toEqual([[1, missing]]);
    expect(shown(plan.written)).toEqual([[2, changed(1)]]);
  });

  test("if nothing is known of it, and the process has no cell yet", () => {
    const add = (row: Row) => {
      row.assume("sold", 0);
      row.set({ holder: "Ada", sold: row.get("sold") + 1 });
    };
    const plan = planOf(createKnownRows(Seat), [[1, add]], false);
    expect(plan.written).toEqual([]);
    expect(shown(plan.unclear)).toEqual([[1, changed()]]);
    expect(columnsOf(Seat, plan.unclear)).toEqual(["sold"]);
    expect(sharedOf(plan)).toEqual({ after: {} });
  });

  test("if its change throws, or has to know more", () => {
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
    expect(shown(plan.known)).toEqual([[1, new Error("no")]]);
    expect(shown(plan.unclear)).toEqual([[2]]);
    expect(shown(plan.written)).toEqual([[3, changed(1)]]);
  });

  test("if its change is refused, or what it has been remembered as", () => {
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
    expect(shown(again.known)).toEqual([
      [1, changed(1)],
      [2, refused("SOLD_OUT")],
    ]);
    expect(shown(again.written)).toEqual([[3, changed(2)]]);
  });

  test("if no statement can be made for it", () => {
    const nothing = { price: null, holder: null };
    const plan = planOf(seen({ 1: nothing, 2: free }), [
      [1, take("Ada")],
      [2, take("Bob")],
    ]);
    expect(shown(plan.written)).toEqual([[2, changed(1)]]);
    expect(plan.shared.after).toEqual({ sold: 1, places: 100 });
  });

  test("if the table has no column of which each row has its own value", () => {
    const columns = { show: text(), number: int(), sold: int().default(0).static() };
    const Mark = table("mark", columns, { ...key, lanes: true });
    const known = createKnownRows(Mark);
    known.observe([rowText(Mark, { number: 1 })], [{ number: 1, sold: 0 }], 1);
    const change = (row: Draft<typeof Mark>) => row.set({ sold: row.get("sold") + 1 });
    const { caller, told } = callerOf(Mark, 1, { kind: "change", change } as never);
    const options = { table: Mark, partition: { show }, known, callers: [caller], hasCell: true };
    const plan = planRound(options);
    expect(told).toMatchObject([
      { message: 'Table "mark" has no column outside the key in its rows.' },
    ]);
    expect(plan.written).toEqual([]);
    expect(sharedOf(plan)).toEqual({ after: { sold: 0 } });
  });
});

describe("a change that sets static columns alone", () => {
  const sell = (row: Row) => row.set({ sold: row.get("sold") + 1 });

  test("has a condition on its row all the same: it is changed only if the row is as it was seen", () => {
    const plan = planOf(seen({ 1: free }), [[1, sell]]);
    expect(sent(plan)).toEqual([
      ["UPDATE seat SET price = ? WHERE show = ? AND number = ? IF price = ?", [9, show, 1, 9]],
      ["UPDATE seat SET sold = ? WHERE show = ? IF sold = ?", [1, show, 0]],
    ]);
  });

  test("has it on what it was judged by", () => {
    const plan = planOf(seen({ 1: { ...free, holder: "Ada" } }), [
      [1, (row: Row) => row.get("holder") === "Ada" && sell(row)],
    ]);
    expect(sent(plan)[0]).toEqual([
      "UPDATE seat SET holder = ? WHERE show = ? AND number = ? IF holder = ?",
      ["Ada", show, 1, "Ada"],
    ]);
  });

  test("is written with what its row is to have, also if that is what was seen: no condition says that it is there still", () => {
    const plan = planOf(seen({ 1: { ...free, holder: "Ada" } }), [
      [1, (row: Row) => row.set({ holder: "Ada", sold: row.get("sold") + 1 })],
    ]);
    expect(sent(plan)[0]).toEqual([
      "UPDATE seat SET holder = ? WHERE show = ? AND number = ? IF EXISTS",
      ["Ada", show, 1],
    ]);
  });

  test("has its row read where another change of it, which sees what it has set, has to know more", () => {
    for (const rows of [{ 1: {} }, { 1: { holder: null } }]) {
      const plan = planOf(seen(rows), [
        [1, (row: Row) => row.set({ places: 7 })],
        [1, (row: Row) => (row.get("places") === 7 ? row.get("price") : 0)],
      ]);
      // A round that neither reads, nor answers, nor writes would be planned again without end.
      expect(shown(plan.unclear)).toEqual([[1]]);
      expect(columnsOf(Seat, plan.unclear)).toContain("price");
    }
  });

  test("waits while nothing is known of its row", () => {
    const plan = planOf(seen({ 1: {} }), [[1, sell]]);
    expect(shown(plan.unclear)).toEqual([[1]]);
    expect(columnsOf(Seat, plan.unclear)).toContain("price");
  });

  test("tells of these alone", () => {
    const plan = planOf(seen({ 1: free }), [[1, sell]]);
    expect(plan.written.map(({ plan: { change } }) => change)).toEqual([["sold"]]);
  });

  test.each([null, new Unreadable(Buffer.of(1))])(
    "is done also where another program has left %o in a column of the row",
    (price) => {
      const plan = planOf(seen({ 1: { price, holder: "Ada" } }), [[1, sell]]);
      expect(shown(plan.written)).toEqual([[1, changed()]]);
      expect(sent(plan)[0]?.[0]).toMatch(/^UPDATE seat SET holder = \? .* IF holder = \?/);
    },
  );
});

describe("a row of which what is known is too old", () => {
  const old = (rows: Parameters<typeof seen>[0], ...changes: readonly object[]) => {
    const callers = changes.map((change) => callerOf(Seat, 1, request(change), 2).caller);
    const known = seen(rows);
    return planRound({ table: Seat, partition: { show }, known, callers, hasCell: true });
  };

  test("is read for all by which its changes were judged", () => {
    const plan = old({ 1: { ...free, holder: "Ada" } }, take("Bob"));
    expect(shown(plan.unclear)).toEqual([[1, refused("TAKEN")]]);
    expect(columnsOf(Seat, plan.unclear)).toContain("holder");
    const closed = old({ 1: free }, (row: Row) => row.get("sold") < 1 && row.refuse("EARLY"));
    expect(columnsOf(Seat, closed.unclear)).toContain("sold");
  });

  test("is read for all of it if it is to be created and may be there", () => {
    const row = { show, number: 1, ...free, sold: 0, places: null };
    const { caller } = callerOf(Seat, 1, { kind: "create", row }, 2);
    const known = seen({ 1: { ...free, holder: "Ada" } });
    const options = { table: Seat, partition: { show }, known, hasCell: true };
    const plan = planRound({ ...options, callers: [caller] });
    expect(shown(plan.unclear)).toMatchObject([[1, { outcome: "exists" }]]);
    expect(new Set(columnsOf(Seat, plan.unclear))).toEqual(
      new Set(["price", "holder", "sold", "places"]),
    );
  });

  test("is not read again if its table has no static columns", () => {
    const columns = { show: text(), number: int(), price: int() };
    const Place = table("place", columns, { ...key, lanes: true });
    const known = createKnownRows(Place);
    known.observe([rowText(Place, { number: 1 })], [{ number: 1, price: 9 }], 1);
    const row = { show, number: 1, price: 9 };
    const { caller } = callerOf(Place, 1, { kind: "create", row });
    const options = { table: Place, partition: { show }, known, callers: [caller], hasCell: true };
    const plan = planRound(options);
    expect(plan.known.map(({ plan: { answers } }) => answers)).toEqual([
      [{ outcome: "exists", row }],
    ]);
    expect(plan.unclear).toEqual([]);
  });

  test("is read for the columns alone that are asked for, and for all by who has waited before", () => {
    const plan = planOf(createKnownRows(Seat), [[1, take("Bob")]]);
    expect(columnsOf(Seat, plan.unclear)).toEqual(["holder"]);
    plan.unclear[0]!.callers[0]!.rounds += 1;
    expect(new Set(columnsOf(Seat, plan.unclear))).toEqual(
      new Set(["price", "holder", "sold", "places"]),
    );
  });
});
