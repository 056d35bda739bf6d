import { errors, types } from "cassandra-driver";
import { failedOfTombstones } from "./tombstones.ts";

/**
 * Every way in which the model layer fails, and what it means to a caller.
 *
 * - `UNAVAILABLE`: Cassandra does not answer, or too few replicas do. Nothing was written; try again later.
 * - `TOO_MANY_TOMBSTONES`: Cassandra gave up a read, as it found too many deleted rows on the way. Nothing was written; it
 *   can be read again when they are swept.
 * - `OUTCOME_UNKNOWN`: a write was sent and no answer came: it was applied, will be, or never is.
 * - `NOT_SYNCED`: the database lacks a keyspace, table or column of the models, or has it otherwise.
 * - `FORBIDDEN`: the role that is logged in lacks a right. Nothing was done.
 * - `REFUSED`: Cassandra understood the statement and refused it: a defect of ours.
 * - `NOT_CONNECTED`: the session could not be opened.
 * - `BAD_OPTIONS`: a session was asked for with options that are unsafe, lack something or contradict each other.
 * - `BAD_STATEMENT`: a statement was asked for that the rules of its table do not allow.
 * - `BAD_TABLE`: a table's definition contradicts itself.
 * - `NULL_VALUE`: a stored row lacks a value that its model requires.
 */
export type CassandraErrorCode =
  | "UNAVAILABLE"
  | "TOO_MANY_TOMBSTONES"
  | "OUTCOME_UNKNOWN"
  | "NOT_SYNCED"
  | "FORBIDDEN"
  | "REFUSED"
  | "NOT_CONNECTED"
  | "BAD_OPTIONS"
  | "BAD_STATEMENT"
  | "BAD_TABLE"
  | "NULL_VALUE";

/** A failure of the model layer. Carries the statement's text, never its values: they may be personal. */
export class CassandraError extends Error {
  override readonly name = "CassandraError";
  readonly code: CassandraErrorCode;
  readonly cql: string | undefined;

  constructor(
    code: CassandraErrorCode,
    message: string,
    options: { cause?: unknown; cql?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.cql = options.cql;
  }
}

/** A value that its column cannot hold. The message continues a sentence that begins with the column's name. */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";
  readonly code: "WRONG_TYPE" | "OUT_OF_RANGE" | "TOO_SHORT" | "TOO_LONG" | "NUL" | "NOT_UNICODE";

  constructor(code: InvalidValue["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** What the driver was asked to run when it failed. */
export interface Attempt {
  readonly cql: string;
  /** Whether it would have changed something. */
  readonly writes: boolean;
}

/**
 * Says what an error of the driver means for a statement.
 *
 * A write is known not to be applied only if Cassandra said so or the request never left this process;
 * every other error of a write leaves its outcome unknown, even one that looks like a read's
 * (an LWT reads before it writes).
 */
export function fromDriver(cause: unknown, { cql, writes }: Attempt): CassandraError {
  const fail = (code: CassandraErrorCode, message: string) =>
    new CassandraError(code, message, { cause, cql });
  if (failedOfTombstones(cause, writes)) {
    const message = "Cassandra found too many deleted rows on the way to those that are there.";
    return fail("TOO_MANY_TOMBSTONES", message);
  }
  if (isMismatch(cause)) {
    return fail("NOT_SYNCED", `The database does not match the models: ${messageOf(cause)}.`);
  }
  if (hasCode(cause, responseErrorCodes.unauthorized)) {
    return fail("FORBIDDEN", `${messageOf(cause)}: grant it to the role, or log in as another.`);
  }
  if (isRefusal(cause)) return fail("REFUSED", `Cassandra refused it: ${messageOf(cause)}.`);
  if (writes && !isUnsent(cause)) {
    return fail("OUTCOME_UNKNOWN", "The write was sent, but nobody can say whether it applies.");
  }
  return fail("UNAVAILABLE", "Cassandra does not answer, or too few of its replicas do.");
}

const { responseErrorCodes } = types;

/** A keyspace, table or column that is not there; Cassandra has no error code of its own for it. */
export function isMismatch(error: unknown): boolean {
  const missing = /unconfigured table|undefined column name|(table|keyspace) .* does not exist/i;
  return hasCode(error, responseErrorCodes.invalid) && missing.test(messageOf(error));
}

function isRefusal(error: unknown): boolean {
  const { syntaxError, invalid, configError, alreadyExists } = responseErrorCodes;
  return (
    hasCode(error, syntaxError, invalid, configError, alreadyExists) ||
    error instanceof errors.ArgumentError ||
    error instanceof TypeError
  );
}

/** Whether a failed write certainly changed nothing and never will. */
function isUnsent(error: unknown): boolean {
  if (error instanceof errors.NoHostAvailableError) {
    return Object.values<unknown>(error.innerErrors ?? {}).every(isUnsent);
  }
  // A host that the driver did not try is listed by a text, or by null.
  if (!(error instanceof Error)) return true;
  const { unavailableException, overloaded, isBootstrapping } = responseErrorCodes;
  if (hasCode(error, unavailableException, overloaded, isBootstrapping)) return true;
  if (error instanceof errors.BusyConnectionError) return true;
  // The driver has no class for it (host-connection-pool.js).
  if (error.message === "No connection available") return true;
  return "requestNotWritten" in error || ("code" in error && error.code === "ECONNREFUSED");
}

function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof errors.ResponseError && codes.includes(error.code);
}

/** What was thrown, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
