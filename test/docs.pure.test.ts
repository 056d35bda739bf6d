import { readFile } from "node:fs/promises";
import { runInThisContext } from "node:vm";
import type { GraphQLObjectType } from "graphql";
import { expect, test } from "vitest";
import * as cassandra from "../src/cassandra/index.ts";
import * as types from "../src/cassandra/types/index.ts";
import { schemaOf } from "./pothos/build.ts";

// The tables in docs/tables.md agree with the code.

const page = await readFile(new URL("../docs/tables.md", import.meta.url), "utf8");

/** Returns the rows of the table below a heading, as cells without backticks. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [lines = ""] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  return lines
    .trim()
    .split("\n")
    .slice(2)
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| |`| \|$/g, "")));
}

/** Runs an expression with all that partyfinder/cassandra exports. */
function evaluate(expression: string, more: Readonly<Record<string, unknown>> = {}): unknown {
  const scope = { ...cassandra, ...more };
  const names = Object.keys(scope).join(", ");
  const run = runInThisContext(`(${names}) => (${expression})`) as (...args: unknown[]) => unknown;
  return run(...Object.values(scope));
}

const typeRows = rowsOf("Types").map(([column = "", cql, value = "", graphql, text]) => {
  const { type } = evaluate(column) as cassandra.Column;
  return { column, cql, value, graphql, text, type };
});

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

const { asc, counter, date, desc, double, int, table, text, timestamp, udt, uuid, frozen } =
  cassandra;
const tables = {
  bookings: table(
    "bookings",
    { guest: text(), kind: text(), at: timestamp(), id: uuid(), note: text() },
    { partition: ["guest"], clustering: [asc("kind"), desc("at"), asc("id")] },
  ),
  sales: table(
    "sale",
    {
      theatre: text(),
      day: date(),
      at: timestamp(),
      price: double(),
      place: frozen(udt("place", { name: text() })).static(),
    },
    { partition: ["theatre", "day"], clustering: [desc("at")] },
  ),
  seats: table(
    "seat",
    { theatre: text(), id: uuid(), name: text(), taken: int() },
    { partition: ["theatre"], clustering: [asc("id")], lwt: true },
  ),
  theatres: table(
    "theatre",
    { id: uuid(), name: text().required(), seats: int() },
    { partition: ["id"], lwt: true, lanes: { remembers: 60 } },
  ),
  sold: table("sold", { theatre: text(), tickets: counter() }, { partition: ["theatre"] }),
  days: table(
    "days",
    { theatre: text(), day: date(), tickets: counter(), total: counter().static() },
    { partition: ["theatre"], clustering: [asc("day")] },
  ),
};
const values = {
  guest: "ada",
  kind: "login",
  at: new Date(0),
  id: "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51",
  from: new Date(0),
  to: new Date(1),
  theatre: "Globe",
  name: "Globe",
  day: "2027-08-15",
};

test.each([...rowsOf("Reads"), ...rowsOf("Writes")])(
  "%s has the CQL %s",
  (statement, expected = "") => {
    const built = evaluate(statement!, { ...tables, ...values }) as cassandra.Statement<unknown>;
    const next = built.rest?.(0);
    if (!next) expect(built.cql).toBe(expected);
    else {
      const [first, then = ""] = expected.split(", then … ");
      expect(built.cql).toBe(first);
      expect(next.cql.endsWith(then)).toBe(true);
    }
  },
);
