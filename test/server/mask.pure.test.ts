import { expect, test } from "vitest";
import { CassandraError } from "../../src/cassandra/index.ts";
import { createMask } from "../../src/server/mask.ts";

const readFailed = (cql: string) =>
  new CassandraError("READ_FAILED", "Cassandra failed to read: 4 of 4 failed.", { cql });

test("a read that failed is told to the client by its code, and to the operator once", () => {
  const log: string[] = [];
  const mask = createMask((line) => log.push(line));
  for (const cql of ["SELECT a FROM t", "SELECT a FROM t", "SELECT b FROM t"]) {
    const { message, extensions } = mask(readFailed(cql));
    expect(extensions).toEqual({ code: "READ_FAILED" });
    expect(message).not.toContain("4 of 4");
  }
  expect(log).toEqual([
    "Cassandra failed to read: 4 of 4 failed. The statement: SELECT a FROM t",
    "Cassandra failed to read: 4 of 4 failed. The statement: SELECT b FROM t",
  ]);
});

test("a failure that says itself when it is over is not logged for each request", () => {
  const log: string[] = [];
  const mask = createMask((line) => log.push(line));
  mask(new CassandraError("UNAVAILABLE", "Cassandra does not answer."));
  expect(log).toEqual([]);
});
