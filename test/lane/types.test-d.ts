import { expectTypeOf, test } from "vitest";
import { asc, int, table, text } from "../../src/cassandra/index.ts";
import type { Draft, Lanes } from "../../src/lane/index.ts";

const key = { partition: ["show"], clustering: [asc("number")], lwt: true } as const;
const columns = {
  show: text(),
  number: int(),
  price: int().required(),
  holder: text(),
  sold: int().default(0).static(),
};
const Seat = table("seat", columns, { ...key, lanes: { remembers: 60 } });
const Forgetful = table("forgetful", columns, { ...key, lanes: true });
const Bare = table("bare", columns, key);
const row = { show: "Faust", number: 7 };
declare const lanes: Lanes;

test("a change returns its answer, or the reason for its refusal", async () => {
  const take = (seat: Draft<typeof Seat>) => {
    if (seat.get("holder") !== null) return seat.refuse("TAKEN");
    seat.set({ holder: "Ada", sold: seat.get("sold") + 1 });
    return seat.get("price");
  };
  const changed = await lanes.change(Seat, row, take);
  if (changed.outcome === "changed") expectTypeOf(changed.answer).toEqualTypeOf<number>();
  if (changed.outcome === "refused") expectTypeOf(changed.reason).toEqualTypeOf<"TAKEN">();
  expectTypeOf(changed.outcome).toEqualTypeOf<"changed" | "refused" | "missing">();
});

test("a removal returns the reason for which its check refused it", async () => {
  const removed = await lanes.remove(Seat, row, {
    check: (seat) => (seat.get("holder") === null ? undefined : seat.refuse("TAKEN")),
  });
  if (removed.outcome === "refused") expectTypeOf(removed.reason).toEqualTypeOf<"TAKEN">();
  const { outcome } = await lanes.remove(Seat, row);
  expectTypeOf(outcome).toEqualTypeOf<"deleted" | "missing" | "refused">();
});

test("calls that would fail do not compile", () => {
  const once = { id: "", args: "", answer: int() };
  void (() => [
    // @ts-expect-error -- a table without lanes
    lanes.remove(Bare, row),
    // @ts-expect-error -- a key that lacks a column
    lanes.remove(Seat, { show: "Faust" }),
    // @ts-expect-error -- a check only reads
    lanes.remove(Seat, row, { check: (seat) => seat.set({ price: 1 }) }),
    // @ts-expect-error -- a check cannot be async
    lanes.remove(Seat, row, { check: async (seat) => seat.refuse("TAKEN") }),
    // @ts-expect-error -- a static column does not belong to the row
    lanes.create(Seat, { ...row, price: 9, sold: 0 }),
    // @ts-expect-error -- a required column is missing
    lanes.create(Seat, row),
    // @ts-expect-error -- a change cannot be async
    lanes.change(Seat, row, async (seat) => seat.get("price")),
    // @ts-expect-error -- a column of the key
    lanes.change(Seat, row, (seat) => seat.set({ number: 8 })),
    // @ts-expect-error -- a required column
    lanes.change(Seat, row, (seat) => seat.set({ price: null })),
    // @ts-expect-error -- the answer has another type than the remembered one
    lanes.change(Seat, row, () => "done", { once }),
    // @ts-expect-error -- the table remembers no changes
    lanes.change(Forgetful, row, () => 1, { once }),
  ]);
  expectTypeOf(() => lanes.change(Seat, row, () => 1, { once })).toBeFunction();
});
