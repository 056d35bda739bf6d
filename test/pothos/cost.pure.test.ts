import { getOperationAST, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { asc, bigint, orderOf, table, text, uuid } from "../../src/cassandra/index.ts";
import { createOperationCost } from "../../src/pothos/cost.ts";
import { createBuilder } from "./build.ts";

const Product = table(
  "product",
  { shop: text(), id: uuid(), brand: text().required(), name: text() },
  { partition: ["shop"], clustering: [asc("id")] },
);

const Review = table(
  "review",
  { product: uuid(), id: uuid(), shop: text(), author: text().required() },
  { partition: ["product"], clustering: [asc("id")] },
);

const Numbered = table(
  "numbered",
  { number: bigint(), id: uuid() },
  { partition: ["number"], clustering: [asc("id")] },
);

const Author = table("author", { name: text(), city: text() }, { partition: ["name"] });

const Offer = table(
  "offer",
  { shop: text(), id: uuid(), until: text().required(), owner: text().required() },
  {
    partition: ["shop"],
    clustering: [asc("id")],
    lwt: true,
    lanes: true,
    orders: {
      offer_by_until: [asc("until")],
      offer_by_owner: { partition: ["owner"], clustering: [asc("until")] },
    },
  },
);

const builder = createBuilder();
builder.tableObject("Author", Author);
builder.tableObject("Review", Review, {
  fields: (t) => ({
    writer: t.row(Author, { from: { name: ({ author }) => author } }),
    admin: t.row(Author, { args: {} }),
  }),
});
const ProductRef = builder.tableObject("Product", Product, {
  fields: (t) => ({
    reviews: t.partition(Review, { from: { product: ({ id }) => id } }),
    tags: t.stringList({ resolve: () => [] }),
  }),
});
builder.tableObject("Offer", Offer);
builder.tableObject("Numbered", Numbered);
builder.mutationType({ fields: (t) => ({ removeOffer: t.remove(Offer) }) });
builder.queryType({
  fields: (t) => ({
    product: t.row(Product),
    numbered: t.row(Numbered),
    products: t.partition(Product),
    byUntil: t.partition(orderOf(Offer, "offer_by_until")),
    byOwner: t.partition(orderOf(Offer, "offer_by_owner")),
    favourites: t.field({ type: [ProductRef], resolve: () => [] }),
    top: t.field({
      type: [ProductRef],
      extensions: { cassandra: { partitions: 2, rows: 3 } },
      resolve: () => [],
    }),
    byIds: t.field({
      type: [ProductRef],
      args: { ids: t.arg.stringList({ required: true }) },
      extensions: { cassandra: { partitions: 1, keys: "ids" } },
      resolve: () => [],
    }),
  }),
});
const schema = builder.toSchema();

interface Sent {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly maxValues?: number;
}

function cost(text: string, { variables = {}, maxValues = 1_000_000 }: Sent = {}) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document)!;
  return createOperationCost({ maxValues })({ schema, document, operation, variables });
}

const partitions = (text: string, sent?: Sent) => cost(text, sent).partitions;

const ID = "00000000-0000-4000-8000-000000000001";
const OTHER_ID = "00000000-0000-4000-8000-000000000002";

test("a partition costs one, whatever is selected of it", () => {
  expect(
    cost('{ products(shop: "a", first: 5) { nodes { id name } pageInfo { endCursor } } }'),
  ).toEqual({
    partitions: 1,
    points: 1,
    ofRoot: 1,
    values: 1 + 1 + 5 * 2 + 2,
    characters: 8 + 5 + 5 * (2 + 4) + 8 + 9,
  });
});

test("a field below a page costs once per row that the page can have", () => {
  const reviews = "nodes { reviews(first: 2) { nodes { id } } }";
  expect(partitions(`{ products(shop: "a", first: 7) { ${reviews} } }`)).toBe(1 + 7);
  expect(partitions(`{ products(shop: "a") { ${reviews} } }`)).toBe(1 + 20);
  expect(
    partitions(
      `{ products(shop: "a", first: 7) { nodes { reviews(first: 3) { edges { node { writer { city } } } } } } }`,
    ),
  ).toBe(1 + 7 + 7 * 3);
});

test("the size of a page comes from a variable, its default, or the argument's default", () => {
  const text = (declared: string) =>
    `query ($n: ${declared}) { products(shop: "a", first: $n) { nodes { reviews { nodes { id } } } } }`;
  expect(partitions(text("Int!"), { variables: { n: 4 } })).toBe(1 + 4);
  expect(partitions(text("Int! = 6"))).toBe(1 + 6);
  expect(partitions(text("Int! = 6"), { variables: { n: 4 } })).toBe(1 + 4);
});

test("a page of an invalid size costs as much as the largest one", () => {
  for (const n of [0, -1, 101, 1e9, 1.5e300]) {
    const variables = { n };
    const text =
      'query ($n: Int!) { products(shop: "a", first: $n) { nodes { reviews { nodes { id } } } } }';
    expect(partitions(text, { variables })).toBe(1 + 100);
  }
});

test("a field with a list of keys costs once for each of them, and so do the fields below it", () => {
  const reviews = "reviews { nodes { id } }";
  expect(partitions(`{ byIds(ids: ["a", "b", "b"]) { id } }`)).toBe(3);
  expect(partitions(`{ byIds(ids: ["a", "b"]) { ${reviews} } }`)).toBe(2 + 2);
  expect(partitions(`{ byIds(ids: []) { ${reviews} } }`)).toBe(0);
  expect(partitions(`{ byIds(ids: "a") { id } }`)).toBe(1);
  const document = parse(`query ($ids: [String!]!) { byIds(ids: $ids) { id } }`);
  const operation = getOperationAST(document)!;
  const costOf = createOperationCost({ maxValues: 1000 });
  for (const ids of [["a"], ["a", "b", "c"], ["a", "b"]]) {
    const found = costOf({ schema, document, operation, variables: { ids } });
    expect(found.partitions).toBe(ids.length);
  }
});

test("rows of one partition cost once, however they are named", () => {
  const row = (alias: string, shop: string, id: string) =>
    `${alias}: product(shop: "${shop}", id: "${id}") { name }`;
  expect(partitions(`{ ${row("a", "x", ID)} ${row("b", "x", OTHER_ID)} }`)).toBe(1);
  expect(partitions(`{ ${row("a", "x", ID)} ${row("b", "y", ID)} }`)).toBe(2);
  const text = `query ($s: String!, $t: String!) { a: product(shop: $s, id: "${ID}") { name } b: product(shop: $t, id: "${ID}") { name } }`;
  expect(partitions(text, { variables: { s: "x", t: "x" } })).toBe(1);
  expect(partitions(text, { variables: { s: "x", t: "y" } })).toBe(2);
});

test("a row whose partition does not depend on the parent costs once for all parents", () => {
  const admin =
    '{ products(shop: "a", first: 9) { nodes { reviews(first: 1) { nodes { admin(name: "b") { city } } } } } }';
  expect(partitions(admin)).toBe(1 + 9 + 1);
});

test("pages of one partition are read one by one", () => {
  expect(
    partitions(
      '{ a: products(shop: "x") { nodes { id } } b: products(shop: "x") { nodes { id } } }',
    ),
  ).toBe(2);
});

test("a page of an order also reads the partitions of its rows", () => {
  expect(partitions('{ byUntil(shop: "a", first: 9) { nodes { id } } }')).toBe(2);
  expect(partitions('{ byOwner(owner: "a", first: 9) { nodes { id } } }')).toBe(1 + 9);
});

test("a list of the schema's author counts as it declares, else as ten objects", () => {
  expect(partitions("{ favourites { reviews { nodes { id } } } }")).toBe(10);
  expect(partitions("{ top { reviews { nodes { id } } } }")).toBe(2 + 3);
});

test("fields of the same name are one field, also in fragments", () => {
  const text = `
    { ...A ...A products(shop: "x") { nodes { id } } ... on Query { products(shop: "x") { nodes { name } } } }
    fragment A on Query { products(shop: "x") { nodes { id } } }`;
  expect(cost(text)).toMatchObject({ partitions: 1, values: 1 + 1 + 20 * 2 });
});

test("what @skip and @include leave out costs nothing", () => {
  const text = `query ($yes: Boolean! = true) {
    a: products(shop: "x") @skip(if: $yes) { nodes { id } }
    b: products(shop: "x") @include(if: false) { nodes { id } }
    ... @skip(if: true) { c: products(shop: "x") { nodes { id } } }
    d: products(shop: "x") @include(if: $yes) { nodes { id } }
  }`;
  expect(partitions(text)).toBe(1);
  expect(partitions(text, { variables: { yes: false } })).toBe(1);
});

test("a partition that a lightweight transaction writes, or an order of it, costs four points", () => {
  const text = `mutation { removeOffer(shop: "a", id: "${ID}") { __typename } }`;
  expect(cost(text)).toMatchObject({ partitions: 3, points: 12 });
});

test("introspection costs nothing", () => {
  expect(cost("{ __schema { types { name fields { name } } } }")).toEqual({
    partitions: 0,
    points: 0,
    ofRoot: 0,
    values: 0,
    characters: 0,
  });
});

test("counting stops above the maximum", () => {
  const pages = Array.from(
    { length: 9 },
    (_, at) => `r${at}: reviews(first: 100) { nodes { id } }`,
  );
  const text = `{ products(shop: "x", first: 100) { nodes { ${pages.join(" ")} } } }`;
  expect(cost(text).values).toBe(2 + 9 * (100 + 100 + 100 * 100));
  const { values } = cost(text, { maxValues: 1000 });
  expect(values).toBeGreaterThan(1000);
  expect(values).toBeLessThan(2 * 100 * 100 + 1000);
});

test("large numbers that differ name different partitions", () => {
  const text = (one: string, other: string) =>
    `{ a: numbered(number: ${one}, id: "${ID}") { id } b: numbered(number: ${other}, id: "${ID}") { id } }`;
  expect(partitions(text("9007199254740993", "9007199254740992"))).toBe(2);
  expect(partitions(text("9007199254740993", "9007199254740993"))).toBe(1);
});

test("a remembered cost is that of the same page", () => {
  const text = `query ($n: Int!, $skip: Boolean!, $shop: String!) {
    products(shop: $shop, first: $n) { nodes { reviews(first: 1) @skip(if: $skip) { nodes { id } } } }
  }`;
  const document = parse(text);
  const operation = getOperationAST(document)!;
  const of = createOperationCost({ maxValues: 10_000 });
  const known = (n: number, skip: boolean, shop = "a") =>
    of({ schema, document, operation, variables: { n, skip, shop } }).partitions;
  expect([known(5, true), known(5, false), known(6, false), known(5, false)]).toEqual([1, 6, 7, 6]);
  expect(known(5, false, "b")).toBe(6);
  expect(known("7" as never, false)).toBe(101);
  expect(known(7, false)).toBe(8);
});

test("a remembered cost is not that of rows of other partitions", () => {
  const text = `query ($s: String!, $t: String!) { a: product(shop: $s, id: "${ID}") { name } b: product(shop: $t, id: "${ID}") { name } }`;
  const document = parse(text);
  const operation = getOperationAST(document)!;
  const of = createOperationCost({ maxValues: 10_000 });
  const known = (s: string, t: string) => of({ schema, document, operation, variables: { s, t } });
  expect([known("x", "x"), known("x", "y")].map(({ partitions: number }) => number)).toEqual([
    1, 2,
  ]);
});
