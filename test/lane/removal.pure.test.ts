import { expect, test } from "vitest";
import { asc, int, set, table, text, uuid } from "../../src/cassandra/index.ts";
import { createDraftValues } from "../../src/lane/draft.ts";
import type { Draft, RemovalCheck } from "../../src/lane/index.ts";
import { planRow } from "../../src/lane/request.ts";

// A row that is removed only if a check of its values does not refuse it.

const Seat = table(
  "seat",
  {
    show: text(),
    number: int(),
    price: int().default(0),
    holder: text(),
    tags: set(text()),
    sold: int().static(),
  },
  { partition: ["show"], clustering: [asc("number")], lwt: true, lanes: true },
);
/** Each row is a partition. */
const Theatre = table(
  "theatre",
  { id: uuid(), name: text().required(), free: int() },
  { partition: ["id"], lwt: true, lanes: true },
);
type Row = Pick<Draft<typeof Seat>, "get" | "refuse">;

const seen = { price: 9, holder: null, tags: null };

interface Seen {
  readonly row?: object | null | undefined;
  readonly statics?: object;
}

function plan(
  check: RemovalCheck<typeof Seat, unknown>,
  { row = seen, statics = { sold: 1 } }: Seen = {},
) {
  const place = { table: Seat, partition: { show: "Faust" }, row: { number: 7 }, now: 0 };
  const request = { kind: "remove", check: check as never } as const;
  const values = createDraftValues(statics as never);
  return planRow({ ...place, seen: row as never, statics: values }, [request]);
}

const isFree = (row: Row) => (row.get("holder") === null ? undefined : row.refuse("TAKEN"));

test("a row is removed on the condition that the columns that its check has read are unchanged", () => {
  const isCheap = (row: Row) => (row.get("price") < 10 ? undefined : row.refuse("DEAR"));
  const { answers, write, after, change, needs } = plan(isCheap);
  expect({ answers, after, change, needs }).toEqual({
    answers: [{ outcome: "deleted" }],
    after: null,
    change: "deleted",
    needs: ["price"],
  });
  expect(write).toMatchObject({
    cql: "DELETE FROM seat WHERE show = ? AND number = ? IF price = ?",
    params: ["Faust", 7, 9],
  });
});

test("a check that has read only nulls adds a value: nulls are also true of a missing row", () => {
  const { write } = plan(isFree);
  expect(write!.cql).toBe(
    "DELETE FROM seat WHERE show = ? AND number = ? IF price = ? AND holder = null",
  );
  const unknown = plan(isFree, { row: { holder: null } });
  expect(unknown).toMatchObject({ answers: [], needs: ["holder", "price", "holder", "tags"] });
  expect(unknown.write).toBeUndefined();
});

test("a row of nulls only cannot be told from a missing one, so the removal fails", () => {
  const { answers, write } = plan(isFree, { row: { price: null, holder: null, tags: null } });
  expect(write).toBeUndefined();
  expect(answers).toMatchObject([{ code: "UNREADABLE_VALUE" }]);
});

test("a check that reads nothing, or only static columns, requires the row", () => {
  const cql = "DELETE FROM seat WHERE show = ? AND number = ? IF EXISTS";
  expect(plan(() => undefined).write!.cql).toBe(cql);
  const isOpen = (row: Row) => (row.get("sold") === 1 ? undefined : row.refuse("CLOSED"));
  const planned = plan(isOpen);
  expect(planned.write!.cql).toBe(cql);
  expect(planned.usesStatics).toBe(true);
});

test("a refusal writes nothing, and needs what the check has read", () => {
  const refused = plan((row) => {
    const holder = row.get("holder");
    return row.refuse({ holder, price: row.get("price") });
  });
  expect(refused).toMatchObject({
    answers: [{ outcome: "refused", reason: { holder: null, price: 9 } }],
    after: seen,
    change: [],
    needs: ["holder", "price"],
  });
  expect(refused.write).toBeUndefined();
});

test("a check that needs an unknown column waits until it has been read", () => {
  const waiting = plan(isFree, { row: { price: 9 } });
  expect(waiting).toMatchObject({ answers: [], needs: ["holder"] });
  expect(waiting.write).toBeUndefined();
});

test("a refusal by a static column that another row of the round sets must wait", () => {
  const statics = createDraftValues({ sold: 1 });
  statics.next["sold"] = 2;
  const check = (row: Row) => (row.get("sold") === 2 ? row.refuse("SOLD") : undefined);
  const place = { table: Seat, partition: { show: "Faust" }, row: { number: 7 }, now: 0 };
  const planned = planRow({ ...place, seen: seen as never, statics }, [
    { kind: "remove", check: check as never },
  ]);
  expect(planned).toMatchObject({ answers: [], waitsForOthers: true });
});

test("a missing row is not checked", () => {
  const check = () => expect.unreachable();
  expect(plan(check, { row: null }).answers).toEqual([{ outcome: "missing" }]);
});

test("an error of the check is the answer", () => {
  const error = new Error("No.");
  const { answers, write } = plan(() => {
    throw error;
  });
  expect(answers).toEqual([error]);
  expect(write).toBeUndefined();
});

test("a row that is a whole partition is emptied on the condition", () => {
  const id = "6f1c2f5e-7c0e-4c55-9a58-0c3a2c1d7a11";
  const place = { table: Theatre, partition: { id }, row: {}, now: 0 };
  const check = (row: Pick<Draft<typeof Theatre>, "get" | "refuse">) =>
    row.get("free") === 3 ? undefined : row.refuse("BUSY");
  const { write } = planRow(
    { ...place, seen: { name: "Globe", free: 3 }, statics: createDraftValues(undefined) },
    [{ kind: "remove", check: check as never }],
  );
  expect(write).toMatchObject({
    cql: "UPDATE theatre SET name = null, free = null WHERE id = ? IF free = ? AND name != null",
    params: [id, 3],
  });
});
