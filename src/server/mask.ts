import { randomUUID } from "node:crypto";
import { GraphQLError } from "graphql";
import { CassandraError } from "../cassandra/index.ts";
import { codedError } from "./error.ts";
import { clientError } from "../pothos/index.ts";
import { createRecent } from "../support/recent.ts";
import { withoutStack } from "../support/without-stack.ts";

/** Writes a line for operators. */
export type Log = (line: string, error?: unknown) => void;

/** Converts an error into the one that the client gets. */
export type Mask = (error: unknown) => GraphQLError;

/** How many different failed reads are remembered, to log each once. */
const REMEMBERED = 100;

/** After how long the same failed read is logged again, in milliseconds: it counts as another incident then. */
const AGAIN_AFTER = 600_000;

/**
 * Creates a mask. Clients get errors with a code and known failures of the database as they are. Anything else is logged
 * once under a request id, and the client gets that id.
 *
 * Reads that Cassandra failed to answer are logged as well, once per statement: the client gets only a code, and only an
 * operator can repair them.
 */
export function createMask(log: Log): Mask {
  const logFailedRead = createFailedReadLog(log);
  return (error) => {
    const cause = rootOf(error);
    if (cause instanceof GraphQLError && isForClient(cause, error)) return error as GraphQLError;
    const known = clientError(cause);
    if (cause instanceof CassandraError && cause.code === "READ_FAILED") logFailedRead(cause);
    if (known) return located(known, error);
    const requestId = randomUUID();
    log(`Unexpected error, request id ${requestId}:`, cause);
    const masked = codedError("INTERNAL_SERVER_ERROR", "Unexpected error.", {
      extensions: { requestId },
    });
    return located(masked, error);
  };
}

function createFailedReadLog(log: Log): (failure: CassandraError) => void {
  const loggedAt = createRecent<number>(REMEMBERED);
  return ({ message, cql }) => {
    const line = cql === undefined ? message : `${message} The statement: ${cql}`;
    const now = performance.now();
    if (now - (loggedAt.get(line) ?? -Infinity) < AGAIN_AFTER) return;
    loggedAt.set(line, now);
    log(line);
  };
}

/** Only errors with a code are for the client. Others mean a defect, in a field or found by graphql-js. */
function isForClient({ extensions }: GraphQLError, error: unknown): boolean {
  return extensions["code"] !== undefined && error instanceof GraphQLError;
}

/** Unwraps what a resolver has thrown: the executor wraps it to add the place. */
function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;
}

function located({ message, extensions }: GraphQLError, from: unknown): GraphQLError {
  const { nodes, path } = from instanceof GraphQLError ? from : {};
  const place = { ...(nodes && { nodes }), ...(path && { path }) };
  return withoutStack(() => new GraphQLError(message, { ...place, extensions }));
}
