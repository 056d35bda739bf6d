import { errors, types } from "cassandra-driver";
import { CassandraError, type CassandraErrorCode, InvalidValue } from "../error.ts";
import { messageOf } from "./message.ts";
import { failedOfTombstones } from "./tombstones.ts";

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
 * (an LWT reads before it writes, and may begin anew after it has proposed a value).
 */
export function fromDriver(cause: unknown, { cql, writes }: Attempt): CassandraError {
  if (cause instanceof CassandraError) return cause;
  const { meaning, error } = decisive(reasonsOf(cause), writes);
  // A parameter of ours, which the driver could not send: see bytes.ts.
  if (error instanceof CassandraError)
    return new CassandraError(error.code, error.message, { cql });
  const words = messageOf(error);
  const fail = (code: CassandraErrorCode, message: string) =>
    new CassandraError(code, `${message.replace(/\.+$/, "")}.`, { cause, cql });
  if (failedOfTombstones(cause, writes)) {
    return fail("TOO_MANY_TOMBSTONES", "More was deleted there than Cassandra reads through");
  }
  const unknown = "The write was sent, but nobody can say whether it applies";
  switch (meaning) {
    case "UNENCODABLE":
      return unencodable(error, cql);
    case "REFUSED":
      return fail("REFUSED", `Cassandra refused it: ${words}`);
    case "FORBIDDEN":
      return fail("FORBIDDEN", `${words}: grant it to the role, or log in as another`);
    case "NOT_SYNCED":
      return fail("NOT_SYNCED", `The database does not match the models: ${words}`);
    case "UNPREPARED":
      return fail("NOT_SYNCED", "The database no longer takes a statement that it took before");
    case "FAILED":
      if (writes) return fail("OUTCOME_UNKNOWN", `${unknown}: ${words}`);
      return fail("READ_FAILED", `Cassandra could not read this: ${words}`);
    case "SILENT":
      if (writes) return fail("OUTCOME_UNKNOWN", unknown);
  }
  return fail("UNAVAILABLE", "Cassandra does not answer, or too few of its replicas do");
}

/** What one error says of the request that failed with it. */
type Meaning =
  // Certainly not executed.
  | "UNENCODABLE"
  | "REFUSED"
  | "FORBIDDEN"
  | "NOT_SYNCED"
  /** The node has forgotten the statement, as it does when its table changes, and it could not be prepared again. */
  | "UNPREPARED"
  | "UNSENT"
  /** A node answers that it, or a replica, failed while it executed the request. */
  | "FAILED"
  /** Sent, and no answer says what became of it. */
  | "SILENT";

interface Reason {
  readonly meaning: Meaning;
  readonly error: unknown;
}

/** Where nodes failed differently: a write is of unknown outcome if it is on one of them. */
function decisive(reasons: readonly Reason[], writes: boolean): Reason {
  const certain = ["UNENCODABLE", "REFUSED", "FORBIDDEN", "NOT_SYNCED", "UNPREPARED"] as const;
  const uncertain = ["FAILED", "SILENT"] as const;
  const order = writes ? [...uncertain, ...certain] : [...certain, ...uncertain];
  const first = order.find((meaning) => reasons.some((reason) => reason.meaning === meaning));
  return (
    reasons.find(({ meaning }) => meaning === first) ?? { meaning: "UNSENT", error: undefined }
  );
}

/** The errors of the nodes that were tried, where the driver gives one for all of them. */
function reasonsOf(error: unknown): readonly Reason[] {
  return error instanceof errors.NoHostAvailableError
    ? Object.values<unknown>(error.innerErrors ?? {}).flatMap(reasonsOf)
    : [{ meaning: meaningOf(error), error }];
}

function meaningOf(error: unknown): Meaning {
  // A host that the driver did not try is listed by a text, or by null.
  if (!(error instanceof Error)) return "UNSENT";
  if (error instanceof errors.ResponseError) return meaningOfResponse(error);
  if (error instanceof errors.ArgumentError) return "REFUSED";
  if (error instanceof CassandraError) return "NOT_SYNCED";
  if (isUnencodable(error)) return "UNENCODABLE";
  // A node has forgotten a statement that the driver has forgotten too (Session.prepareAnew).
  if (error.message.startsWith("Unprepared response invalid")) return "UNPREPARED";
  return isUnsent(error) ? "UNSENT" : "SILENT";
}

const { responseErrorCodes: code } = types;

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

/** A keyspace, table or column that is not there; Cassandra has no error code of its own for it. */
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
  // The driver has no class for it (host-connection-pool.js).
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

/** Without the error as its cause, and without what came instead: values may be personal. */
function unencodable(error: unknown, cql: string): CassandraError {
  const message =
    error instanceof InvalidValue
      ? `A value ${error.message.replace(/, but .*/s, "")}.`
      : "The driver cannot send one of the values.";
  return new CassandraError("REFUSED", message, { cql });
}
