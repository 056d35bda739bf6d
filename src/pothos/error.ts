import { GraphQLError, type GraphQLErrorOptions } from "graphql";
import {
  CassandraError,
  type CassandraErrorCode,
  InvalidValue,
  UnreadableRow,
} from "../cassandra/index.ts";
import { LaneError } from "../lane/index.ts";
import { withoutStack } from "../support/without-stack.ts";

/** The `extensions.code` of every error that this folder sends to clients, and what the client can do about it. */
export const bridgeCodes = {
  BAD_USER_INPUT:
    "An argument is missing or not valid; `extensions.argument` names it. Nothing was done.",
  BAD_CURSOR: "`after` is not a cursor of this field and key. Begin without it.",
  UNAVAILABLE: "Cassandra does not answer. Nothing was written; try again later.",
  READ_FAILED:
    "Cassandra failed to read this, e.g. while it builds an index. Nothing was written. The error may persist until an operator repairs it.",
  NOT_SYNCED:
    "A table or a column of this service is missing in the database, or differs there. Nothing was written; try again when an operator has repaired it.",
  TOO_MANY_TOMBSTONES:
    "More rows were deleted under this key than Cassandra can read through. Nothing was written. Deleted rows are being swept: try again in a few seconds.",
  UNREADABLE_VALUE:
    "Another program has stored a value that cannot be represented; `extensions` has the `table`, the `column` and the row's `key`. Write the column again, or delete the row.",
  OUTCOME_UNKNOWN:
    "A write was sent, but it is unknown whether it was or will be applied. Read before you repeat it.",
  TIMED_OUT:
    "The operation took too long. A field with this error was not executed; fields without an error were.",
  CONTENTION:
    "Too many clients are changing rows of one partition at once. Nothing was changed; try again.",
  TOO_MANY_OPERATIONS:
    "The row already has the maximum number of operation ids of the last minute. Nothing was changed; try again later, or without an id.",
} as const;

/** Returns a function that creates GraphQL errors with a code from this table. */
export function errorsOf<Codes extends Readonly<Record<string, string>>>(_codes: Codes) {
  return (code: keyof Codes & string, message: string, options: GraphQLErrorOptions = {}) =>
    withoutStack(
      () => new GraphQLError(message, { ...options, extensions: { ...options.extensions, code } }),
    );
}

const bridgeError = errorsOf(bridgeCodes);

/** Returns a `BAD_USER_INPUT` error about an argument, given by its path, e.g. `["input", "date"]`. */
export function badArgument(argument: readonly string[], message: string): GraphQLError {
  const name = argument.join(".");
  return bridgeError("BAD_USER_INPUT", `Argument "${name}" ${message}.`, {
    extensions: { argument },
  });
}

/** Returns an error about a value from an unknown argument. Its message does not repeat the value, which may be personal. */
function badValue({ message }: InvalidValue): GraphQLError {
  const known = message.replace(/, but got .*/s, "");
  return bridgeError("BAD_USER_INPUT", `${known}.`);
}

/**
 * Turns an InvalidValue into a `BAD_USER_INPUT` error, and returns any other error unchanged. For functions of the schema's
 * author, which may pass values of arguments on to the database.
 */
export function badValueOr(error: unknown): unknown {
  return error instanceof InvalidValue && !(error instanceof CassandraError)
    ? badValue(error)
    : error;
}

/** Returns the error of a field that was not executed because the operation took too long. */
export function timedOut(): GraphQLError {
  return bridgeError("TIMED_OUT", "The operation took too long. This was not executed.");
}

/** Returns the error for a cursor of another field or key. */
export function badCursor(): GraphQLError {
  const message = "The cursor does not belong to this field with these arguments.";
  return bridgeError("BAD_CURSOR", message, { extensions: { argument: ["after"] } });
}

/** Runs a check of an argument's value. Turns its InvalidValue into a {@link badArgument}. */
export function checkArgument<Value>(argument: readonly string[], check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    throw error instanceof InvalidValue ? badArgument(argument, error.message) : error;
  }
}

/** Returns the GraphQL error that a client gets for an error of a lane or the session; undefined if it must be masked. */
export function clientError(error: unknown): GraphQLError | undefined {
  if (error instanceof LaneError) return laneError(error);
  if (!(error instanceof CassandraError)) return undefined;
  if (error instanceof UnreadableRow) {
    const { table, column, key } = error;
    return bridgeError("UNREADABLE_VALUE", error.message, { extensions: { table, column, key } });
  }
  const { code, message } = error;
  if (code === "UNAVAILABLE") return bridgeError(code, message);
  if (!isForClients(code)) return undefined;
  // The original messages contain details for operators: Cassandra's own text, or how the tables differ.
  return bridgeError(code, bridgeCodes[code]);
}

function laneError({ code }: LaneError): GraphQLError {
  if (code !== "OTHER_CHANGE") return bridgeError(code, bridgeCodes[code]);
  return badArgument(["operationId"], "belongs to another change, which was applied");
}

function isForClients(code: CassandraErrorCode): code is CassandraErrorCode & BridgeCode {
  return Object.hasOwn(bridgeCodes, code);
}

type BridgeCode = keyof typeof bridgeCodes;
