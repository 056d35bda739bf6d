import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  insert,
  int,
  map,
  readable,
  table,
  text,
  update,
  uuid,
} from "../../src/cassandra/index.ts";
import {
  createLanes,
  type Lanes,
  type RowPlan,
  type Rule,
  type Seen,
} from "../../src/lane/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { lax } from "../fixtures/lax.ts";

const Desk = table(
  "desk",
  { room: text(), id: lax, seats: int() },
  {
    partition: ["room"],
    clustering: [asc("id")],
    lwt: true,
    hidden: { rounds: map(uuid(), uuid()).static() },
  },
);

interface Request {
  readonly kind: "create" | "add";
  readonly id: number;
}

/** Creates a desk, or adds a seat to one, which has to be looked at first. */
const rule: Rule<typeof Desk, Request, string> = {
  table: Desk,
  rounds: "rounds",
  rowOf: ({ id }) => ({ id }),
  columnsOf: () => ["seats"],
  workOut({ room }, seen: Seen<typeof Desk>, [request]): RowPlan<typeof Desk, string> {
    const { kind, id } = request!;
    if (kind === "create") {
      if (seen) return { after: seen, answers: ["there"] };
      const write = insert(Desk, { room, id, seats: 0 }, { if: "not exists" });
      return { write, creates: true, after: { seats: 0 }, answers: ["created"] };
    }
    if (seen === null) return { after: null, answers: ["missing"] };
    const taken = readable(seen?.seats);
    if (taken == null) return { after: seen, answers: [] };
    const seats = taken + 1;
    const write = update(Desk, { room, id }, { seats }, { if: { seats: taken } });
    return { write, after: { seats }, answers: [String(seats)] };
  },
};

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Desk);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Asks for the same of several desks of one room in one tick; of those that fail it gives the error's code. */
async function ask(lanes: Lanes, room: string, kind: Request["kind"], ids: readonly number[]) {
  const asked = ids.map((id) => lanes.ask(rule, { room }, { kind, id }));
  const results = await Promise.allSettled(asked);
  return results.map((result) =>
    result.status === "fulfilled" ? result.value : result.reason.code,
  );
}

test("a row that is refused in a round fails by itself, not the others of the round", async () => {
  const lanes = createLanes(keyspace.session);
  const room = randomUUID();
  expect(await ask(lanes, room, "create", [1, 70_000, 2, -70_000])).toEqual([
    "created",
    "REFUSED",
    "created",
    "REFUSED",
  ]);
  expect(await ask(lanes, room, "create", [1, 2, 3])).toEqual(["there", "there", "created"]);
});

test("a row that is refused when it is looked at fails by itself, not the others", async () => {
  const room = randomUUID();
  await ask(createLanes(keyspace.session), room, "create", [1, 2]);
  const lanes = createLanes(keyspace.session);
  expect(await ask(lanes, room, "add", [1, 70_000, 2, 3])).toEqual([
    "1",
    "REFUSED",
    "1",
    "missing",
  ]);
  expect(await ask(lanes, room, "add", [1, 70_000, 2])).toEqual(["2", "REFUSED", "2"]);
});

test("a partition that is refused fails all that is asked for in it, and no other", async () => {
  const lanes = createLanes(keyspace.session);
  const room = randomUUID();
  const [refused, created] = await Promise.all([
    ask(lanes, "", "create", [1, 2, 3]),
    ask(lanes, room, "create", [1]),
  ]);
  expect(refused).toEqual(["REFUSED", "REFUSED", "REFUSED"]);
  expect(created).toEqual(["created"]);
});
