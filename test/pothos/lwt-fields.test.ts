import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asc, int, table, text } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { Seat, SeatBySince, SeatByZone, User } from "./models.ts";
import { openService, type Service } from "./service.ts";

// Fields of tables with lightweight transactions, on a real Cassandra.

/** Columns with the names of other things. */
const Odd = table(
  "odd",
  { message: text().as("a"), expected: text().as("b"), read: int().default(0) },
  { partition: ["message"], clustering: [asc("expected")], lwt: true, lanes: true },
);

const builder = createBuilder();
/** The user of a context. */
const userOf = (context: object) => (context as { readonly user?: string }).user ?? "Ann";

builder.tableObject("Seat", Seat, {
  plural: "Seats",
  names: { price: "Price" },
  columns: { pin: false },
});
builder.tableObject("User", User);
const Show = builder.objectRef<{ readonly name: string }>("Show").implement({
  fields: (t) => ({
    name: t.exposeString("name"),
    seats: t.partition(Seat, { from: { show: ({ name }) => name } }),
    seat: t.row(Seat, { from: { show: ({ name }) => name } }),
  }),
});
builder.queryType({
  fields: (t) => ({
    shows: t.field({
      type: [Show],
      args: { names: t.arg.stringList({ required: true }) },
      resolve: (_, { names }) => names.map((name) => ({ name })),
    }),
    seat: t.row(Seat),
    mine: t.partition(Seat, { from: { show: (_, context) => userOf(context) } }),
    seats: t.partition(Seat, { range: true, order: true }),
    since: t.partition(SeatBySince, {
      args: { from: t.arg({ type: "DateTime" }) },
      key: (_, { from }) => ({ since: { gte: from ?? new Date(0) } }),
      order: true,
    }),
    zone: t.partition(SeatByZone),
    user: t.row(User),
    guarded: t.row(User, {
      args: { word: t.arg.string({ required: true }) },
      resolve: (next, _, { word }) => (word === "please" ? next() : null),
    }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createSeat: t.create(Seat, {
      from: { holder: (_, context) => userOf(context), pin: () => "1234" },
    }),
    updateSeat: t.update(Seat, ["holder", "since", "zone"]),
    deleteSeat: t.remove(Seat),
    changePrice: t.change(Seat, "price"),
    addPrice: t.add(Seat, "price"),
    double: t.change(Seat, "price", {
      args: { most: t.arg.int({ required: true }) },
      change: (row, { most }) => {
        const price = row.get("price") * 2;
        return price > most ? row.refuse("TOO_DEAR") : row.set({ price });
      },
      refusals: { TOO_DEAR: "It would cost too much." },
    }),
    sell: t.change(Seat, {
      args: { price: t.arg.int() },
      given: (_, context) => ({ buyer: userOf(context) }),
      change: (row, { price, buyer }) => {
        const sold = row.get("sold") + 1;
        if (sold > 2) return row.refuse("SOLD_OUT");
        return row.set({ sold, pin: buyer, ...(price !== null && { price }) });
      },
      refusals: { SOLD_OUT: "All seats are sold." },
    }),
    createUser: t.create(User),
    updateUser: t.update(User, ["email", "roles", "address", "labels", "place"]),
    deleteUser: t.remove(User),
    pay: t.change(User, "balance"),
    earn: t.add(User, "balance"),
  }),
});
const schema = builder.toSchema();

let service: Service;
beforeAll(async () => {
  service = await openService(schema, Seat, User);
});
afterAll(() => service[Symbol.asyncDispose]());

let show: string;
beforeEach(() => {
  show = randomUUID();
});

const key = (row = 1, number = 1) => `showName: "${show}", row: ${row}, number: ${number}`;
const SEAT = "showName row number price holder since zone sold";
const ANSWER = `__typename
  ... on SeatCreated { seat { ${SEAT} } }
  ... on Refusal { message }
  ... on InvalidInput { errors { path code message } }`;

/** Runs a mutation and returns its result. */
async function tell(mutation: string, context = {}) {
  const { it } = await service.run(`mutation { it: ${mutation} }`, {}, context);
  return it;
}
const createSeat = (row = 1, number = 1, more = "", context = {}) =>
  tell(`createSeat(input: { ${key(row, number)} ${more} }) { ${ANSWER} }`, context);
const readSeat = async () => (await service.run(`{ seat(${key()}) { ${SEAT} } }`)).seat;

describe("a row", () => {
  test("is created once, with defaults and values from the context", async () => {
    const created = await createSeat(1, 1, "price: 7", { user: "Bob" });
    expect(created).toEqual({
      __typename: "SeatCreated",
      seat: {
        showName: show,
        row: 1,
        number: 1,
        price: 7,
        holder: "Bob",
        since: expect.any(Date),
        zone: null,
        sold: 0,
      },
    });
    expect(await readSeat()).toEqual(created.seat);
    expect(
      await tell(
        `createSeat(input: { ${key()} }) { ... on SeatExists { message seat { price } } }`,
      ),
    ).toEqual({
      message: "A seat with this key already exists.",
      seat: { price: 7 },
    });
  });

  test("is created with the default where the input has null", async () => {
    const { seat } = await createSeat(1, 1, "since: null, zone: null");
    expect(seat).toMatchObject({ price: 10, since: expect.any(Date), zone: null });
  });

  test("is created with the static columns of its partition", async () => {
    await createSeat(1, 1);
    await tell(`sell(${key()}) { __typename }`);
    expect((await createSeat(1, 2)).seat).toMatchObject({ sold: 1 });
  });

  test("is not created from invalid values, and each field has an error", async () => {
    const wrong = `createSeat(input: { showName: "", row: 0, number: 1, price: 1001, zone: "${"x".repeat(21)}" }) { ${ANSWER} }`;
    expect(await tell(wrong)).toEqual({
      __typename: "InvalidInput",
      message:
        "showName must be 1 to 40 characters, but got 0. row must be a whole number from 1 to 2147483647. price must be a whole number from 0 to 1000. zone must be 0 to 20 characters, but got more.",
      errors: [
        {
          path: ["showName"],
          code: "TOO_SHORT",
          message: "showName must be 1 to 40 characters, but got 0.",
        },
        expect.objectContaining({ path: ["row"], code: "OUT_OF_RANGE" }),
        expect.objectContaining({ path: ["price"], code: "OUT_OF_RANGE" }),
        expect.objectContaining({ path: ["zone"], code: "TOO_LONG" }),
      ],
    });
  });

  test("is updated in the given columns, and null removes a nullable value", async () => {
    const { seat } = await createSeat(1, 1, 'zone: "A"');
    const since = "2040-01-01T00:00:00Z";
    const updated = `updateSeat(${key()}, input: { since: "${since}", zone: null }) { ... on SeatUpdated { seat { ${SEAT} } } }`;
    const expected = { ...seat, since: new Date(since), zone: null };
    expect(await tell(updated)).toEqual({ seat: expected });
    expect(await readSeat()).toEqual(expected);
  });

  test.each([
    ["{ since: null }", "since must be a date and time, but got null."],
    ["{}", "Give holder, since or zone."],
  ])("is not updated by the input %s", async (input, message) => {
    await createSeat();
    const answer = "{ __typename ... on InvalidInput { message } }";
    expect(await tell(`updateSeat(${key()}, input: ${input}) ${answer}`)).toMatchObject({
      __typename: "InvalidInput",
      message,
    });
  });

  test("that does not exist is not found by any change", async () => {
    const missing = { __typename: "SeatNotFound", message: "There is no seat with this key." };
    const answer = "{ __typename ... on SeatNotFound { message } }";
    expect(await tell(`updateSeat(${key()}, input: { zone: "A" }) ${answer}`)).toEqual(missing);
    expect(await tell(`deleteSeat(${key()}) ${answer}`)).toEqual(missing);
    expect(await tell(`changePrice(${key()}, expected: 1, delta: 1) ${answer}`)).toEqual(missing);
    expect(await tell(`addPrice(${key()}, delta: 1) ${answer}`)).toEqual(missing);
    expect(await tell(`sell(${key()}) ${answer}`)).toEqual(missing);
  });

  test("is deleted once", async () => {
    await createSeat();
    const mutation = `deleteSeat(${key()}) { __typename ... on SeatDeleted { showName row number } }`;
    expect(await tell(mutation)).toEqual({
      __typename: "SeatDeleted",
      showName: show,
      row: 1,
      number: 1,
    });
    expect(await readSeat()).toBeNull();
    expect(await tell(mutation)).toEqual({ __typename: "SeatNotFound" });
  });
});

describe("a number", () => {
  const ANSWERS = `__typename ... on Refusal { message }
    ... on PriceChanged { row number price asOf seat { price holder } }
    ... on PriceOutOfRange { minimum maximum }`;
  const EXPECTED = `${ANSWERS} ... on PriceStale { expected actual }`;

  test("is changed if it has the expected value; otherwise the actual one is returned", async () => {
    await createSeat();
    const mutation = `changePrice(${key()}, expected: 10, delta: 5) { ${EXPECTED} }`;
    expect(await tell(mutation)).toEqual({
      __typename: "PriceChanged",
      row: 1,
      number: 1,
      price: 15,
      asOf: expect.stringMatching(/^\d{16}$/),
      seat: { price: 15, holder: "Ann" },
    });
    expect(await tell(mutation)).toEqual({
      __typename: "PriceStale",
      message: "price is 15, not 10.",
      expected: 10,
      actual: 15,
    });
  });

  test("does not leave its range", async () => {
    await createSeat();
    const refused = {
      __typename: "PriceOutOfRange",
      message: "price must be a whole number from 0 to 1000.",
      minimum: 0,
      maximum: 1000,
    };
    for (const mutation of [
      `changePrice(${key()}, expected: 10, delta: -11)`,
      `changePrice(${key()}, expected: 1000, delta: 1)`,
      `changePrice(${key()}, expected: 10, delta: 2147483647)`,
      `addPrice(${key()}, delta: -11)`,
      `addPrice(${key()}, delta: 991)`,
    ]) {
      expect(await tell(`${mutation} { ${ANSWERS} }`)).toEqual(refused);
    }
    expect(await tell(`addPrice(${key()}, delta: 990) { ... on PriceChanged { price } }`)).toEqual({
      price: 1000,
    });
  });

  test("that is not valid as expected is an error about that argument", async () => {
    expect(
      await service.fail(
        `mutation { changePrice(${key()}, expected: -1, delta: 1) { __typename } }`,
      ),
    ).toEqual([
      {
        message: 'Argument "expected" must be a whole number from 0 to 1000.',
        path: ["changePrice"],
        extensions: { code: "BAD_USER_INPUT", argument: ["expected"] },
      },
    ]);
  });

  test("of 64 bits is changed exactly, up to the ends of its range", async () => {
    const { user } = await tell(
      'createUser(input: { email: "a@b" }) { ... on UserCreated { user { id } } }',
    );
    const max = 2n ** 63n - 1n;
    const told = (mutation: string, more = "") =>
      tell(
        `${mutation} { __typename ... on UserBalanceChanged { balance } ... on UserBalanceOutOfRange { minimum maximum } ${more} }`,
      );
    expect(await told(`earn(id: "${user.id}", delta: "${max - 1n}")`)).toEqual({
      __typename: "UserBalanceChanged",
      balance: String(max - 1n),
    });
    expect(await told(`pay(id: "${user.id}", expected: "${max - 1n}", delta: "1")`)).toEqual({
      __typename: "UserBalanceChanged",
      balance: String(max),
    });
    const refused = {
      __typename: "UserBalanceOutOfRange",
      minimum: String(-(2n ** 63n)),
      maximum: String(max),
    };
    expect(await told(`earn(id: "${user.id}", delta: "1")`)).toEqual(refused);
    expect(await told(`pay(id: "${user.id}", expected: "1", delta: "${2n ** 70n}")`)).toEqual(
      refused,
    );
    expect(
      await told(
        `pay(id: "${user.id}", expected: "1", delta: "1")`,
        "... on UserBalanceStale { actual }",
      ),
    ).toEqual({
      __typename: "UserBalanceStale",
      actual: String(max),
    });
  });
});

describe("a change by a function", () => {
  const SOLD = `__typename ... on Refusal { message } ... on SeatChanged { row number seat { price sold } }`;

  test("returns the resulting number, or why it was refused", async () => {
    await createSeat();
    const double = (most: number) =>
      tell(
        `double(${key()}, most: ${most}) { __typename ... on Refusal { message } ... on PriceChanged { price } }`,
      );
    expect(await double(20)).toEqual({ __typename: "PriceChanged", price: 20 });
    expect(await double(39)).toEqual({
      __typename: "SeatTooDear",
      message: "It would cost too much.",
    });
  });

  test("returns the row as it is now, and can change static columns", async () => {
    for (const number of [1, 2, 3]) await createSeat(1, number);
    const sell = (number: number) => tell(`sell(${key(1, number)}, price: 3) { ${SOLD} }`);
    expect(await sell(1)).toEqual({
      __typename: "SeatChanged",
      row: 1,
      number: 1,
      seat: { price: 3, sold: 1 },
    });
    expect(await sell(2)).toMatchObject({ seat: { sold: 2 } });
    expect(await sell(3)).toEqual({ __typename: "SeatSoldOut", message: "All seats are sold." });
  });

  test("with an operation id is applied once, and a repetition returns the same", async () => {
    await createSeat();
    const id = randomUUID();
    const double = `double(${key()}, most: 100, operationId: "${id}") { ... on PriceChanged { price } }`;
    expect(await Promise.all([tell(double), tell(double)])).toEqual([{ price: 20 }, { price: 20 }]);
    await tell(`addPrice(${key()}, delta: 1) { __typename }`);
    expect(await tell(double)).toEqual({ price: 20 });
    expect(await readSeat()).toMatchObject({ price: 21 });
  });

  test("with the operation id of a change with other arguments or for another user is an error", async () => {
    await createSeat();
    const id = randomUUID();
    const sell = (price: number) =>
      `mutation { sell(${key()}, price: ${price}, operationId: "${id}") { ${SOLD} } }`;
    await service.run(sell(1));
    const refused = [
      {
        message: 'Argument "operationId" belongs to another change, which was applied.',
        path: ["sell"],
        extensions: { code: "BAD_USER_INPUT", argument: ["operationId"] },
      },
    ];
    expect(await service.fail(sell(2))).toEqual(refused);
    expect(await service.fail(sell(1), {}, { user: "Bob" })).toEqual(refused);
    const other = `mutation { double(${key()}, most: 100, operationId: "${id}") { __typename } }`;
    expect(await service.fail(other)).toEqual([{ ...refused[0], path: ["double"] }]);
    expect(await readSeat()).toMatchObject({ price: 1, sold: 1 });
  });

  test("that sets an invalid value is a client error without the value", async () => {
    await createSeat();
    expect(await service.fail(`mutation { sell(${key()}, price: 12345) { ${SOLD} } }`)).toEqual([
      {
        message: "seat.price must be a whole number from 0 to 1000.",
        path: ["sell"],
        extensions: { code: "BAD_USER_INPUT" },
      },
    ]);
    expect(await readSeat()).toMatchObject({ price: 10, sold: 0 });
  });
});

describe("a partition", () => {
  const numbers = ({ nodes }: { nodes: readonly { row: number; number: number }[] }) =>
    nodes.map(({ row, number }) => `${row}.${number}`);
  const page = async (args: string) => {
    const { seats } = await service.run(
      `{ seats(showName: "${show}", ${args}) { nodes { row number } pageInfo { hasNextPage endCursor } } }`,
    );
    return seats;
  };
  beforeEach(async () => {
    // Rows are in ascending order, the seats of a row in descending order.
    await Promise.all([1, 2].flatMap((row) => [1, 2, 3].map((number) => createSeat(row, number))));
  });

  test.each([
    ["slice: null", ["1.3", "1.2", "1.1", "2.3", "2.2", "2.1"]],
    ["slice: { row: { gt: 1 } }", ["2.3", "2.2", "2.1"]],
    ["slice: { row: { gte: 1, lt: 2 } }", ["1.3", "1.2", "1.1"]],
    ["slice: { row: {} }", ["1.3", "1.2", "1.1", "2.3", "2.2", "2.1"]],
    ["slice: { rowNumber: { row: 2 } }", ["2.3", "2.2", "2.1"]],
    ["slice: { rowNumber: { row: 2, number: { gt: 1, lte: null } } }", ["2.3", "2.2"]],
    ["slice: { rowNumber: { row: 2, number: { gte: 3, lte: 3 } } }", ["2.3"]],
    ["order: REVERSED", ["2.1", "2.2", "2.3", "1.1", "1.2", "1.3"]],
    ["order: REVERSED, slice: { rowNumber: { row: 1, number: { lt: 3 } } }", ["1.1", "1.2"]],
  ])("is read by %s", async (args, expected) => {
    expect(numbers(await page(args))).toEqual(expected);
  });

  test.each(["STORED", "REVERSED"])("is read page by page in the order %s", async (order) => {
    const read: string[] = [];
    let after = "";
    for (;;) {
      const { pageInfo, ...found } = await page(`order: ${order}, first: 2 ${after}`);
      read.push(...numbers(found));
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    const whole = numbers(await page(`order: ${order}`));
    expect(read).toEqual(whole);
    expect(whole).toHaveLength(6);
  });

  test.each([
    [
      "slice: { row: { gt: 1, gte: 1 } }",
      "slice.row can have gt or gte, not both",
      ["slice", "row"],
    ],
    [
      "slice: { rowNumber: { row: 1, number: { lt: 0 } } }",
      "slice.rowNumber.number.lt must be a whole number from 1 to 2147483647",
      ["slice", "rowNumber", "number", "lt"],
    ],
  ])("cannot be read by %s", async (args, message, argument) => {
    const [name, ...why] = message.split(" ");
    expect(await service.fail(`{ seats(showName: "${show}", ${args}) { nodes { row } } }`)).toEqual(
      [
        {
          message: `Argument "${name}" ${why.join(" ")}.`,
          path: ["seats"],
          extensions: { code: "BAD_USER_INPUT", argument },
        },
      ],
    );
  });

  test("is read in another order, which follows changes of its rows", async () => {
    const since = async (args = "") => {
      const { since } = await service.run(
        `{ since(showName: "${show}" ${args}) { nodes { row number } } }`,
      );
      return numbers(since);
    };
    const at = (year: number) => `since: "${year}-01-01T00:00:00Z"`;
    await tell(`updateSeat(${key(2, 2)}, input: { ${at(1990)} }) { __typename }`);
    await tell(`updateSeat(${key(1, 3)}, input: { ${at(1980)} }) { __typename }`);
    expect((await since()).slice(0, 2)).toEqual(["1.3", "2.2"]);
    expect((await since(", order: REVERSED")).slice(-2)).toEqual(["2.2", "1.3"]);
    expect((await since(', from: "1985-01-01T00:00:00Z"'))[0]).toBe("2.2");
    await tell(`deleteSeat(${key(1, 3)}) { __typename }`);
    expect((await since())[0]).toBe("2.2");
  });

  test("of an order can contain rows of several partitions", async () => {
    const zone = randomUUID().slice(0, 20);
    const other = randomUUID();
    await tell(`updateSeat(${key(1, 2)}, input: { zone: "${zone}" }) { __typename }`);
    await tell(
      `createSeat(input: { showName: "${other}", row: 9, number: 9, zone: "${zone}" }) { __typename }`,
    );
    const read = `{ zone(zone: "${zone}") { nodes { row number } } }`;
    expect(numbers((await service.run(read)).zone)).toEqual(expect.arrayContaining(["1.2", "9.9"]));
    await tell(`updateSeat(${key(1, 2)}, input: { zone: null }) { __typename }`);
    expect(numbers((await service.run(read)).zone)).toEqual(["9.9"]);
  });

  test("is read under each parent by its own key, with cursors that are valid only there", async () => {
    const { shows } = await service.run(
      `query ($names: [String!]!) {
        shows(names: $names) {
          name
          seats(first: 1) { nodes { row number } pageInfo { endCursor } }
          seat(row: 2, number: 1) { showName }
        }
      }`,
      { names: [show, "nowhere"] },
    );
    expect(shows).toEqual([
      {
        name: show,
        seats: { nodes: [{ row: 1, number: 3 }], pageInfo: { endCursor: expect.any(String) } },
        seat: { showName: show },
      },
      { name: "nowhere", seats: { nodes: [], pageInfo: { endCursor: null } }, seat: null },
    ]);
    const after = shows[0].seats.pageInfo.endCursor;
    const next = `query ($names: [String!]!, $after: String) { shows(names: $names) { seats(first: 1, after: $after) { nodes { row number } } } }`;
    const { shows: again } = await service.run(next, { names: [show], after });
    expect(numbers(again[0].seats)).toEqual(["1.2"]);
    expect(await service.fail(next, { names: ["nowhere"], after })).toMatchObject([
      { path: ["shows", 0, "seats"], extensions: { code: "BAD_CURSOR" } },
    ]);
  });

  test("can have a key from the context", async () => {
    const { mine } = await service.run("{ mine { nodes { row number } } }", {}, { user: show });
    expect(numbers(mine)).toHaveLength(6);
  });

  test("with an invalid key from the schema's author is not a client error", async () => {
    const [error] = await service.fail("{ mine { nodes { row } } }", {}, { user: "x".repeat(41) });
    expect(error).toMatchObject({
      message: "seat.show must be 1 to 40 characters, but got more",
      extensions: {},
    });
  });
});

describe("a row that is a whole partition", () => {
  const USER =
    "id email balance roles address { street zip } labels { key value } place { item0 item1 }";

  test("can have values of every form as input and output", async () => {
    const { user } = await tell(`createUser(input: {
      email: "a@b", roles: ["b", "a", "a"], address: { street: "S" },
      labels: [{ key: "x", value: 1 }], place: { item0: 1.5 }
    }) { ... on UserCreated { user { ${USER} } } }`);
    const expected = {
      id: expect.any(String),
      email: "a@b",
      balance: "0",
      roles: ["a", "b"],
      address: { street: "S", zip: null },
      labels: [{ key: "x", value: 1 }],
      place: { item0: 1.5, item1: null },
    };
    expect(user).toEqual(expected);
    const read = async () => (await service.run(`{ user(id: "${user.id}") { ${USER} } }`)).user;
    expect(await read()).toEqual(expected);
    const changes = "roles: { set: [] }, address: null, labels: { set: [] }, place: { item1: 2 }";
    const update = `updateUser(id: "${user.id}", input: { ${changes} }) { ... on UserUpdated { user { ${USER} } } }`;
    const changed = {
      ...expected,
      roles: [],
      address: null,
      labels: [],
      place: { item0: null, item1: 2 },
    };
    expect(await tell(update)).toEqual({ user: changed });
    expect(await read()).toEqual(changed);
    await tell(
      `updateUser(id: "${user.id}", input: { roles: { set: ["c"] }, labels: { set: [{ key: "y", value: 2 }] } }) { __typename }`,
    );
    await tell(`updateUser(id: "${user.id}", input: { roles: null, labels: null }) { __typename }`);
    expect(await read()).toEqual(changed);
    expect(await tell(`deleteUser(id: "${user.id}") { __typename }`)).toEqual({
      __typename: "UserDeleted",
    });
    expect(await read()).toBeNull();
  });

  test("is read only if the wrapping function calls next", async () => {
    const { user } = await tell(
      'createUser(input: { email: "a@b" }) { ... on UserCreated { user { id } } }',
    );
    const read = (word: string) =>
      service.run(`{ guarded(id: "${user.id}", word: "${word}") { email } }`);
    expect(await read("please")).toEqual({ guarded: { email: "a@b" } });
    expect(await read("now")).toEqual({ guarded: null });
  });
});

test("a field's extensions contain its cost, whether it writes and whether it depends on the viewer", () => {
  const of = (type: "Query" | "Mutation" | "Show", field: string) =>
    (schema.getType(type) as ReturnType<typeof schema.getQueryType>)!.getFields()[field]!
      .extensions["cassandra"];
  expect(of("Query", "seat")).toMatchObject({ table: "seat", partitions: 1 });
  expect(of("Show", "seats")).toEqual({
    table: "seat",
    partitions: 1,
    page: "first",
    byViewer: true,
  });
  expect(of("Query", "since")).toEqual({
    table: "seat_by_since",
    partitions: 2,
    page: "first",
    byViewer: true,
  });
  expect(of("Query", "zone")).toEqual({
    table: "seat_by_zone",
    partitions: 1,
    partitionsPerRow: 1,
    page: "first",
  });
  expect(of("Mutation", "sell")).toMatchObject({ table: "seat", partitions: 1, writes: true });
});

test("columns with the names of other fields of outcomes keep their values", async () => {
  const odd = createBuilder();
  odd.tableObject("Odd", Odd);
  odd.queryType({ fields: (t) => ({ odd: t.row(Odd) }) });
  odd.mutationType({
    fields: (t) => ({ create: t.create(Odd), change: t.change(Odd, "read"), drop: t.remove(Odd) }),
  });
  await using own = await openService(odd.toSchema(), Odd);
  const key = 'a: "m", b: "e"';
  await own.run(`mutation { create(input: { ${key} }) { __typename } }`);
  const change = (expected: number) =>
    own.run(`mutation { change(${key}, expected: ${expected}, delta: 1) {
      ... on OddReadChanged { a b read asOf odd { read } }
      ... on OddReadStale { message a b expected actual }
    } }`);
  expect(await change(0)).toEqual({
    change: { a: "m", b: "e", read: 1, asOf: expect.any(String), odd: { read: 1 } },
  });
  expect(await change(0)).toEqual({
    change: { message: "read is 1, not 0.", a: "m", b: "e", expected: 0, actual: 1 },
  });
});
