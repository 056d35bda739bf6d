import { buildSchema, GraphQLObjectType, Kind, parse } from "graphql";
import { expect, test } from "vitest";
import { collectFields } from "../../../src/pothos/plan/collect.ts";
import { isLeftToExecutor } from "../../../src/pothos/plan/for-executor.ts";

const schema = buildSchema(`
  interface Named { name: String }
  interface Aged { age: Int }
  type Person implements Named { name: String, nick: String, friend: Person }
  union Anybody = Person
  type Query { person: Person }
`);

/** Returns the fields that a selection of a person collects, with the nodes of each. */
function collected(text: string, conditions: Readonly<Record<string, boolean>> = {}) {
  const { definitions } = parse(text);
  const [operation] = definitions;
  const fragments = new Map(
    definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const set = (operation as never as { readonly selectionSet: never }).selectionSet;
  const type = schema.getType("Person") as GraphQLObjectType;
  const isTrue = (name: string) => conditions[name]!;
  const fields = collectFields(type, [set], { schema, fragments, isTrue });
  return [...fields].map(
    ([name, nodes]) => `${name}: ${nodes.map(({ name: { value } }) => value).join()}`,
  );
}

test("fields come in the order in which they are first selected, those of one name together", () => {
  expect(collected("{ b: name a: nick b: name name }")).toEqual([
    "b: name,name",
    "a: nick",
    "name: name",
  ]);
});

test("fragments are entered once, and only those that apply to the type", () => {
  const text = `{ ...N ... on Named { name } ... on Aged { age } ... on Anybody { c: nick } ...N ... { d: nick } }
    fragment N on Person { nick ...M } fragment M on Query { person { name } }`;
  expect(collected(text)).toEqual(["nick: nick", "name: name", "c: nick", "d: nick"]);
});

test("conditions are those of constants and variables, and @skip wins", () => {
  const text = `{
    a: name @skip(if: true) b: name @include(if: false) c: name @skip(if: $no) @include(if: $yes)
    d: name @skip(if: $yes) @include(if: $yes) ... @include(if: $yes) { e: name } ... @skip(if: $yes) { f: name }
  }`;
  expect(collected(text, { yes: true, no: false })).toEqual(["c: name", "e: name"]);
});

test("other directives are left to the executor", () => {
  expect(() => collected("{ name @defer }")).toThrow(expect.toSatisfy(isLeftToExecutor));
});
