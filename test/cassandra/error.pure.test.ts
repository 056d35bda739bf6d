import { inspect } from "node:util";
import { errors, types } from "cassandra-driver";
import { describe, expect, test } from "vitest";
import { InvalidValue } from "../../src/cassandra/index.ts";
import { fromDriver, type WriteSteps } from "../../src/cassandra/session/driver-error.ts";

const { responseErrorCodes: codes } = types;
const response = (code: number, message = "") => new errors.ResponseError(code, message);
const noHost = (...inner: unknown[]) =>
  new errors.NoHostAvailableError(
    Object.fromEntries(inner.map((error, node) => [`10.0.0.${node}:9042`, error])),
  );
const closed = Object.assign(new Error("Socket was closed"), { isSocketError: true });
const unwritten = Object.assign(new Error("Socket was closed"), {
  isSocketError: true,
  requestNotWritten: true,
});
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const timeout = new errors.OperationTimedOutError("The host did not reply before timeout");

const codeOf = (error: unknown, writes: boolean) => fromDriver(error, { cql: "…", writes }).code;

describe("a write", () => {
  test.each([
    ["a write time-out, for example of a contended LWT", response(codes.writeTimeout)],
    ["a write failure", response(codes.writeFailure)],
    ["a read time-out, since an LWT reads before it writes", response(codes.readTimeout)],
    ["a server error", response(codes.serverError)],
    ["a time-out of the client", timeout],
    ["a socket that was closed", closed],
    ["errors of several nodes, one of which did not answer", noHost(refused, timeout)],
    ["an unknown error", new Error("?")],
  ])("has an unknown outcome after %s", (_, error) => {
    expect(codeOf(error, true)).toBe("OUTCOME_UNKNOWN");
  });

  test.each([
    ["too few replicas are alive", response(codes.unavailableException)],
    ["the node is overloaded", response(codes.overloaded)],
    ["the node is starting", response(codes.isBootstrapping)],
    ["the request never left", unwritten],
    ["nothing listens", noHost(refused, refused)],
    ["all nodes are known to be down", noHost("Host considered as DOWN", null)],
    ["no node is left to try", noHost()],
    ["no connection is open", noHost(new Error("No connection available"))],
  ])("was certainly not applied when %s", (_, error) => {
    expect(codeOf(error, true)).toBe("UNAVAILABLE");
  });
});

describe("a batch of several partitions", () => {
  const codeOfBatch = (steps: WriteSteps, error: unknown) =>
    fromDriver(error, { cql: "…", writes: true, steps }).code;

  test("of counters may be applied in part when another part cannot be", () => {
    const unavailable = response(codes.unavailableException);
    expect(codeOfBatch("apart", unavailable)).toBe("OUTCOME_UNKNOWN");
    expect(codeOfBatch("apart", noHost(response(codes.overloaded)))).toBe("OUTCOME_UNKNOWN");
  });

  test("that is stored first is not applied without enough replicas, but maybe by an overloaded node", () => {
    const unavailable = response(codes.unavailableException);
    expect(codeOfBatch("stored", unavailable)).toBe("UNAVAILABLE");
    expect(codeOfBatch("stored", noHost(response(codes.overloaded)))).toBe("OUTCOME_UNKNOWN");
  });

  test.each(["apart", "stored"] as const)(
    "was certainly not applied when it was refused, or never left: %s",
    (steps) => {
      expect(codeOfBatch(steps, response(codes.invalid, "Batch too large"))).toBe("REFUSED");
      expect(codeOfBatch(steps, noHost(refused, "Host considered as DOWN"))).toBe("UNAVAILABLE");
    },
  );
});

describe("a lightweight transaction", () => {
  const codeOfLwt = (error: unknown) =>
    fromDriver(error, { cql: "…", writes: true, steps: "agreed" }).code;
  const unavailableAt = (consistencies: types.consistencies) =>
    Object.assign(response(codes.unavailableException), { consistencies });

  test("was certainly not applied when too few replicas are alive to agree on it", () => {
    const { serial, localSerial } = types.consistencies;
    expect(codeOfLwt(unavailableAt(serial))).toBe("UNAVAILABLE");
    expect(codeOfLwt(noHost(unavailableAt(localSerial)))).toBe("UNAVAILABLE");
  });

  test("may be applied when too few replicas are alive to commit it, or a node is overloaded", () => {
    expect(codeOfLwt(unavailableAt(types.consistencies.localQuorum))).toBe("OUTCOME_UNKNOWN");
    expect(codeOfLwt(noHost(response(codes.overloaded)))).toBe("OUTCOME_UNKNOWN");
  });
});

test.each([
  ["a read time-out", response(codes.readTimeout)],
  ["a write time-out of a SERIAL read", response(codes.writeTimeout)],
  ["no answer", timeout],
  ["a closed socket", closed],
])("a read after %s can be tried again", (_, error) => {
  expect(codeOf(error, false)).toBe("UNAVAILABLE");
});

const unprepared = response(codes.unprepared, "Prepared query with ID 1 not found");

describe("a statement that a node no longer has prepared and that cannot be prepared again", () => {
  test.each([
    ["on all nodes", noHost(unprepared, unprepared)],
    ["the other nodes are down", noHost(unprepared, "Host considered as DOWN", refused)],
    [
      "the driver no longer has it either",
      new errors.DriverInternalError("Unprepared response invalid, id: 0x1"),
    ],
  ])("was certainly not executed: %s", (_, error) => {
    for (const writes of [false, true]) {
      expect(fromDriver(error, { cql: "…", writes })).toMatchObject({
        code: "NOT_SYNCED",
        message: "The database no longer accepts a statement that it accepted before.",
      });
    }
  });

  test("may have been executed by another node, which did not answer", () => {
    expect(codeOf(noHost(unprepared, timeout), true)).toBe("OUTCOME_UNKNOWN");
  });
});

const readFailed =
  "Server failure during read query at consistency LOCAL_QUORUM (1 responses were required but only 0 replicas responded, 1 failed)";

describe("a failure that Cassandra itself reports", () => {
  test.each([
    ["replicas that failed", response(codes.readFailure)],
    ["replicas that failed to write in a SERIAL read", response(codes.writeFailure)],
    ["an internal error", response(codes.serverError)],
    ["a function that failed", response(codes.functionFailure)],
    ["one failed node while the others are down", noHost(refused, response(codes.readFailure))],
  ])("does not make a read fail as UNAVAILABLE: %s", (_, error) => {
    expect(codeOf(error, false)).toBe("READ_FAILED");
  });

  test("is reported with Cassandra's message, for a read and for a write", () => {
    const error = response(codes.readFailure, readFailed);
    expect(fromDriver(error, { cql: "…", writes: false }).message).toBe(
      `Cassandra failed to read: ${readFailed}.`,
    );
    expect(fromDriver(error, { cql: "…", writes: true }).message).toBe(
      `The write was sent, but it is not known whether it was applied: ${readFailed}.`,
    );
  });
});

test("a message ends with one full stop even if Cassandra's message ends with one", () => {
  const error = response(codes.invalid, "Request is too big.");
  expect(fromDriver(error, { cql: "…", writes: true }).message).toBe(
    "Cassandra refused the statement: Request is too big.",
  );
});

/** Errors of values that cannot be encoded, so that nothing is sent. */
const unencodable = [
  [
    new InvalidValue("OUT_OF_RANGE", "must be a whole number from -128 to 127, but got 31415"),
    "A value must be a whole number from -128 to 127.",
  ],
  [
    new InvalidValue("WRONG_TYPE", "must be a string, but got a number 31415"),
    "A value must be a string.",
  ],
  [new TypeError("Expected Number, obtained 31415"), "The driver cannot send one of the values."],
  [new RangeError("Out of range. Received 31_415"), "The driver cannot send one of the values."],
] as const;

describe.each([
  ["", (error: Error) => error],
  [" on the only node that was tried", (error: Error) => noHost(error)],
])("a value that cannot be encoded%s", (_, wrapped) => {
  test.each(unencodable)("is refused, and the error does not contain it: %s", (error, message) => {
    for (const writes of [false, true]) {
      const refusal = fromDriver(wrapped(error), { cql: "…", writes });
      expect(refusal.code).toBe("REFUSED");
      expect(refusal.message).toBe(message);
      // The driver's error contains the value, and logs show causes.
      expect(inspect(refusal, { depth: null })).not.toMatch(/31_?415/);
    }
  });
});

test.each([
  ["a syntax error", response(codes.syntaxError), "REFUSED"],
  ["a missing right", response(codes.unauthorized), "FORBIDDEN"],
  ["a value that does not fit", new TypeError("Expected Number"), "REFUSED"],
  ["a missing table", response(codes.invalid, "unconfigured table party"), "NOT_SYNCED"],
  ["a missing column", response(codes.invalid, "Undefined column name people"), "NOT_SYNCED"],
  ["a missing keyspace", response(codes.invalid, "Keyspace 'x' does not exist"), "NOT_SYNCED"],
])("a refusal of a read and of a write has its own code: %s", (_, error, code) => {
  expect(codeOf(error, false)).toBe(code);
  expect(codeOf(error, true)).toBe(code);
});

test("an error has the statement's text and the driver's error, but no values", () => {
  const error = fromDriver(timeout, { cql: "SELECT 1", writes: false });
  expect(error).toMatchObject({ name: "CassandraError", cql: "SELECT 1", cause: timeout });
});
