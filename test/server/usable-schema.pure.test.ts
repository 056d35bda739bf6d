import {
  buildSchema,
  graphqlSync,
  type GraphQLSchema,
  lexicographicSortSchema,
  parse,
  printSchema,
  printType,
  validate,
  validateSchema,
} from "graphql";
import { describe, expect, test } from "vitest";
import { schema as partySchema } from "../../src/party/schema.ts";
import { createStranger, createViewer, openViewer, type Viewer } from "../../src/pothos/index.ts";
import { IntrospectionAloneRule } from "../../src/server/introspection.ts";
import { createUsableSchema } from "../../src/server/usable-schema.ts";
import { bankSchema } from "../pothos/bank.ts";

const callerOf = (...scopes: readonly string[]) => createViewer({ claims: { sub: "ann" }, scopes });

const usableOf = createUsableSchema(bankSchema);
const usable = (viewer: Viewer) => usableOf(viewer).schema();
const sorted = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema));
const fieldsOf = (schema: GraphQLSchema, type: string) => {
  const found = schema.getType(type);
  return found && "getFields" in found ? Object.keys(found.getFields()).toSorted() : undefined;
};

test.each([
  ["a schema with scopes", bankSchema],
  ["the application's schema", partySchema],
])("who may everything sees %s as it is", (_, schema) => {
  expect(sorted(createUsableSchema(schema)(openViewer).schema())).toBe(sorted(schema));
});

test("a reader sees neither what changes nor what others may see", () => {
  const schema = usable(callerOf("deposit:read"));
  expect(fieldsOf(schema, "Query")).toEqual(
    [
      "bank",
      "byOpened",
      "deposit",
      "deposits",
      "myLetter",
      "myLetters",
      "myLettersByBody",
      "visits",
    ].toSorted(),
  );
  // Those of letters need no scopes.
  expect(fieldsOf(schema, "Mutation")).toEqual(["burnLetter", "editLetter", "writeLetter"]);
  expect(fieldsOf(schema, "Deposit")).toEqual(["balance", "bank", "holder", "opened"]);
  expect(fieldsOf(schema, "Subscription")).toEqual([
    "balance",
    "changes",
    "lettersChanged",
    "version",
  ]);
});

test("types to which nothing leads are not there, nor can they be asked for by name", () => {
  const schema = usable(callerOf("deposit:read"));
  for (const name of ["Vault", "Ring", "OpenInput", "OpenResult", "DepositExists", "VisitInput"]) {
    expect([name, bankSchema.getType(name) !== undefined]).toEqual([name, true]);
    expect([name, schema.getType(name)]).toEqual([name, undefined]);
    const source = `{ __type(name: "${name}") { name fields { name } inputFields { name } } }`;
    expect(graphqlSync({ schema, source })).toEqual({ data: { __type: null } });
  }
});

test("an interface is there with only those of its types to which something leads", () => {
  const source = '{ __type(name: "Refusal") { possibleTypes { name } } }';
  const namesFor = (...scopes: readonly string[]) => {
    const { data } = graphqlSync({ schema: usable(callerOf(...scopes)), source });
    const type = data!["__type"] as {
      readonly possibleTypes: readonly { readonly name: string }[];
    };
    return type.possibleTypes.map(({ name }) => name);
  };
  const ofLetters = ["InvalidInput", "LetterExists", "LetterNotFound", "OutcomeUnknown"];
  expect(namesFor().toSorted()).toEqual(ofLetters);
  expect(namesFor("deposit:write")).toContain("DepositExists");
});

test("inputs have only the columns that a caller may give", () => {
  const inputOf = (...scopes: readonly string[]) =>
    fieldsOf(usable(callerOf(...scopes)), "OpenInput");
  expect(inputOf("deposit:read")).toBeUndefined();
  expect(inputOf("deposit:write")).toEqual(["balance", "bank", "holder", "opened"]);
  expect(inputOf("deposit:admin")).toEqual(["balance", "bank", "holder", "opened", "pin"]);
  expect(inputOf("deposit:admin", "audit")).toContain("rating");
});

test("a field is gone if its arguments need a column that the caller may not give", () => {
  const mutations = (...scopes: readonly string[]) =>
    fieldsOf(usable(callerOf(...scopes)), "Mutation");
  expect(mutations("deposit:write")).toContain("pay");
  expect(mutations("deposit:write")).not.toContain("raiseLimit");
  expect(mutations("deposit:write", "audit")).toContain("raiseLimit");
});

test("fields with a scope in their own authScopes are hidden, too", () => {
  expect(fieldsOf(usable(callerOf()), "Query")).not.toContain("vault");
  expect(fieldsOf(usable(callerOf("vault")), "Query")).toContain("vault");
  expect(usable(callerOf("vault")).getType("Vault")).toBeDefined();
});

test("what is left is a valid schema, for each set of scopes", () => {
  const scopes = [
    "deposit:read",
    "deposit:write",
    "deposit:admin",
    "audit",
    "visits",
    "ring:admin",
  ];
  for (let set = 0; set < 2 ** scopes.length; set += 1) {
    const granted = scopes.filter((_, bit) => set & (1 << bit));
    expect([granted, validateSchema(usable(callerOf(...granted)))]).toEqual([granted, []]);
  }
});

test("callers who may the same get the same schema, whatever else they may, and others another one", () => {
  const reader = usable(callerOf("deposit:read"));
  expect(usable(callerOf("deposit:write"))).not.toBe(reader);
  expect(usable(createStranger({ scopes: ["deposit:read", "elsewhere"] }))).toBe(reader);
});

test("a schema costs points to whom it is made for, by its size, and nobody else while it is kept", () => {
  const kept = createUsableSchema(bankSchema);
  const types = Object.keys(bankSchema.getTypeMap()).length;
  const first = kept(callerOf("audit"));
  expect([types > 50, first.points]).toEqual([true, types]);
  // Whoever asks before it is made pays, too.
  expect(kept(callerOf("audit")).points).toBe(types);
  const made = first.schema();
  const again = kept(callerOf("audit", "elsewhere"));
  expect([again.points, again.schema() === made]).toEqual([0, true]);
  expect(createUsableSchema(buildSchema("type Query { a: Int }"))(openViewer).points).toBe(50);
});

test("what costs nothing is still there when it is used, whatever was made since", () => {
  // More sets of scopes than schemas are kept.
  const names = Array.from({ length: 7 }, (_, at) => `s${at}`);
  const many = buildSchema(`type Query { a: Int, ${names.map((name) => `${name}: Int`).join()} }`);
  for (const name of names) {
    many.getQueryType()!.getFields()[name]!.extensions = { cassandra: { scopes: [[name]] } };
  }
  const of = createUsableSchema(many);
  const made = of(callerOf()).schema();
  const free = of(callerOf());
  expect(free.points).toBe(0);
  for (let set = 1; set < 2 ** names.length; set += 1) {
    of(callerOf(...names.filter((_, bit) => set & (1 << bit)))).schema();
  }
  expect(of(callerOf()).points).toBe(50);
  expect(free.schema()).toBe(made);
});

test("where nothing may be queried, the query type has no fields", () => {
  const schema = createUsableSchema(partySchema)(createStranger({ scopes: [] })).schema();
  const source = "{ __schema { queryType { fields { name } } mutationType { name } } }";
  expect(graphqlSync({ schema, source })).toEqual({
    data: { __schema: { queryType: { fields: [] }, mutationType: null } },
  });
});

describe("what depends on something hidden", () => {
  const whole = buildSchema(`
    type Query { open: Open, secret: Secret, either: Either, node: Node, loop: Loop, find(by: By!): Open, list(by: By): Open }
    type Open implements Node { id: ID, hidden: Secret }
    type Secret implements Node { id: ID, other: Only }
    type Only { id: ID }
    type Lost implements Node & Named { id: ID, name: String }
    interface Node { id: ID }
    interface Named { name: String }
    union Either = Open | Secret
    type Loop { loop: Loop, only: Only }
    input By { secret: Hidden! }
    input Hidden { value: Int }
    directive @on(by: By) on FIELD
  `);
  const hide = (...members: readonly string[]) => {
    const schema = buildSchema(printSchema(whole));
    for (const member of members) {
      const [type = "", field = ""] = member.split(".");
      const fields = (
        schema.getType(type) as { getFields(): Record<string, { extensions: object }> }
      ).getFields();
      fields[field]!.extensions = { cassandra: { scopes: [["hidden"]] } };
    }
    return createUsableSchema(schema)(callerOf()).schema();
  };

  test("a type without usable fields takes the fields and unions that lead to it along", () => {
    const schema = hide("Secret.id", "Secret.other");
    expect(fieldsOf(schema, "Query")).not.toContain("secret");
    expect(fieldsOf(schema, "Open")).toEqual(["id"]);
    expect(printType(schema.getType("Either")!)).toBe("union Either = Open");
    expect(validateSchema(schema)).toEqual([]);
  });
  test("an object that lost a field of its interface is none of its types", () => {
    const schema = hide("Secret.id");
    expect(printType(schema.getType("Secret")!)).toBe("type Secret {\n  other: Only\n}");
    expect(validateSchema(schema)).toEqual([]);
  });
  test("an input that cannot be given takes arguments along, and fields that need it", () => {
    const schema = hide("Hidden.value");
    expect(fieldsOf(schema, "Query")).not.toContain("find");
    expect(printType(schema.getQueryType()!)).toContain("list: Open");
    expect(schema.getType("By")).toBeUndefined();
    expect(schema.getDirective("on")).toBeUndefined();
    expect(validateSchema(schema)).toEqual([]);
  });
  test("a type of an interface stays, if a field has that interface as its type", () => {
    expect(hide("Query.secret", "Query.either", "Open.hidden").getType("Secret")).toBeDefined();
    const schema = hide("Query.secret", "Query.either", "Open.hidden", "Query.node");
    expect(schema.getType("Secret")).toBeUndefined();
    expect(schema.getType("Lost")).toBeUndefined();
    expect(schema.getType("Node")).toBeDefined();
  });
});

describe("introspection must be a query of its own", () => {
  const schema = buildSchema("type Query { a: Int, self: Query } type Mutation { do: Query }");
  const isRefused = (text: string) =>
    validate(schema, parse(text), [IntrospectionAloneRule]).length > 0;

  test.each([
    "{ __schema { queryType { name } } }",
    '{ __typename a: __type(name: "Query") { name } __schema { queryType { name } } }',
    "{ ...F } fragment F on Query { __schema { queryType { name } } }",
    "query A { a } query B { __schema { queryType { name } } }",
    "{ a self { a } }",
    "{ __typename }",
  ])("%s is one, or has none", (text) => expect(isRefused(text)).toBe(false));

  test.each([
    "{ a __schema { queryType { name } } }",
    '{ a ... { __type(name: "Query") { name } } }',
    "{ a ...F } fragment F on Query { __schema { queryType { name } } }",
    "{ self { __schema { queryType { name } } } }",
    "{ self { ...F } } fragment F on Query { self { ...G } } fragment G on Query { __schema { queryType { name } } }",
    "mutation { do { __schema { queryType { name } } } }",
    "{ a @skip(if: true) __schema { queryType { name } } }",
  ])("%s is refused", (text) => expect(isRefused(text)).toBe(true));
});
