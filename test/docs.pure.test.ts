import { readFile } from "node:fs/promises";
import { runInThisContext } from "node:vm";
import type { GraphQLObjectType } from "graphql";
import { expect, test } from "vitest";
import * as cassandra from "../src/cassandra/index.ts";
import * as types from "../src/cassandra/types/index.ts";
import { schemaOf } from "./pothos/build.ts";

// What docs/tables.md says is what the code does.

const page = await readFile(new URL("../docs/tables.md", import.meta.url), "utf8");

/** The cells of the table below a heading, row by row, without the marks of code. */
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

test("every type is told", () => {
  const names = Object.keys(types).filter((name) => name === name.toLowerCase());
  const told = typeRows.map(({ column }) => /^\w+/.exec(column)![0]);
  expect(new Set(told)).toEqual(new Set(names));
});

const { asc, counter, date, desc, double, table, text, timestamp, udt, uuid, frozen } = cassandra;
const tables = {
  events: table(
    "events",
    { user: text(), kind: text(), at: timestamp(), id: uuid(), note: text() },
    { partition: ["user"], clustering: [asc("kind"), desc("at"), asc("id")] },
  ),
  readings: table(
    "reading",
    {
      device: text(),
      day: date(),
      at: timestamp(),
      value: double(),
      place: frozen(udt("place", { name: text() })).static(),
    },
    { partition: ["device", "day"], clustering: [desc("at")] },
  ),
  hits: table("hits", { page: text(), views: counter() }, { partition: ["page"] }),
  visits: table(
    "visits",
    { page: text(), day: date(), views: counter(), total: counter().static() },
    { partition: ["page"], clustering: [asc("day")] },
  ),
};
const values = {
  user: "ada",
  kind: "login",
  at: new Date(0),
  id: "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51",
  from: new Date(0),
  to: new Date(1),
  device: "a",
  day: "2027-08-15",
  page: "home",
};

test.each([...rowsOf("Reads"), ...rowsOf("Writes")])("%s is %s", (statement, told = "") => {
  const made = evaluate(statement!, { ...tables, ...values }) as cassandra.Statement<unknown>;
  const next = made.rest?.(0);
  if (!next) expect(made.cql).toBe(told);
  else {
    const [first, then = ""] = told.split(", then … ");
    expect(made.cql).toBe(first);
    expect(next.cql.endsWith(then)).toBe(true);
  }
});
