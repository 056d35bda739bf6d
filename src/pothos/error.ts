import { GraphQLError, type GraphQLErrorOptions } from "graphql";
import {
  CassandraError,
  type CassandraErrorCode,
  InvalidValue,
  UnreadableRow,
} from "../cassandra/index.ts";
import { LaneError } from "../lane/index.ts";

/** The `extensions.code` of every error that the bridge tells a client, and what the client can do about it. */
export const bridgeCodes = {
  BAD_USER_INPUT:
    "An argument is missing or wrong; `extensions.argument` names it. Nothing was done.",
  BAD_CURSOR: "`after` is no cursor of this field and key. Begin without it.",
  UNAVAILABLE: "Cassandra does not answer. Nothing was written; try again later.",
  READ_FAILED:
    "Cassandra answers that it failed to read this, as while it builds an index. Nothing was written; it may fail until an operator has looked.",
  NOT_SYNCED:
    "The database lacks a table or a column of this service, or has it differently. Nothing was written; try again when an operator has repaired it.",
  TOO_MANY_TOMBSTONES:
    "More was deleted under this key than Cassandra reads through. Nothing was written. Deleted rows are being swept: try again in some seconds.",
  UNREADABLE_VALUE:
    "Another program has stored what cannot be represented; `extensions` has the `table`, the `column` and the row's `key`. Write the column anew, or delete the row.",
  OUTCOME_UNKNOWN:
    "A write was sent, and nobody knows whether it applies. Read before you repeat it.",
  CONTENTION: "Too many change the rows of one partition at once. Nothing was changed; try again.",
  TOO_MANY_OPERATIONS:
    "The row has as many operation ids of the last minute as it can remember. Nothing was changed; try again later, or without an id.",
} as const;

/** Makes errors that have a code of a table, and no other. */
export function errorsOf<Codes extends Readonly<Record<string, string>>>(_codes: Codes) {
  return (code: keyof Codes & string, message: string, options: GraphQLErrorOptions = {}) =>
    new GraphQLError(message, { ...options, extensions: { ...options.extensions, code } });
}

const bridgeError = errorsOf(bridgeCodes);

/** An error about an argument, named by its path, e.g. `["input", "date"]`. */
export function badArgument(argument: readonly string[], message: string): GraphQLError {
  const name = argument.join(".");
  return bridgeError("BAD_USER_INPUT", `Argument "${name}" ${message}.`, {
    extensions: { argument },
  });
}

/** An error about a value that some argument gives. Its message does not repeat the value, which may be personal. */
function badValue({ message }: InvalidValue): GraphQLError {
  const known = message.replace(/, but got .*/s, "");
  return bridgeError("BAD_USER_INPUT", `${known}.`);
}

/** What a failure is told as where a function of the schema's author passes on what some argument gives. */
export function badValueOr(error: unknown): unknown {
  return error instanceof InvalidValue && !(error instanceof CassandraError)
    ? badValue(error)
    : error;
}

/** The error of a cursor that is not one of its field and key. */
export function badCursor(): GraphQLError {
  const message = "The cursor is not one of this field with these arguments.";
  return bridgeError("BAD_CURSOR", message, { extensions: { argument: ["after"] } });
}

/** Runs a check of an argument's value and tells its failure as a {@link badArgument}. */
export function checkArgument<Value>(argument: readonly string[], check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    throw error instanceof InvalidValue ? badArgument(argument, error.message) : error;
  }
}

/** What a client is told of a failure of a lane or of the model layer; undefined if it is none of the client's business. */
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
  // Their own messages have Cassandra's words or the differences, which are for operators.
  return bridgeError(code, bridgeCodes[code]);
}

function laneError({ code }: LaneError): GraphQLError {
  if (code !== "OTHER_CHANGE") return bridgeError(code, bridgeCodes[code]);
  return badArgument(["operationId"], "is that of another change, which was applied");
}

function isForClients(code: CassandraErrorCode): code is CassandraErrorCode & BridgeCode {
  return Object.hasOwn(bridgeCodes, code);
}

type BridgeCode = keyof typeof bridgeCodes;
