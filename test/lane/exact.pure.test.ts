import { expect, test } from "vitest";
import { asc, int, isThere, type StoredRow, table, text } from "../../src/cassandra/index.ts";
import type { Caller } from "../../src/lane/caller.ts";
import type { Draft } from "../../src/lane/index.ts";
import { identified } from "../../src/lane/journal.ts";
import { createKnownRows, rowText } from "../../src/lane/known.ts";
import { columnsToRead, type PlannedRow, planRound, type RoundPlan } from "../../src/lane/plan.ts";
import type { Request } from "../../src/lane/request.ts";
import { idOf, onceOf } from "./account.ts";

// Random requests about the seats of a show, while another program changes them. Rounds are planned against what is
// known, and their statements run on rows in memory, as Cassandra runs a batch. The answers are compared with those of the
// same requests one after the other.

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
  { partition: ["show"], clustering: [asc("number")], lwt: true, lanes: { remembers: 60 } },
);
type Row = Draft<typeof Seat>;
type Values = Record<string, unknown>;

const show = "Faust";
/** How many rounds get new requests. */
const TURNS = 30;

/** A show: its static columns, its rows, and the answers by id in each row. */
interface Show {
  readonly statics: Values;
  readonly rows: Map<number, Values>;
  readonly done: Map<number, Map<string, unknown>>;
}

const copyOf = ({ statics, rows, done }: Show): Show => ({
  statics: { ...statics },
  rows: new Map([...rows].map(([number, row]) => [number, { ...row }])),
  done: new Map([...done].map(([number, ids]) => [number, new Map(ids)])),
});

/** A request about a row, and its answer when it is applied alone. */
interface Step {
  readonly number: number;
  readonly request: Request<typeof Seat>;
  readonly alone: (place: Show) => object;
}

/** A change function, for a draft or for a stored row with its static columns. */
type Judge = (row: Pick<Row, "get" | "set" | "refuse" | "assume">) => unknown;

const judges = (holder: string, limit: number): readonly Judge[] => [
  (row) => {
    if (row.get("holder") !== null) return row.refuse("TAKEN");
    const sold = row.get("sold") + 1;
    if (sold > (row.get("places") ?? 2)) return row.refuse("SOLD_OUT");
    row.set({ holder, sold });
    return sold;
  },
  (row) => {
    const sold = row.get("sold");
    row.set({ sold: sold - 1, price: limit });
    if (row.get("holder") === null) return row.refuse("FREE");
    row.set({ holder: null });
    return sold - 1;
  },
  (row) => {
    row.assume("sold", limit);
    if (row.get("sold") !== limit) return row.refuse(["STALE", row.get("sold")]);
    row.set({ price: limit });
    return limit;
  },
  (row) => {
    row.set({ holder });
    return 0;
  },
  (row) => {
    row.set({ places: limit });
    return limit;
  },
  (row) => {
    row.set({ sold: 0 });
    if (row.get("price") > limit) throw new Error(`more than ${limit}`);
    return row.get("places") ?? -1;
  },
  (row) => {
    row.assume("holder", holder);
    return row.get("holder") === holder ? row.get("price") : row.refuse("NOT_YOURS");
  },
];

function change(number: number, judge: Judge, id: string | undefined): Step {
  const once = id === undefined ? undefined : identified(Seat, onceOf(id, "same"));
  return {
    number,
    request: { kind: "change", change: judge as never, once },
    alone({ statics, rows, done }) {
      const row = rows.get(number);
      if (!row) return { outcome: "missing" };
      const ids = done.get(number)!;
      if (id !== undefined && ids.has(id)) return { outcome: "changed", answer: ids.get(id) };
      const drafts: readonly [Values, Values] = [{ ...statics }, { ...row }];
      const cellsOf = (name: string) => drafts[Object.hasOwn(statics, name) ? 0 : 1];
      let reason: { readonly reason: unknown } | undefined;
      try {
        const answer = judge({
          get: (name) => (cellsOf(name)[name] ?? (name === "sold" ? 0 : null)) as never,
          set: (values) => {
            for (const [name, value] of Object.entries(values)) cellsOf(name)[name] = value;
          },
          assume() {},
          refuse: (why) => (reason = { reason: why }) as never,
        });
        if (reason) return { outcome: "refused", ...reason };
        if (id !== undefined) ids.set(id, answer);
        Object.assign(statics, drafts[0]);
        Object.assign(row, drafts[1]);
        return { outcome: "changed", answer };
      } catch (error) {
        return error as Error;
      }
    },
  };
}

function create(number: number, price: number): Step {
  const row = { show, number, price, holder: null };
  return {
    number,
    request: { kind: "create", row },
    alone({ statics, rows, done }) {
      const found = rows.get(number);
      const { sold, places } = statics;
      if (found) {
        const { price: its, holder } = found;
        return {
          outcome: "exists",
          row: { show, number, price: its, holder, sold: sold ?? 0, places },
        };
      }
      rows.set(number, { price, holder: null });
      done.set(number, new Map());
      return { outcome: "created", row };
    },
  };
}

function remove(number: number): Step {
  return {
    number,
    request: { kind: "remove" },
    alone: ({ rows }) => ({ outcome: rows.delete(number) ? "deleted" : "missing" }),
  };
}

/** Parses a statement. */
function parse({ cql, params }: { readonly cql: string; readonly params: readonly unknown[] }) {
  const values = [...params];
  const inserted = /^INSERT INTO seat \((.*)\) VALUES .* IF NOT EXISTS$/
    .exec(cql)?.[1]
    ?.split(", ");
  if (inserted) {
    const row = Object.fromEntries(inserted.map((name) => [name, values.shift()]));
    return { kind: "insert", number: row["number"] as number, set: row, conditions: [] } as const;
  }
  const [, assigned = "", where, condition] =
    /^(?:DELETE FROM seat|UPDATE seat SET (.*)) WHERE (.*) IF (.*)$/.exec(cql)!;
  const set = Object.fromEntries(
    assigned.split(", ").flatMap((each) => (each ? [[each.split(" ")[0]!, values.shift()]] : [])),
  );
  expect(values.shift()).toBe(show);
  const number = where!.includes("number") ? (values.shift() as number) : undefined;
  const conditions = condition!.split(" AND ").map((each) => {
    const [name, sign, value] = each.split(" ");
    return { name: name!, sign, value: value === "?" ? values.shift() : null };
  });
  expect(values).toEqual([]);
  return { kind: assigned ? "update" : "delete", number, set, conditions } as const;
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array)
    return Buffer.compare(one, other) === 0;
  return (one ?? null) === (other ?? null);
}

/** Runs the statements of a round as one batch. If it is refused, returns the names of the columns of its conditions. */
function runBatch(
  { statics, rows, done }: Show,
  { written, statics: planned }: RoundPlan<typeof Seat>,
): readonly string[] | undefined {
  const writes = [
    ...written.map(({ plan }) => plan.write!),
    ...(planned.write ? [planned.write] : []),
  ];
  const statements = writes.map(parse);
  const { if: values = {}, isNull = [] } = planned.condition ?? {};
  let holds =
    Object.keys(values).every((name) => isSame(statics[name], values[name])) &&
    isNull.every((name) => isSame(statics[name], null));
  for (const { kind, number, conditions } of statements) {
    const row = number === undefined ? statics : rows.get(number);
    if (kind === "insert") holds &&= row === undefined;
    for (const { name, sign, value } of conditions) {
      if (name === "EXISTS") holds &&= row !== undefined;
      else if (sign === "=") holds &&= isSame(row?.[name], value);
      else holds &&= !isSame(row?.[name], null);
    }
  }
  if (!holds) {
    const names = statements.flatMap(({ conditions }) => conditions.map(({ name }) => name));
    return [...new Set([...names, ...Object.keys(values), ...isNull])];
  }
  for (const { kind, number, set } of statements) {
    if (kind === "delete") rows.delete(number!);
    else if (number === undefined) Object.assign(statics, set);
    // An update of a row that does not exist creates it.
    else rows.set(number, { holder: null, ...rows.get(number), ...set });
    if (kind === "insert") done.set(number!, new Map());
  }
  return undefined;
}

/** Returns the same numbers for the same seed. */
function randomOf(seed: number) {
  return (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

/** Submits the requests of a seed, and answers all of them by rounds. Returns the number of answers by outcome. */
function play(seed: number): Map<string, number> {
  const random = randomOf(seed);
  const place: Show = {
    statics: { sold: random(2) === 0 ? null : 0, places: random(2) === 0 ? null : random(4) },
    rows: new Map(),
    done: new Map(),
  };
  for (let number = 0; number < 4; number++) {
    place.rows.set(number, { price: random(3), holder: random(2) === 0 ? null : "Ada" });
    place.done.set(number, new Map());
  }
  const known = createKnownRows(Seat);
  /** The state of the show when a row was last read. */
  const readings = new Map<number, { readonly asOf: number; readonly place: Show }>();
  const outcomes = new Map<string, number>();
  const waiting: { readonly step: Step; readonly caller: Caller<typeof Seat> }[] = [];
  let [clock, ids] = [0, 0];

  function submit(step: Step) {
    const { number, request } = step;
    const others = { rounds: 0, isSent: false, answer() {} };
    const row = rowText(Seat, { number });
    waiting.push({ step, caller: { request, key: { number }, row, arrival: ++clock, ...others } });
  }

  function submitRandom() {
    const number = random(5);
    if (random(8) === 0) return submit(create(number, random(3)));
    if (random(12) === 0) return submit(remove(number));
    const some = judges("Ada Bob".split(" ")[random(2)]!, random(4));
    const id = random(3) === 0 ? idOf(ids++) : undefined;
    const step = change(number, some[random(some.length)]!, id);
    submit(step);
    if (random(4) === 0) submit(step);
  }

  /** Changes something, as another program would. */
  function interfere() {
    const [number, value] = [random(5), random(4)];
    const row = place.rows.get(number);
    const acts = [
      () => (place.statics["sold"] = value),
      () => (place.statics["places"] = value === 0 ? null : value),
      () => row && (row["holder"] = value === 0 ? null : "Eve"),
      () => row && (row["price"] = value),
      () => place.rows.delete(number),
    ];
    acts[random(acts.length)]!();
  }

  /** Reads rows as a lane does. */
  function look(rows: readonly PlannedRow<typeof Seat>[]) {
    const names = columnsToRead(Seat, rows);
    observe(
      rows.map(({ callers }) => callers[0]!.key.number),
      names,
    );
    for (const { callers } of rows) for (const caller of callers) caller.rounds += 1;
  }

  function observe(numbers: readonly number[], names: readonly string[]) {
    const found = numbers
      .filter((number) => place.rows.has(number))
      .map((number) => {
        const all: Values = { ...place.rows.get(number), ...place.statics };
        return {
          number,
          ...Object.fromEntries(names.map((name) => [name, all[name] ?? null])),
        } as StoredRow<typeof Seat>;
      });
    expect(found.every((row) => isThere(Seat, row))).toBe(true);
    const rows = numbers.map((number) => rowText(Seat, { number }));
    known.observe(rows, found, { asOf: clock });
    const asOf = clock;
    for (const number of numbers) readings.set(number, { asOf, place: copyOf(place) });
  }

  /** Compares the answers to callers with those of their requests one after the other. */
  function answer(rows: readonly PlannedRow<typeof Seat>[], model: Show) {
    for (const { callers, plan } of rows) {
      for (const [at, given] of plan.answers.entries()) {
        const found = waiting.findIndex(({ caller }) => caller === callers[at]);
        const [{ step }] = waiting.splice(found, 1) as [(typeof waiting)[number]];
        expect(given, `seed ${seed}`).toEqual(step.alone(model));
        const { outcome } = given as { readonly outcome?: string };
        outcomes.set(outcome ?? "failed", (outcomes.get(outcome ?? "failed") ?? 0) + 1);
      }
    }
  }

  const visible = ({ statics, rows }: Show) => ({
    statics,
    rows: new Map(
      [...rows]
        .toSorted(([one], [other]) => one - other)
        .map(([number, { price, holder }]) => [number, { price, holder }]),
    ),
  });

  const plan = () =>
    planRound({
      table: Seat,
      partition: { show },
      known,
      callers: waiting.map(({ caller }) => caller),
      hasCell: true,
    });

  for (let turn = 0; turn < TURNS || waiting.length > 0; turn++) {
    expect(turn, `seed ${seed}`).toBeLessThan(200);
    if (turn < TURNS) for (let more = random(5); more > 0; more--) submitRandom();
    if (turn < TURNS && random(4) === 0) interfere();
    let round = plan();
    // Otherwise a lane would plan again for ever.
    const next = [...round.unclear, ...round.answered, ...round.written];
    if (waiting.length > 0) expect(next, `seed ${seed}`).not.toEqual([]);
    if (round.unclear.length > 0) {
      look(round.unclear);
      round = plan();
    }
    for (const row of round.answered) {
      const [first] = row.callers;
      const { asOf, place: read } = readings.get(first!.key.number)!;
      const model = copyOf(read);
      for (const caller of row.callers) expect(caller.arrival).toBeLessThanOrEqual(asOf);
      answer([row], model);
      // An answer without a write changes nothing.
      expect(visible(model), `seed ${seed}`).toEqual(visible(read));
    }
    if (round.written.length === 0) continue;
    if (turn < TURNS && random(4) === 0) interfere();
    const model = copyOf(place);
    const refusedBy = runBatch(place, round);
    const numbers = round.written.map(({ callers }) => callers[0]!.key.number);
    if (refusedBy) {
      observe(
        numbers,
        refusedBy.filter((name) => name !== "EXISTS"),
      );
      continue;
    }
    answer(round.written, model);
    expect(visible(place), `seed ${seed}`).toEqual(visible(model));
    for (const [number, done] of model.done) place.done.set(number, done);
    known.expectStatics(round.statics.after);
    for (const {
      row,
      plan: { after },
    } of round.written)
      known.expect(row, after);
  }
  return outcomes;
}

test("rounds have the same results as their requests one after the other, whatever another program does meanwhile", () => {
  const all = new Map<string, number>();
  for (let seed = 0; seed < 300; seed++) {
    for (const [outcome, count] of play(seed)) all.set(outcome, (all.get(outcome) ?? 0) + count);
  }
  const each = ["changed", "created", "deleted", "exists", "failed", "missing", "refused"];
  expect([...all.keys()].toSorted()).toEqual(each);
}, 60_000);
