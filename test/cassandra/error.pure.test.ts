import { errors, types } from "cassandra-driver";
import { describe, expect, test } from "vitest";
import { fromDriver } from "../../src/cassandra/error.ts";

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
    ["a write time-out, as a contended LWT has it", response(codes.writeTimeout)],
    ["a write failure", response(codes.writeFailure)],
    ["a read time-out: an LWT reads before it writes", response(codes.readTimeout)],
    ["a server error", response(codes.serverError)],
    ["no answer in the client's time", timeout],
    ["a socket that was closed", closed],
    ["several nodes, of which one did not answer", noHost(refused, timeout)],
    ["an error that nobody has heard of", new Error("?")],
  ])("is of unknown outcome after %s", (_, error) => {
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

test.each([
  ["a read time-out", response(codes.readTimeout)],
  ["a write time-out, as a SERIAL read has it", response(codes.writeTimeout)],
  ["no answer", timeout],
  ["a closed socket", closed],
])("a read after %s can be tried again", (_, error) => {
  expect(codeOf(error, false)).toBe("UNAVAILABLE");
});

test.each([
  ["syntax", response(codes.syntaxError), "REFUSED"],
  ["rights", response(codes.unauthorized), "FORBIDDEN"],
  ["a value that does not fit", new TypeError("Expected Number"), "REFUSED"],
  ["a missing table", response(codes.invalid, "unconfigured table party"), "NOT_SYNCED"],
  ["a missing column", response(codes.invalid, "Undefined column name people"), "NOT_SYNCED"],
  ["a missing keyspace", response(codes.invalid, "Keyspace 'x' does not exist"), "NOT_SYNCED"],
])("a refusal is told as such, of a read and of a write: %s", (_, error, code) => {
  expect(codeOf(error, false)).toBe(code);
  expect(codeOf(error, true)).toBe(code);
});

test("an error has the statement's text and the driver's error, and no values", () => {
  const error = fromDriver(timeout, { cql: "SELECT 1", writes: false });
  expect(error).toMatchObject({ name: "CassandraError", cql: "SELECT 1", cause: timeout });
});
