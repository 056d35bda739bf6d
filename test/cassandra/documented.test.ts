import { afterAll, beforeAll, expect, test } from "vitest";
import type { Session, Statement, Table } from "../../src/cassandra/index.ts";
import { documentedStatements, evaluate, statementScope } from "../fixtures/documented.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

// Cassandra accepts each statement of docs/statements.md, one after the other, and its result is what the page says.

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  const values = Object.values(statementScope) as readonly object[];
  const tables = values.filter((each): each is Table => Object.hasOwn(each, "partition"));
  keyspace = await createKeyspace(...tables);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Returns the result of a statement in the words of the page. */
async function resultOf(statement: string): Promise<unknown> {
  const built = evaluate(statement, { ...statementScope, session });
  const isRaw = statement.startsWith("session.");
  if (isRaw && Symbol.asyncIterator in (built as object)) {
    for await (const row of built as AsyncIterable<object>) expect(row).toBeTypeOf("object");
    return "stream of rows";
  }
  return isRaw ? built : session.run(built as Statement<unknown>);
}

const row = expect.toSatisfy((it) => it === undefined || (typeof it === "object" && it !== null));
const results: Readonly<Record<string, unknown>> = {
  "row or undefined": row,
  rows: expect.any(Array),
  no: undefined,
  lwt: expect.objectContaining({ applied: expect.any(Boolean) }),
  "lwt of rows": expect.objectContaining({ applied: expect.any(Boolean) }),
  "stream of rows": "stream of rows",
};

test.each(documentedStatements)("$statement: $result", async ({ statement, result }) => {
  expect(Object.keys(results)).toContain(result);
  expect(await resultOf(statement)).toEqual(results[result]);
});
