import { errors, types } from "cassandra-driver";
import { CassandraError, type CassandraErrorCode, InvalidValue } from "../error.ts";
import { messageOf } from "../../support/message.ts";
import { failedOnTombstones } from "./tombstones.ts";

/** The statement that failed. */
export interface AttemptedStatement {
  readonly cql: string;
  /** Whether the statement changes data. */
  readonly writes: boolean;
  /** How a write is executed if not in one step. */
  readonly steps?: WriteSteps | undefined;
}

/**
 * How Cassandra executes a write that takes several steps (StorageProxy.java).
 *
 * - `apart`: a batch of several partitions, one after the other, so a part of it may be applied when another part cannot
 *   be.
 * - `stored`: it checks that enough replicas are alive, and stores a batch before it applies it, so an overloaded node may
 *   still do that.
 * - `agreed`: a lightweight transaction. Replicas that have agreed on it will apply it, even if too few of them are left
 *   to commit it. That error has the consistency of the commit; before the agreement, it is serial.
 */
export type WriteSteps = "apart" | "stored" | "agreed";

/**
 * Converts an error of the driver into a CassandraError that says what it means for the statement.
 *
 * A write is certainly not applied only if Cassandra says so or if the request never left this process. After any other
 * error the outcome of a write is unknown, even if the error looks like one of a read: an LWT reads before it writes,
 * and may start over after it has proposed a value.
 */
export function fromDriver(
  cause: unknown,
  { cql, writes, steps }: AttemptedStatement,
): CassandraError {
  if (cause instanceof CassandraError) return cause;
  const { meaning, error } = decisiveError(nodeErrors(cause, steps), writes);
  // Thrown by one of our parameters while the driver encoded the request: see bytes.ts.
  if (error instanceof CassandraError)
    return new CassandraError(error.code, error.message, { cql });
  const words = messageOf(error);
  const fail = (code: CassandraErrorCode, message: string) =>
    new CassandraError(code, `${message.replace(/\.+$/, "")}.`, { cause, cql });
  if (failedOnTombstones(cause, writes)) {
    return fail("TOO_MANY_TOMBSTONES", "Cassandra found too many deleted rows to read through");
  }
  const unknown = "The write was sent, but it is not known whether it was applied";
  switch (meaning) {
    case "UNENCODABLE":
      return unencodable(error, cql);
    case "REFUSED":
      return fail("REFUSED", `Cassandra refused the statement: ${words}`);
    case "FORBIDDEN":
      return fail("FORBIDDEN", `${words}: grant it to the role, or log in as another role`);
    case "NOT_SYNCED":
      return fail("NOT_SYNCED", `The database does not match the models: ${words}`);
    case "UNPREPARED":
      return fail(
        "NOT_SYNCED",
        "The database no longer accepts a statement that it accepted before",
      );
    case "FAILED":
      if (writes) return fail("OUTCOME_UNKNOWN", `${unknown}: ${words}`);
      return fail("READ_FAILED", `Cassandra failed to read: ${words}`);
    case "SILENT":
      if (writes) return fail("OUTCOME_UNKNOWN", unknown);
  }
  return fail("UNAVAILABLE", "Cassandra does not answer, or too few of its replicas do");
}

/** What an error means for the request that failed with it. */
type Meaning =
  // The first six: certainly not executed.
  | "UNENCODABLE"
  | "REFUSED"
  | "FORBIDDEN"
  | "NOT_SYNCED"
  /**
   * The node no longer has the prepared statement, as after a change of its table, and it could not be prepared again.
   */
  | "UNPREPARED"
  | "UNSENT"
  /** A node answers that it, or a replica, failed while executing the request. */
  | "FAILED"
  /** The request was sent, and no answer came that tells its outcome. */
  | "SILENT";

interface NodeError {
  readonly meaning: Meaning;
  readonly error: unknown;
}

/** Chooses between the errors of several nodes: the outcome of a write is unknown if it is unknown on one of them. */
function decisiveError(all: readonly NodeError[], writes: boolean): NodeError {
  const certain = ["UNENCODABLE", "REFUSED", "FORBIDDEN", "NOT_SYNCED", "UNPREPARED"] as const;
  const uncertain = ["FAILED", "SILENT"] as const;
  const order = writes ? [...uncertain, ...certain] : [...certain, ...uncertain];
  const first = order.find((meaning) => all.some((each) => each.meaning === meaning));
  return all.find(({ meaning }) => meaning === first) ?? { meaning: "UNSENT", error: undefined };
}

/** Returns the error of each node that was tried; the driver wraps them in one error. */
function nodeErrors(error: unknown, steps: WriteSteps | undefined): readonly NodeError[] {
  if (error instanceof errors.NoHostAvailableError) {
    const all = Object.values<unknown>(error.innerErrors ?? {});
    return all.flatMap((each) => nodeErrors(each, steps));
  }
  const isOfLaterStep =
    steps !== undefined && error instanceof errors.ResponseError && mayBeLater(error, steps);
  return [{ meaning: isOfLaterStep ? "SILENT" : meaningOf(error), error }];
}

/** Whether a node may give an answer after a step that already applies something. */
function mayBeLater(error: errors.ResponseError, steps: WriteSteps): boolean {
  if (!laterCodes[steps].includes(error.code)) return false;
  const { consistencies: at } = error as { readonly consistencies?: types.consistencies };
  return steps !== "agreed" || (at !== serial && at !== localSerial);
}

function meaningOf(error: unknown): Meaning {
  // For a host that the driver did not try, it lists a string or null.
  if (!(error instanceof Error)) return "UNSENT";
  if (error instanceof errors.ResponseError) return meaningOfResponse(error);
  if (error instanceof errors.ArgumentError) return "REFUSED";
  if (error instanceof CassandraError) return "NOT_SYNCED";
  if (isUnencodable(error)) return "UNENCODABLE";
  // Neither the node nor the driver has the prepared statement any more (Session.clearPrepared).
  if (error.message.startsWith("Unprepared response invalid")) return "UNPREPARED";
  return isUnsent(error) ? "UNSENT" : "SILENT";
}

const { responseErrorCodes: code } = types;

const { serial, localSerial } = types.consistencies;

/** The answers that a node may also give after a step that already applies something. */
const laterCodes: Readonly<Record<WriteSteps, readonly number[]>> = {
  apart: [code.unavailableException, code.overloaded],
  stored: [code.overloaded],
  agreed: [code.unavailableException, code.overloaded],
};

function meaningOfResponse(error: errors.ResponseError): Meaning {
  if (isMismatch(error)) return "NOT_SYNCED";
  return meaningOfCode.get(error.code) ?? "FAILED";
}

const meaningOfCode: ReadonlyMap<number, Meaning> = new Map([
  [code.unauthorized, "FORBIDDEN"],
  [code.syntaxError, "REFUSED"],
  [code.invalid, "REFUSED"],
  [code.configError, "REFUSED"],
  [code.alreadyExists, "REFUSED"],
  [code.unprepared, "UNPREPARED"],
  [code.unavailableException, "UNSENT"],
  [code.overloaded, "UNSENT"],
  [code.isBootstrapping, "UNSENT"],
  [code.readTimeout, "SILENT"],
  [code.writeTimeout, "SILENT"],
]);

/** Whether a keyspace, table or column is missing. Cassandra has no error code for that. */
export function isMismatch(error: unknown): boolean {
  const missing = /unconfigured table|undefined column name|(table|keyspace) .* does not exist/i;
  return (
    error instanceof errors.ResponseError &&
    error.code === code.invalid &&
    missing.test(messageOf(error))
  );
}

/** Whether a request certainly never left this process. */
function isUnsent(error: Error): boolean {
  if (error instanceof errors.BusyConnectionError) return true;
  // The driver has no error class for this (host-connection-pool.js).
  if (error.message === "No connection available") return true;
  return "requestNotWritten" in error || ("code" in error && error.code === "ECONNREFUSED");
}

/** Whether the driver, or JavaScript within it, could not encode a value (encoder.js). */
function isUnencodable(error: Error): boolean {
  return (
    error instanceof InvalidValue ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError
  );
}

/** The error has no cause, and its message omits the value: values may be personal. */
function unencodable(error: unknown, cql: string): CassandraError {
  const message =
    error instanceof InvalidValue
      ? `A value ${error.message.replace(/, but .*/s, "")}.`
      : "The driver cannot send one of the values.";
  return new CassandraError("REFUSED", message, { cql });
}
