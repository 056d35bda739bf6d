import { lexicographicSortSchema, printSchema, printType } from "graphql";
import { describe, expect, test } from "vitest";
import {
  asc,
  boolean,
  bigint,
  date,
  decimal,
  double,
  duration,
  float,
  int,
  list,
  table,
  text,
  timestamp,
  tuple,
  uuid,
  vector,
} from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { Reading, User } from "./models.ts";

// The argument `if` of t.update and t.remove.

const Everything = table(
  "everything",
  {
    id: int(),
    number: int().as("count"),
    text: text(),
    isOpen: boolean(),
    day: date(),
    at: timestamp(),
    price: decimal(),
    owner: uuid(),
    pause: duration(),
    ratio: double(),
    half: float(),
    words: list(text()),
    place: tuple(int(), int()),
    shape: vector(int(), 2),
  },
  { partition: ["id"], lwt: true, lanes: true },
);

function userSchema() {
  const builder = createBuilder();
  builder.tableObject("User", User);
  builder.queryType({ fields: (t) => ({ user: t.row(User) }) });
  builder.mutationType({
    fields: (t) => ({
      updateUser: t.update(User, ["email", "roles", "balance"], { if: ["balance", "email"] }),
      deleteUser: t.remove(User, { if: ["email", "balance"] }),
    }),
  });
  return builder.toSchema({ sortSchema: false });
}

test("t.update and t.remove of a table share the types of their expectations", () => {
  const schema = userSchema();
  const names = [
    "StringExpectation",
    "BigIntExpectation",
    "UserExpectation",
    "UpdateUserInput",
    "UserStale",
    "UpdateUserResult",
    "DeleteUserResult",
    "Mutation",
  ];
  const printed = names.map((name) => printType(schema.getType(name)!)).join("\n");
  expect(printed).toBe(
    `
"""What a value must be: exactly one of these."""
input StringExpectation @oneOf {
  """Equal to this value."""
  eq: String

  """Not equal to this value, or null."""
  ne: String

  """Equal to one of these values."""
  in: [String!]

  """Whether there must be no value."""
  isNull: Boolean
}
"""What a value must be: exactly one of these."""
input BigIntExpectation @oneOf {
  """Equal to this value."""
  eq: BigInt

  """Not equal to this value, or null."""
  ne: BigInt

  """Greater than this value."""
  gt: BigInt

  """Greater than or equal to this value."""
  gte: BigInt

  """Less than this value."""
  lt: BigInt

  """Less than or equal to this value."""
  lte: BigInt

  """Whether there must be no value."""
  isNull: Boolean
}
"""What the values of a user must be: all of these must hold."""
input UserExpectation {
  """What \`email\` must be."""
  email: StringExpectation

  """What \`balance\` must be."""
  balance: BigIntExpectation
}
"""The new values of a user. An absent field stays unchanged."""
input UpdateUserInput {
  """Must be Unicode text."""
  email: String

  """"""
  roles: StringSetChange

  """
  Must be a whole number from -9223372036854775808 to 9223372036854775807.
  """
  balance: BigIntChange
}
"""The user does not have the expected values. Nothing was changed."""
type UserStale implements Refusal {
  """A human-readable message."""
  message: String!

  """The fields whose values are not as expected."""
  failed: [String!]!

  """The user as it was when these did not hold."""
  actual: User!
}
"""The result of \`updateUser\`."""
union UpdateUserResult = UserUpdated | UserNotFound | UserStale | InvalidInput | OutcomeUnknown
"""The result of \`deleteUser\`."""
union DeleteUserResult = UserDeleted | UserNotFound | UserStale | OutcomeUnknown
type Mutation {
  """
  Changes \`email\`, \`roles\` and \`balance\` of a user. Absent fields stay unchanged.
  """
  updateUser(
    """Part of the partition key; must be a UUID."""
    id: UUID!

    """The new values."""
    input: UpdateUserInput!

    """
    What the values of the user must be. Otherwise nothing is changed. Default: anything.
    """
    if: UserExpectation
  ): UpdateUserResult

  """Deletes a user. Its subscriptions complete."""
  deleteUser(
    """Part of the partition key; must be a UUID."""
    id: UUID!

    """
    What the values of the user must be. Otherwise nothing is changed. Default: anything.
    """
    if: UserExpectation
  ): DeleteUserResult
}`.trim(),
  );
});

test("a field without the option has neither the argument nor the outcome", () => {
  const builder = createBuilder();
  builder.tableObject("User", User);
  builder.queryType({ fields: (t) => ({ user: t.row(User) }) });
  builder.mutationType({
    fields: (t) => ({ updateUser: t.update(User, ["email"]), deleteUser: t.remove(User) }),
  });
  expect(printSchema(lexicographicSortSchema(builder.toSchema()))).not.toMatch(/Expect|Stale|if:/);
});

test("only types with an order that means something have gt, gte, lt and lte, and the others have in", () => {
  const builder = createBuilder();
  builder.tableObject("Everything", Everything);
  builder.queryType({ fields: (t) => ({ all: t.row(Everything) }) });
  builder.mutationType({
    fields: (t) => ({
      remove: t.remove(Everything, {
        if: ["number", "text", "isOpen", "day", "at", "price", "owner", "pause"],
      }),
    }),
  });
  const schema = builder.toSchema();
  const withOperator = (operator: string) =>
    Object.values(schema.getTypeMap())
      .filter(
        (type) =>
          type.name.endsWith("Expectation") && "getFields" in type && operator in type.getFields(),
      )
      .map(({ name }) => name.replace("Expectation", ""))
      .toSorted();
  expect(withOperator("gt")).toEqual(["Date", "DateTime", "Decimal", "Int"]);
  expect(withOperator("in")).toEqual(["Boolean", "Duration", "String", "UUID"]);
  expect(withOperator("isNull")).toHaveLength(8);
  expect(printType(schema.getType("EverythingExpectation")!)).toContain("count: IntExpectation");
});

describe("the schema cannot be built", () => {
  function removing(names: readonly string[]) {
    const builder = createBuilder();
    builder.tableObject("Everything", Everything);
    builder.queryType({ fields: (t) => ({ all: t.row(Everything) }) });
    builder.mutationType({
      fields: (t) => ({ remove: t.remove(Everything, { if: names as never }) }),
    });
    return builder.toSchema();
  }
  const cannot = (column: string, why: string) =>
    `Table "everything": the option if of t.remove cannot have the column "${column}", which ${why}.`;

  test.each([
    ["id", "is in the key"],
    ["nothing", "the table does not have"],
    ["ratio", "is not exact (double)"],
    ["half", "is not exact (float)"],
    ["words", "has several values (list<text>)"],
    ["place", "has several values (frozen<tuple<int, int>>)"],
    ["shape", "has several values (vector<int, 2>)"],
  ])("with an expectation of %s", (column, why) => {
    expect(() => removing(["number", column])).toThrow(cannot(column, why));
  });

  test("with an option without columns", () => {
    expect(() => removing([])).toThrow(
      'Table "everything": the option if of t.remove needs a column.',
    );
  });

  test("if two fields of a table expect different columns", () => {
    const builder = createBuilder();
    builder.tableObject("User", User);
    builder.queryType({ fields: (t) => ({ user: t.row(User) }) });
    builder.mutationType({
      fields: (t) => ({
        update: t.update(User, ["email"], { if: ["email"] }),
        remove: t.remove(User, { if: ["email", "balance"] }),
      }),
    });
    expect(() => builder.toSchema()).toThrow(
      'the GraphQL type "UserExpectation" would be both what is expected of "email" of "User" and what is expected of "email", "balance" of "User": give the option if the same columns in all fields of the table',
    );
  });

  test("if the table takes plain writes", () => {
    const builder = createBuilder();
    builder.tableObject("Reading", Reading);
    builder.queryType({ fields: (t) => ({ reading: t.row(Reading) }) });
    // @ts-expect-error -- the compiler rejects it, too.
    builder.mutationType({ fields: (t) => ({ remove: t.remove(Reading, { if: ["value"] }) }) });
    expect(() => builder.toSchema()).toThrow(
      'Table "readings" takes plain writes, which have no condition: t.remove cannot have the option if.',
    );
  });
});

test("the order in which a field lists its columns does not matter", () => {
  const Pair = table(
    "pairs",
    { a: text(), b: int(), one: bigint(), other: bigint() },
    { partition: ["a"], clustering: [asc("b")], lwt: true, lanes: true },
  );
  const builder = createBuilder();
  builder.tableObject("Pair", Pair);
  builder.queryType({ fields: (t) => ({ pair: t.row(Pair) }) });
  builder.mutationType({
    fields: (t) => ({
      update: t.update(Pair, ["one"], { if: ["one", "other"] }),
      remove: t.remove(Pair, { if: ["other", "one"] }),
    }),
  });
  expect(() => builder.toSchema()).not.toThrow();
});
