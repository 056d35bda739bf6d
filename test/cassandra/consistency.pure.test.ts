import { types } from "cassandra-driver";
import { expect, test } from "vitest";
import {
  type ConnectOptions,
  effectiveConsistency,
  put,
  select,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createQueryOptions } from "../../src/cassandra/session/query-options.ts";

const ours = { consistency: "LOCAL_QUORUM", isAstra: false } as const;
const astra = { ...ours, isAstra: true };

test.each([
  [ours, "read", undefined, "LOCAL_QUORUM"],
  [{ ...ours, consistency: "QUORUM" }, "write", undefined, "QUORUM"],
  [ours, "read", "LOCAL_ONE", "LOCAL_ONE"],
  [ours, "write", "LOCAL_ONE", "LOCAL_ONE"],
  [ours, "counter", "ALL", "ALL"],
  [astra, "read", "LOCAL_ONE", "LOCAL_ONE"],
  [astra, "write", "LOCAL_ONE", "LOCAL_QUORUM"],
  [astra, "counter", "LOCAL_ONE", "LOCAL_QUORUM"],
  [astra, "logged", "LOCAL_ONE", "LOCAL_QUORUM"],
  [astra, "write", "QUORUM", "QUORUM"],
] as const)("in %j, a %s at %s is executed at %s", (session, kind, consistency, expected) => {
  const statement = { kind, ...(consistency && { consistency }) };
  expect(effectiveConsistency(session, statement as never)).toBe(expected);
});

const cluster = { contactPoints: ["127.0.0.1"], localDataCenter: "datacenter1" };
const bundle: ConnectOptions = { bundle: "scb.zip" };
const { localOne, localQuorum, all } = types.consistencies;

test.each([
  [cluster, undefined, localQuorum],
  [cluster, "LOCAL_ONE", localOne],
  [cluster, "ALL", all],
  [bundle, "LOCAL_ONE", localQuorum],
] as const)("the driver gets the consistency of a write: %j, %s", (options, consistency, code) => {
  const { of, ofBatch } = createQueryOptions(options);
  expect(of({ kind: "write", ...(consistency && { consistency }) }).consistency).toBe(code);
  expect(ofBatch({ kind: "unlogged", consistency }).consistency).toBe(code);
});

test("options at the consistency of the session are not made again for each statement", () => {
  const { of, byKind } = createQueryOptions(cluster);
  expect(of({ kind: "read" })).toBe(byKind.read);
  expect(of({ kind: "read", consistency: "LOCAL_QUORUM" })).toBe(byKind.read);
});

test.each([
  ["lwt", { logged: false }],
  ["unlogged", { logged: false }],
  ["logged", { logged: true }],
  ["counter", { counter: true }],
] as const)("a batch of the kind %s is sent once", (kind, expected) => {
  const { ofBatch } = createQueryOptions(cluster);
  expect(ofBatch({ kind, consistency: undefined })).toMatchObject({
    ...expected,
    prepare: true,
    isIdempotent: false,
    retry: expect.objectContaining({ constructor: expect.any(Function) }),
  });
});

test("a level that the library does not have is refused: the driver would use LOCAL_ONE in its place", () => {
  const Note = table("note", { id: text() }, { partition: ["id"] });
  const why = "takes one of LOCAL_ONE, LOCAL_QUORUM, QUORUM, ALL, but got ONE";
  const options = { consistency: "ONE" } as never;
  expect(() => put(Note, { id: "a" }, options)).toThrow(why);
  expect(() => select(Note, { id: "a" }, options)).toThrow(why);
});
