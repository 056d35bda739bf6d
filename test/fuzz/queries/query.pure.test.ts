import { Kind, parse, validate, visit } from "graphql";
import { expect, test } from "vitest";
import { createRandom } from "../../chaos/random.ts";
import type { Known } from "./known.ts";
import { writeQuery } from "./query.ts";
import { createFuzzSchema } from "./schema.ts";
import { shrink } from "./shrink.ts";
import { createTables } from "./tables.ts";

const schema = createFuzzSchema(createTables(), { cursorType: "String", hasNullableRows: false });
const known: Known = {
  seat: [
    {
      key: { hall: "Globe" },
      rows: [{ hall: "Globe", row: 1, number: 2 }],
      cursors: { seats: ["cursor"] },
    },
  ],
};
const write = (seed: number) => writeQuery({ random: createRandom(seed), schema, known });
const isValid = (source: string) => validate(schema, parse(source)).length === 0;

test("the same seed writes the same query", () => {
  const queries = () => Array.from({ length: 100 }, (_, seed) => write(seed));
  expect(queries()).toEqual(queries());
});

test("most queries are valid", () => {
  const valid = Array.from({ length: 300 }, (_, seed) => write(seed).source).filter(isValid);
  expect(valid.length).toBeGreaterThan(200);
});

test("queries have fragments, merged fields, conditions, variables and several operations", () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const document = parse(write(seed).source);
    visit(document, { enter: ({ kind }) => void kinds.add(kind) });
    const operations = document.definitions.filter(
      ({ kind }) => kind === Kind.OPERATION_DEFINITION,
    );
    if (operations.length > 1) kinds.add("several");
  }
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      Kind.INLINE_FRAGMENT,
      Kind.FRAGMENT_SPREAD,
      Kind.DIRECTIVE,
      Kind.VARIABLE_DEFINITION,
      "several",
    ]),
  );
});

test("a query becomes as small as it can be", async () => {
  const source = `query A($hall: String!, $more: Boolean!) {
    hello
    again: seats(hall: $hall, first: 3) { nodes { row ...F } pageInfo { hasNextPage @include(if: $more) } }
  }
  query B { hello }
  fragment F on Seat { number price ... on Seat { holder } }`;
  const smallest = await shrink(source, {
    schema,
    isWrong: async (smaller) => smaller.includes("price"),
  });
  expect(smallest.replace(/\s+/g, " ")).toBe(
    "query A($hall: String!) { again: seats(hall: $hall) { nodes { ...F } } } fragment F on Seat { price }",
  );
});
