import type { GraphQLObjectType } from "graphql";
import { expect, test } from "vitest";
import * as add from "../src/cassandra/add.ts";
import * as batch from "../src/cassandra/batch.ts";
import * as createRow from "../src/cassandra/create-row.ts";
import * as element from "../src/cassandra/element.ts";
import * as cassandra from "../src/cassandra/index.ts";
import * as put from "../src/cassandra/put.ts";
import * as remove from "../src/cassandra/remove.ts";
import * as selectRows from "../src/cassandra/select-rows.ts";
import * as select from "../src/cassandra/select.ts";
import * as types from "../src/cassandra/types/index.ts";
import * as updateCell from "../src/cassandra/update-cell.ts";
import * as updatePartition from "../src/cassandra/write-partition.ts";
import * as write from "../src/cassandra/write.ts";
import {
  documentedStatements,
  evaluate,
  pageOf,
  rowsOf,
  statementScope,
} from "./fixtures/documented.ts";
import { schemaOf } from "./pothos/build.ts";

// The tables in docs/tables.md and docs/statements.md agree with the code.

const typeRows = rowsOf(await pageOf("tables.md"), "Types").map(
  ([column = "", cql, value = "", graphql, text]) => {
    const { type } = evaluate(column) as cassandra.Column;
    return { column, cql, value, graphql, text, type };
  },
);

test.each(typeRows)("$column has the GraphQL type", ({ column, graphql }) => {
  const shown = evaluate(column) as cassandra.Column;
  const columns = { id: cassandra.int(), shown };
  const schema = schemaOf(cassandra.table("shown", columns, { partition: ["id"] }));
  const { type } = (schema.getType("Row") as GraphQLObjectType).getFields()["shown"]!;
  expect(String(type)).toBe(graphql);
});

test.each(typeRows)("$column has the CQL, the value and the text", ({ type, cql, value, text }) => {
  expect(type.cql).toBe(cql);
  const given = evaluate(value);
  expect(type.decode(type.encode(type.check(given)))).toEqual(given);
  expect(type.toText(given)).toBe(text);
  expect(type.fromText(text!)).toEqual(given);
});

test("every type is in the table", () => {
  const names = Object.keys(types).filter((name) => name === name.toLowerCase());
  const listed = typeRows.map(({ column }) => /^\w+/.exec(column)![0]);
  expect(new Set(listed)).toEqual(new Set(names));
});

/** Shows the text of raw CQL. */
const session = { cql: (cql: string) => ({ cql }), cqlRows: (cql: string) => ({ cql }) };

test.each(documentedStatements)("$statement has the CQL $cql", ({ statement, cql: expected }) => {
  type Built = Pick<cassandra.Statement<unknown>, "cql" | "rest">;
  const { cql, rest } = evaluate(statement, { ...statementScope, session }) as Built;
  const next = rest?.(0);
  const [first = "", then = ""] = expected.split(", then … ");
  expect(next?.cql.endsWith(then) ?? then === "").toBe(true);
  if (first.startsWith("… ")) expect(cql.slice(cql.indexOf(" IF ") + 1)).toBe(first.slice(2));
  else expect(cql).toBe(first);
});

test("every public builder of statements is documented", () => {
  const modules = { ...add, ...batch, ...createRow, ...element, ...put, ...remove };
  const more = { ...select, ...selectRows, ...updateCell, ...updatePartition, ...write };
  // Lanes and orders use these. They are public within this package only.
  const internal = ["insertEntry", "updateCell", "isElement", "unlikelyColumn"];
  const builders = Object.keys({ ...modules, ...more }).filter(
    (name) => Object.hasOwn(cassandra, name) && !internal.includes(name),
  );
  const listed = documentedStatements.map(({ statement }) => statement).join("\n");
  expect(builders.filter((name) => !listed.includes(`${name}(`))).toEqual([]);
  expect(builders.length).toBeGreaterThan(20);
});
