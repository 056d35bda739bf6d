import { parse, print, visit } from "graphql";
import { describe, expect, test } from "vitest";
import { type ReadDocument, readDocument } from "../../src/client/document.ts";

const read = (text: string) => readDocument(text) as ReadDocument;

describe("a document declares a variable", () => {
  test.each([
    "mutation ($operationId: UUID) { a(id: $operationId) }",
    "mutation Name($a:Int,$operationId:UUID!){a}",
    'mutation ($a: Int = 1, $b: String = ")", $operationId : UUID) @d(a: "x") { a }',
    "mutation ($a: In = { b: { c: 1 } }, $operationId: UUID) { a }",
    "fragment F on T { a } mutation ($operationId # the id\n : UUID) { ...F }",
    "# first\nmutation ($operationId: UUID) { a }",
  ])("in %s", (text) => {
    expect(read(text).declares("operationId")).toBe(true);
  });
});

describe("a document declares no variable", () => {
  test.each([
    "{ a }",
    "mutation ($id: UUID) { a(operationId: $id) operationId: b }",
    "mutation ($operationIds: [UUID]) { a(operationId: $operationId b: 1) }",
    'mutation ($a: String = "$operationId: UUID") { a }',
    'mutation ($a: String = """ "$operationId: UUID" \\""" $operationId: UUID """) { a }',
    "# mutation ($operationId: UUID)\nmutation ($a: Int) { a }",
    "mutation ($a: Int) { a(b: $operationId c: 1) }",
  ])("in %s", (text) => {
    expect(read(text).declares("operationId")).toBe(false);
  });
});

test("a subscription is recognised by its keyword, wherever it stands", () => {
  const texts = [
    "subscription { a }",
    "subscription Name($a: Int) { a }",
    "fragment F on T { a } subscription{ a }",
    "#\nsubscription @d { a }",
    "subscription subscription { a }",
  ];
  for (const text of texts) expect(read(text).isSubscription, text).toBe(true);
  const others = [
    "{ subscription }",
    "query subscription { a }",
    "query ($subscription: Int @d(x: 1)) { a }",
    "query @subscription { a } fragment F on subscription { a }",
    "query subscriptions { a }",
    "mutation { subscription: a } fragment subscription on T { a }",
    '# subscription { a }\nquery ($a: String = "subscription {") { a }',
  ];
  for (const text of others) expect(read(text).isSubscription, text).toBe(false);
});

test("a TypedDocumentString is read as its text", () => {
  class TypedDocumentString extends String {}
  expect(read(new TypedDocumentString("{ a }") as string).text).toBe("{ a }");
});

test("a document node is printed, also where it keeps the text that it was parsed from", async () => {
  const parsed = parse("query { a }");
  const changed = visit(parsed, { Name: (name) => ({ ...name, value: `${name.value}b` }) });
  expect(changed.loc?.source.body).toBe("query { a }");
  const { text } = await readDocument(changed);
  expect(text).toBe(print(parse("query { ab }")));
});
