import { test } from "vitest";
import { int, table, type Table, text } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { EventByUser, PageHit, Reading, Seat, SeatBySince, SeatByZone, User } from "./models.ts";

// What compiles without a cast, and what does not compile, with the reasons.

/** A table of plain writes without a clustering key. */
const Setting = table("settings", { name: text(), value: int() }, { partition: ["name"] });

const builder = createBuilder();
const Show = builder.objectRef<{ readonly name: string; readonly rank: bigint }>("Show");

test("fields of an object can take key columns from it, and have arguments for the rest", () => {
  builder.objectFields(Show, (t) => ({
    seats: t.partition(Seat, { from: { show: (show) => show.name }, order: true, range: true }),
    seat: t.row(Seat, {
      from: { show: (show, { session }) => (session.isAstra ? "" : show.name) },
      args: { shown: t.arg.boolean({ required: true }) },
      deprecationReason: "Read seats.",
      extensions: { cost: 1 },
      resolve: async (next, show, { row, number, shown }, { session }) => {
        const found = shown && row + number > 0 && show.rank > 0n ? await next() : null;
        return session.isAstra || found?.price === 0 ? null : found;
      },
    }),
    take: t.add(Seat, "price", { from: { show: (show) => show.name } }),
  }));
  builder.objectFields(Show, (t) => ({
    // @ts-expect-error the value of the show is a string.
    wrong: t.row(Seat, { from: { show: (show) => show.rank } }),
    // @ts-expect-error there is no such column in the key.
    stray: t.row(Seat, { from: { shows: (show) => show.name } }),
    // @ts-expect-error the price is not in the key.
    data: t.row(Seat, { from: { price: () => 1 } }),
    // @ts-expect-error the row is not in the partition key.
    part: t.partition(Seat, { from: { row: () => 1 } }),
    gone: t.row(Seat, {
      from: { show: (show) => show.name },
      // @ts-expect-error showName is no longer an argument.
      resolve: (next, _, { showName }) => (showName ? next() : null),
    }),
  }));
});

test("arguments have the names of their fields and the values of their columns", () => {
  builder.queryFields((t) => ({
    seat: t.row(Seat, {
      resolve: (next, _, { showName, row }) => (showName.length > row ? next() : null),
    }),
    seats: t.partition(Seat, {
      resolve: (next, _, { showName, first, after }) =>
        showName.length + first > (after?.length ?? 0) ? next() : next(),
    }),
    renamed: t.row(Seat, {
      // @ts-expect-error the argument has the name showName.
      resolve: (next, _, { show }) => (show ? next() : null),
    }),
    value: t.row(Seat, {
      // @ts-expect-error the row is a number.
      resolve: (next, _, { row }) => (row.length ? next() : null),
    }),
  }));
});

test("the option key of a partition accepts only parts that can be read", () => {
  builder.queryFields((t) => ({
    since: t.partition(SeatBySince, {
      args: { from: t.arg({ type: "DateTime" }) },
      key: (_, { from }) => ({ since: { gte: from ?? new Date() } }),
    }),
    zone: t.partition(SeatByZone),
    row: t.partition(Seat, { key: () => ({ row: 1 }) }),
    both: t.partition(EventByUser, {
      key: (_parent, _args, { session }) => ({
        kind: session.version,
        at: { lt: new Date(), gte: new Date(0) },
      }),
    }),
    // @ts-expect-error the price is not in the key.
    stray: t.partition(Seat, { key: () => ({ price: 1 }) }),
    // @ts-expect-error the row comes before the seat in the key.
    skipped: t.partition(Seat, { key: () => ({ seat: 1 }) }),
    // @ts-expect-error nothing can follow a range.
    behind: t.partition(Seat, { key: () => ({ row: { gt: 1 }, seat: 1 }) }),
    // @ts-expect-error the row is a number.
    value: t.partition(Seat, { key: () => ({ row: "1" }) }),
  }));
});

test("an object accepts options for its columns only", () => {
  builder.tableObject("Seat", Seat, {
    plural: "Seats",
    names: { price: "Price" },
    columns: { pin: false, price: { deprecationReason: "Free.", description: "The price." } },
    fields: (t) => ({ half: t.float({ resolve: ({ price }) => price / 2 }) }),
  });
  // @ts-expect-error there is no such column.
  builder.tableObject("Unknown", Seat, { columns: { prices: false } });
  // @ts-expect-error the row is in the key, but never changes.
  builder.tableObject("Key", Seat, { names: { row: "Row" } });
  builder.tableObject("Absent", Seat, {
    // @ts-expect-error rows have no such column.
    fields: (t) => ({ half: t.float({ resolve: ({ prices }) => prices / 2 }) }),
  });
});

test("mutations accept values from the context, and custom arguments", () => {
  builder.mutationFields((t) => ({
    create: t.create(Seat, {
      from: { holder: (_, { session }) => session.version, pin: () => "1" },
      args: { reason: t.arg.string() },
      resolve: (next, _, { input, reason }) =>
        input.showName === reason && input.price === 1 ? next() : next(),
    }),
    update: t.update(Seat, ["holder", "since"], {
      resolve: (next, _, { showName, input }) => (showName && input.since ? next() : next()),
    }),
    updateIf: t.update(Seat, ["price"], {
      if: ["price", "holder", "sold"],
      resolve: (next, _, { input, if: expected }) =>
        (input.price as { add?: number } | undefined)?.add === 1 && expected?.["price"]
          ? next()
          : next(),
    }),
    remove: t.remove(Seat, { description: "Takes it away.", if: ["holder"] }),
    removePlainly: t.remove(Reading),
    put: t.put(Reading, { from: { quality: () => 1 }, ttl: true }),
    putRows: t.putRows(Reading, {
      from: { device: (_, { session }) => session.version, quality: () => 1 },
      resolve: (next, _, { day, rows }) =>
        day && rows.every(({ at, row }) => at && row.value) ? next() : next(),
    }),
    removeRange: t.removeRange(Reading, {
      from: { device: (_, { session }) => session.version },
      resolve: (next, _, { day }) => (day ? next() : next()),
    }),
    count: t.add(PageHit),
    add: t.add(Seat, "price", {
      resolve: (next, _, { delta, operationId }) => (delta > 0 && operationId ? next() : next()),
    }),
    change: t.change(User, "balance", {
      resolve: (next, _, { expected, delta }) => (expected + delta > 0n ? next() : next()),
    }),
    changeOnce: t.change(User, "balance", {
      // @ts-expect-error the table remembers no operations.
      resolve: (next, _, { operationId }) => (operationId ? next() : next()),
    }),
    // @ts-expect-error the created column is not nullable.
    wrong: t.create(Seat, { from: { price: () => null } }),
    left: t.create(Seat, {
      from: { pin: () => "1" },
      // @ts-expect-error the pin is no longer in the input.
      resolve: (next, _, { input }) => (input.pin ? next() : next()),
    }),
  }));
});

test("a change is a function of the row, the arguments and the given values", () => {
  builder.mutationFields((t) => ({
    take: t.change(Seat, {
      args: { most: t.arg.int({ required: true }) },
      given: (_, { session }) => ({ holder: session.version }),
      change: (row, { most, holder, row: number }) => {
        if (row.get("holder") !== null) return row.refuse("TAKEN");
        if (row.get("price") > most * number) return row.refuse("TOO_DEAR");
        return row.set({ holder, sold: row.get("sold") + 1 });
      },
      refusals: { TAKEN: "Somebody has this seat.", TOO_DEAR: "It costs more." },
    }),
    double: t.change(Seat, "price", {
      change: (row) => row.set({ price: row.get("price") * 2 }),
      refusals: {},
    }),
    // @ts-expect-error the message of the refusal is missing.
    silent: t.change(Seat, { change: (row) => row.refuse("TAKEN"), refusals: {} }),
    // @ts-expect-error a reason is a string.
    coded: t.change(Seat, { change: (row) => row.refuse(1), refusals: {} }),
    // @ts-expect-error it cannot be async.
    later: t.change(Seat, { change: async (row) => row.set({ price: 1 }), refusals: {} }),
    ordered: t.change(Seat, {
      // @ts-expect-error an order sorts by it.
      change: (row) => row.set({ since: new Date() }),
      refusals: {},
    }),
    unknown: t.change(Seat, {
      // @ts-expect-error there is no such column.
      change: (row) => row.set({ prices: 1 }),
      refusals: {},
    }),
  }));
});

test("t.add accepts only number columns that are not nullable, not in the key and not in an order", () => {
  builder.mutationFields((t) => ({
    // @ts-expect-error an order sorts by it.
    ordered: t.add(Seat, "since"),
    // @ts-expect-error it is a string.
    text: t.add(User, "email"),
    // @ts-expect-error it is in the key.
    key: t.change(Seat, "row"),
    // @ts-expect-error there is no such column.
    unknown: t.change(Seat, "prices"),
    // @ts-expect-error the table has no counters.
    counters: t.add(Reading),
    // @ts-expect-error only t.add changes counters.
    expected: t.change(PageHit, "views"),
    // @ts-expect-error the table has no lanes.
    plain: t.change(Reading, "value"),
    // @ts-expect-error it is a string.
    changedText: t.change(User, "email"),
  }));
});

test("an operation that a table does not support does not compile", () => {
  builder.mutationFields((t) => ({
    // @ts-expect-error it takes plain writes.
    create: t.create(Reading),
    // @ts-expect-error it takes plain writes.
    update: t.update(Reading, ["value"]),
    // @ts-expect-error it may have no lanes.
    createAny: t.create(Seat as Table),
    // @ts-expect-error it takes lightweight transactions.
    put: t.put(Seat),
    // @ts-expect-error it may take lightweight transactions.
    putAny: t.put(Seat as Table),
    // @ts-expect-error its columns are counters.
    counters: t.put(PageHit),
    // @ts-expect-error its columns are counters.
    countedRows: t.putRows(PageHit),
    // @ts-expect-error its columns are counters.
    countedRange: t.removeRange(PageHit),
    // @ts-expect-error it takes lightweight transactions.
    putRows: t.putRows(Seat),
    // @ts-expect-error it takes lightweight transactions.
    removeRange: t.removeRange(Seat),
    // @ts-expect-error it has no clustering key.
    removeAll: t.removeRange(Setting),
    // @ts-expect-error each row has its own.
    fromKey: t.putRows(Reading, { from: { at: () => new Date() } }),
    // @ts-expect-error the row is in the key.
    key: t.update(Seat, ["row"]),
    // @ts-expect-error there is no such column.
    unknown: t.update(Seat, ["prices"]),
    // @ts-expect-error there is no such column.
    unknownIf: t.update(Seat, ["price"], { if: ["prices"] }),
    // @ts-expect-error the row is in the key.
    keyIf: t.remove(Seat, { if: ["row"] }),
    // @ts-expect-error it takes plain writes.
    plainIf: t.remove(Reading, { if: ["value"] }),
  }));
});

test("queries and subscriptions cannot write, and only subscriptions can watch", () => {
  // @ts-expect-error it writes.
  builder.queryFields((t) => ({ create: t.create(Seat) }));
  // @ts-expect-error it writes.
  builder.subscriptionFields((t) => ({ remove: t.remove(Seat) }));
  // @ts-expect-error it is a subscription field.
  builder.queryFields((t) => ({ watch: t.watch(Seat, "price") }));
  // @ts-expect-error it is a subscription field.
  builder.objectFields(Show, (t) => ({ follow: t.follow(Seat) }));
});

test("only columns outside the key can be watched", () => {
  builder.subscriptionFields((t) => ({
    price: t.watch(Seat, "price"),
    whole: t.watch(Reading, {
      subscribe: (next, _, { device, since }) => (device && since ? next() : next()),
    }),
    seats: t.follow(Seat, { apart: ["price"] }),
    // @ts-expect-error the row is in the key.
    key: t.watch(Seat, "row"),
    // @ts-expect-error there is no such column.
    unknown: t.watch(Seat, "prices"),
    // @ts-expect-error the row is in the key.
    apart: t.follow(Seat, { apart: ["row"] }),
  }));
});
