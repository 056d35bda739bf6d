import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { asc, bigint, int, orderOf, set, table, text } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { openService, type Service } from "./service.ts";

// Changes of rows whose columns are renamed, static or collections. Each may be repeated.

const Vault = table(
  "vaults",
  {
    owner: text({ min: 1, max: 40 }).as("ownerName"),
    id: int({ min: 1 }).as("number"),
    title: text({ min: 1, max: 20 }).required().as("label"),
    balance: bigint({ min: 0n, max: 1000n }).default(0n).as("amount"),
    keeper: text({ max: 400 }).as("heldBy"),
    tags: set(text()),
    total: bigint().default(0n).static().as("sum"),
  },
  {
    partition: ["owner"],
    clustering: [asc("id")],
    lwt: true,
    lanes: { remembers: 60 },
    orders: { vaults_by_title: [asc("title")] },
  },
);
const VaultByTitle = orderOf(Vault, "vaults_by_title");

/** A table with the same column names and other types. */
const Box = table(
  "boxes",
  { owner: text(), balance: int({ max: 5 }).default(0), keeper: int() },
  { partition: ["owner"], lwt: true, lanes: { remembers: 60 } },
);

const builder = createBuilder();
builder.tableObject("Vault", Vault, { plural: "Vaults" });
builder.tableObject("Box", Box, { plural: "Boxes" });
const Own = builder.objectRef<{ readonly owner: string }>("OwnVaults").implement({
  fields: (t) => ({
    createOne: t.create(Vault, { from: { owner: ({ owner }) => owner } }),
    add: t.add(Vault, "balance", { from: { owner: ({ owner }) => owner } }),
  }),
});
/** How often a wrapper has called `next`. */
let ran = 0;
builder.queryType({
  fields: (t) => ({
    vault: t.row(Vault),
    byLabel: t.partition(VaultByTitle, { order: true }),
    box: t.row(Box),
  }),
});
builder.mutationType({
  fields: (t) => ({
    own: t.field({
      type: Own,
      args: { owner: t.arg.string({ required: true }) },
      resolve: (_, { owner }) => ({ owner }),
    }),
    create: t.create(Vault),
    update: t.update(Vault, ["title", "keeper", "tags"]),
    remove: t.remove(Vault),
    change: t.change(Vault, "balance"),
    add: t.add(Vault, "balance"),
    addToAll: t.add(Vault, "total"),
    changeOfAll: t.change(Vault, "total"),
    keep: t.change(Vault, {
      args: { name: t.arg.string() },
      change: (row, { name = null }) => row.set({ keeper: name }),
      refusals: {},
    }),
    label: t.change(Vault, {
      args: { label: t.arg.string({ required: true }) },
      change: (row, { label }) => {
        const tags = row.get("tags");
        return tags.has(label)
          ? row.refuse("has-it")
          : row.set({ tags: new Set([...tags, label]) });
      },
      refusals: { "has-it": "It has this label." },
    }),
    guarded: t.add(Vault, "balance", {
      args: { times: t.arg.int({ required: true }) },
      async resolve(next, _, { times, delta }) {
        if (times === 0) throw new Error("Not now.");
        ran += times;
        const answer = await next();
        return { ...answer, balance: BigInt(delta) };
      },
    }),
    createBox: t.create(Box),
    addToBox: t.add(Box, "balance"),
  }),
});

let service: Service;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Vault, Box);
});
afterAll(() => service[Symbol.asyncDispose]());

let owner: string;
let key: string;
beforeEach(() => {
  owner = randomUUID();
  key = keyOf(1);
});
const keyOf = (number: number) => `ownerName: "${owner}", number: ${number}`;

async function tell(mutation: string) {
  const { it } = await service.run(`mutation { it: ${mutation} }`);
  return it;
}
const create = (number = 1, label = "A") =>
  tell(`create(input: { ${keyOf(number)}, label: "${label}" }) { __typename }`);
const amount = async () => (await service.run(`{ vault(${key}) { amount } }`)).vault.amount;

const otherChange = (field: string) => [
  {
    message: 'Argument "operationId" belongs to another change, which was applied.',
    path: [field],
    extensions: { code: "BAD_USER_INPUT", argument: ["operationId"] },
  },
];

describe("a change that is sent twice with one operation id", () => {
  const ANSWER = `__typename ... on VaultAmountChanged { amount }
    ... on VaultAmountOutOfRange { minimum maximum }`;

  test("is applied once, by t.change and by t.add", async () => {
    await create();
    const [one, other] = [randomUUID(), randomUUID()];
    const change = `change(${key}, expected: "0", delta: "7", operationId: "${one}") { ${ANSWER} }`;
    const add = `add(${key}, delta: "-2", operationId: "${other}") { ${ANSWER} }`;
    const told = async () => [await tell(change), await tell(add)];
    const first = await told();
    expect(first).toEqual([
      { __typename: "VaultAmountChanged", amount: "7" },
      { __typename: "VaultAmountChanged", amount: "5" },
    ]);
    expect(await told()).toEqual(first);
    expect(await amount()).toBe("5");
  });

  test("is recognised if its id is in upper case", async () => {
    await create();
    const id = randomUUID();
    const add = (id: string) => tell(`add(${key}, delta: "1", operationId: "${id}") { ${ANSWER} }`);
    expect(await add(id)).toEqual(await add(id.toUpperCase()));
    expect(await amount()).toBe("1");
  });

  test("is another change if its field or delta differs", async () => {
    await create();
    const id = `operationId: "${randomUUID()}"`;
    await tell(`add(${key}, delta: "1", ${id}) { __typename }`);
    const fails = (mutation: string) => service.fail(`mutation { ${mutation} { __typename } }`);
    expect(await fails(`add(${key}, delta: "2", ${id})`)).toEqual(otherChange("add"));
    expect(await fails(`change(${key}, expected: "0", delta: "1", ${id})`)).toEqual(
      otherChange("change"),
    );
    expect(await fails(`guarded(${key}, delta: "1", times: 1, ${id})`)).toEqual(
      otherChange("guarded"),
    );
    expect(await amount()).toBe("1");
  });

  test("is applied once to each of two rows", async () => {
    await create(1);
    await create(2);
    const id = randomUUID();
    for (const number of [1, 2]) {
      expect(
        await tell(`add(${keyOf(number)}, delta: "1", operationId: "${id}") { ${ANSWER} }`),
      ).toMatchObject({ amount: "1" });
    }
  });

  test("is evaluated again if it was refused", async () => {
    await create();
    const add = `add(${key}, delta: "-1", operationId: "${randomUUID()}") { ${ANSWER} }`;
    expect(await tell(add)).toEqual({
      __typename: "VaultAmountOutOfRange",
      minimum: "0",
      maximum: "1000",
    });
    await tell(`add(${key}, delta: "1") { __typename }`);
    expect(await tell(add)).toEqual({ __typename: "VaultAmountChanged", amount: "0" });
  });

  test("returns the row as it is at the repetition", async () => {
    await create();
    const keep = (name: string, id: string) =>
      tell(`keep(${key}, name: ${name}, operationId: "${id}") {
        ... on VaultChanged { number vault { heldBy } }
      }`);
    const [one, other] = [randomUUID(), randomUUID()];
    expect(await keep('"Ann"', one)).toEqual({ number: 1, vault: { heldBy: "Ann" } });
    expect(await keep("null", other)).toEqual({ number: 1, vault: { heldBy: null } });
    expect(await keep('"Ann"', one)).toEqual({ number: 1, vault: { heldBy: null } });
    await tell(`remove(${key}) { __typename }`);
    expect(
      await tell(`keep(${key}, operationId: "${one}") { __typename ... on Refusal { message } }`),
    ).toEqual({ __typename: "VaultNotFound", message: "There is no vault with this key." });
  });

  test("returns no write time if the value has changed since", async () => {
    await create();
    const id = randomUUID();
    const add = `add(${key}, delta: "1", operationId: "${id}") { ... on VaultAmountChanged { amount asOf } }`;
    expect(await tell(add)).toEqual({ amount: "1", asOf: expect.stringMatching(/^\d{16}$/) });
    await tell(`add(${key}, delta: "1") { __typename }`);
    expect(await tell(add)).toEqual({ amount: "1", asOf: null });
  });
});

describe("a change", () => {
  test("of a set returns the set, or why it was refused", async () => {
    await create();
    const label = `label(${key}, label: "b") {
      __typename ... on VaultChanged { vault { tags } } ... on VaultHasIt { message number }
    }`;
    expect(await tell(label)).toEqual({
      __typename: "VaultChanged",
      vault: { tags: ["b"] },
    });
    expect(await tell(label)).toEqual({
      __typename: "VaultHasIt",
      message: "It has this label.",
      number: 1,
    });
  });

  test("of a static column is sent for each row of the partition", async () => {
    await create(1);
    await create(2);
    const answer = `{ __typename ... on VaultSumChanged { number sum asOf vault { sum } }
      ... on VaultSumStale { expected actual } }`;
    expect(
      await tell(
        `addToAll(${keyOf(1)}, delta: "3") ${answer.replace(/\.\.\. on VaultSumStale .*/, "}")}`,
      ),
    ).toEqual({
      __typename: "VaultSumChanged",
      number: 1,
      sum: "3",
      asOf: expect.stringMatching(/^\d{16}$/),
      vault: { sum: "3" },
    });
    const change = (expected: string) =>
      tell(`changeOfAll(${keyOf(2)}, expected: "${expected}", delta: "1") ${answer}`);
    expect(await change("2")).toEqual({
      __typename: "VaultSumStale",
      expected: "2",
      actual: "3",
    });
    expect(await change("3")).toMatchObject({ number: 2, sum: "4" });
    expect(await service.run(`{ vault(${keyOf(1)}) { sum } }`)).toEqual({ vault: { sum: "4" } });
  });

  test("of a column has its own type, even if another table has a column of that name", async () => {
    await create();
    await tell(`createBox(input: { owner: "${owner}" }) { __typename }`);
    const both = `mutation {
      box: addToBox(owner: "${owner}", delta: 5) { ... on BoxBalanceChanged { balance } }
      vault: add(${key}, delta: "6") { ... on VaultAmountChanged { amount } }
      full: addToBox(owner: "${owner}", delta: 1) { ... on BoxBalanceOutOfRange { message minimum maximum } }
    }`;
    expect(await service.run(both)).toEqual({
      box: { balance: 5 },
      vault: { amount: "6" },
      full: {
        message: "balance must be a whole number from -2147483648 to 5.",
        minimum: -2_147_483_648,
        maximum: 5,
      },
    });
  });
});

describe("an update", () => {
  const ANSWER = `{ __typename ... on VaultUpdated { vault { label heldBy tags } }
    ... on InvalidInput { message errors { path code } } }`;
  const update = (input: string) => tell(`update(${key}, input: ${input}) ${ANSWER}`);
  const labels = async (more = "") => {
    const { byLabel } = await service.run(
      `{ byLabel(ownerName: "${owner}" ${more}) { nodes { label } pageInfo { hasNextPage endCursor } } }`,
    );
    return byLabel;
  };
  const textOf = ({ nodes }: { nodes: readonly { label: string }[] }) =>
    nodes.map(({ label }) => label).join("");

  test("needs at least one column, and no null for a required one", async () => {
    await create();
    expect(await update("{ label: null }")).toEqual({
      __typename: "InvalidInput",
      message: expect.stringMatching(/^label /),
      errors: [{ path: ["label"], code: expect.any(String) }],
    });
    expect(await update("{}")).toEqual({
      __typename: "InvalidInput",
      message: "Give label, heldBy or tags.",
      errors: [{ path: [], code: "EMPTY" }],
    });
    expect(await update('{ heldBy: "Ann", tags: { set: ["a"] } }')).toEqual({
      __typename: "VaultUpdated",
      vault: { label: "A", heldBy: "Ann", tags: ["a"] },
    });
    expect(await update("{ heldBy: null, tags: { set: [] } }")).toEqual({
      __typename: "VaultUpdated",
      vault: { label: "A", heldBy: null, tags: [] },
    });
  });

  test("moves the row in an order, which can be read page by page in both directions", async () => {
    for (const [at, label] of ["B", "D", "F", "H"].entries()) await create(at + 1, label);
    expect(textOf(await labels())).toBe("BDFH");
    await update('{ label: "G" }');
    for (const [order, all] of [
      ["STORED", "DFGH"],
      ["REVERSED", "HGFD"],
    ] as const) {
      const first = await labels(`, order: ${order}, first: 3`);
      expect([textOf(first), first.pageInfo.hasNextPage]).toEqual([all.slice(0, 3), true]);
      const after = `after: "${first.pageInfo.endCursor}"`;
      const rest = await labels(`, order: ${order}, first: 3, ${after}`);
      expect([textOf(rest), rest.pageInfo.hasNextPage]).toEqual([all.slice(3), false]);
    }
    await tell(`remove(${key}) { __typename }`);
    expect(textOf(await labels())).toBe("DFH");
  });
});

describe("a field with a wrapping resolver", () => {
  const guarded = (times: number) =>
    tell(
      `guarded(${key}, delta: "4", times: ${times}) { ... on VaultAmountChanged { amount vault { amount } } }`,
    );

  test("does nothing if the wrapper does not call next", async () => {
    await create();
    expect(
      await service.fail(`mutation { guarded(${key}, delta: "4", times: 0) { __typename } }`),
    ).toMatchObject([{ message: "Not now.", path: ["guarded"] }]);
    expect(await amount()).toBe("0");
  });

  test("runs once if the wrapper calls next, and returns the wrapper's result", async () => {
    await create();
    ran = 0;
    expect(await guarded(1)).toEqual({ amount: expect.any(String), vault: { amount: "4" } });
    expect(ran).toBe(1);
    expect(await amount()).toBe("4");
  });
});

describe("writing fields of an object under a mutation", () => {
  test("use values from the parent", async () => {
    const { own } = await service.run(`mutation {
      own(owner: "${owner}") {
        createOne(input: { number: 1, label: "A" }) { ... on VaultCreated { vault { ownerName number } } }
        add(number: 1, delta: "3") { __typename }
      }
    }`);
    expect(own.createOne).toEqual({ vault: { ownerName: owner, number: 1 } });
    expect(["VaultAmountChanged", "VaultNotFound"]).toContain(own.add.__typename);
  });

  test("do not accept the operation id of a field with the same name on another type", async () => {
    await create();
    const id = randomUUID();
    await tell(`add(${key}, delta: "1", operationId: "${id}") { __typename }`);
    const nested = `mutation { own(owner: "${owner}") { add(number: 1, delta: "1", operationId: "${id}") { __typename } } }`;
    expect(await service.fail(nested)).toEqual([
      { ...otherChange("add")[0], path: ["own", "add"] },
    ]);
  });

  test("with an invalid value from the parent are not a client error", async () => {
    const wrong = `mutation { own(owner: "${"x".repeat(41)}") { createOne(input: { number: 1, label: "A" }) { __typename } } }`;
    const [error] = await service.fail(wrong);
    expect(error).toMatchObject({ path: ["own", "createOne"], extensions: {} });
  });
});
