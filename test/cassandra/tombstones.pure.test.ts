import { createRequire } from "node:module";
import { types } from "cassandra-driver";
import { describe, expect, test } from "vitest";
import { asc, table, text } from "../../src/cassandra/index.ts";
import { fromDriver } from "../../src/cassandra/session/driver-error.ts";
import { isMostlyDead, tombstonesIn } from "../../src/cassandra/session/tombstones.ts";

const { FrameReader } = createRequire(import.meta.url)("cassandra-driver/lib/readers.js") as {
  FrameReader: new (
    header: object,
    body: Buffer,
  ) => { readFlagsInfo(): object; readError(): Error };
};

const { readFailure, readTimeout, writeFailure } = types.responseErrorCodes;
const found =
  "Read 0 live rows and 100001 tombstone cells for query SELECT people FROM party WHERE city = 'A' LIMIT 5000 ALLOW FILTERING; token 7 (see tombstone_warn_threshold)";
const local =
  "Operation failed - received 0 responses and 1 failures: UNKNOWN from /127.0.0.1:7000";
const replicaMessage =
  "Operation failed - received 0 responses and 2 failures: UNKNOWN from /10.0.0.1:7000, READ_TOO_MANY_TOMBSTONES from /10.0.0.2:7000";

/** Returns the error that the driver creates for a node's response (native protocol v4, sections 2.2 and 4.2.5). */
function answered(code: number, message: string, warnings: readonly string[] = []): Error {
  const int = (value: number) => Buffer.from(Int32Array.of(value).buffer).swap32();
  const short = (value: number) => Buffer.from(Uint16Array.of(value).buffer).swap16();
  const string = (value: string) => Buffer.concat([short(value.length), Buffer.from(value)]);
  const isFailure = code === readFailure || code === writeFailure;
  const body = Buffer.concat([
    ...(warnings.length > 0 ? [short(warnings.length), ...warnings.map(string)] : []),
    int(code),
    string(message),
    short(types.consistencies.localQuorum),
    int(0),
    int(1),
    ...(isFailure ? [int(1)] : []),
    code === writeFailure ? string("CAS") : Buffer.of(0),
  ]);
  const warning = 0x08;
  const reader = new FrameReader({ version: 4, flags: warnings.length > 0 ? warning : 0 }, body);
  reader.readFlagsInfo();
  return reader.readError();
}

const codeOf = (error: Error, writes: boolean) => fromDriver(error, { cql: "…", writes }).code;

describe("a failure because of too many tombstones is recognised by", () => {
  test.each([
    ["a replica's message about a read", answered(readFailure, replicaMessage), false],
    [
      "a replica's message about a lightweight transaction",
      answered(writeFailure, replicaMessage),
      true,
    ],
    ["the coordinator's warning", answered(readFailure, local, [found]), false],
    ["the warning of a read that timed out", answered(readTimeout, "…", [found]), false],
    ["one of several warnings", answered(readFailure, local, ["Beware", found]), false],
  ])("%s", (_, error, writes) => {
    expect(codeOf(error, writes)).toBe("TOO_MANY_TOMBSTONES");
  });

  test.each([
    ["a read that failed for another reason", answered(readFailure, local), false, "READ_FAILED"],
    ["a read with another warning", answered(readFailure, local, ["Beware"]), false, "READ_FAILED"],
    [
      "a write that read many and failed for another reason",
      answered(writeFailure, local, [found]),
      true,
      "OUTCOME_UNKNOWN",
    ],
  ])("is not recognised in %s", (_, error, writes, code) => {
    expect(codeOf(error, writes)).toBe(code);
  });

  test("means that leave the driver's own error unchanged", () => {
    expect(answered(readFailure, replicaMessage)).toMatchObject({
      code: readFailure,
      received: 0,
      blockFor: 1,
      failures: 1,
      message: expect.stringMatching(
        /^Server failure during read query at consistency LOCAL_QUORUM/,
      ),
    });
  });
});

test("the number of tombstones read is taken from either kind of warning", () => {
  expect(tombstonesIn()).toBe(0);
  expect(tombstonesIn(["Aggregation query used without partition key"])).toBe(0);
  expect(tombstonesIn([found])).toBe(100_001);
  expect(
    tombstonesIn([
      "2 nodes scanned up to 1501 tombstones and issued tombstone warnings for query SELECT …  (see tombstone_warn_threshold)",
    ]),
  ).toBe(1501);
});

test("a read is mostly of dead rows if it has more than ten tombstones per live row", () => {
  const read = (count: number) => [`Read 20 live rows and ${count} tombstone cells for query …`];
  expect(isMostlyDead(20, read(1500))).toBe(true);
  expect(isMostlyDead(0, read(1001))).toBe(true);
  expect(isMostlyDead(1000, read(5000))).toBe(false);
  expect(isMostlyDead(0, undefined)).toBe(false);
});

test.each([
  [
    { lwt: true, sweepAfter: 600 },
    "sweepAfter is for tables of plain writes, but it takes lightweight transactions",
  ],
  [{ sweepAfter: 0 }, "sweepAfter must be a number of seconds above 0, but is 0"],
  [{ sweepAfter: NaN }, "sweepAfter must be a number of seconds above 0, but is NaN"],
])("a table refuses these options of sweeping: %j", (options, why) => {
  const key = { partition: ["room"], clustering: [asc("name")] } as const;
  const define = () =>
    table("notes", { room: text(), name: text() }, { ...key, ...options } as never);
  expect(define).toThrow(`Table "notes" is invalid: ${why}.`);
});
