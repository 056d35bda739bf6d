import { randomUUID } from "node:crypto";
import { GraphQLError } from "graphql";
import { CassandraError } from "../cassandra/index.ts";
import { codedError } from "./error.ts";
import { clientError } from "../pothos/index.ts";
import { createRecent } from "../support/recent.ts";

/** Where a line goes that an operator should see. */
export type Log = (line: string, error?: unknown) => void;

/** Decides what a client is told of an error. */
export type Mask = (error: unknown) => GraphQLError;

/** How many failed reads are remembered, to log each once. */
const REMEMBERED = 100;

/** After how long the same failed read is logged again, in milliseconds: by then it is another incident. */
const AGAIN_AFTER = 600_000;

/**
 * Makes what decides what a client is told of an error, always with a code: what was thrown for it, or a known failure
 * of the database, as it is; anything else by a request id under which the log has the whole of it, once.
 *
 * A read that Cassandra failed is logged too, once for each statement: the client is told its code alone, and only an
 * operator can do something about it.
 */
export function createMask(log: Log): Mask {
  const tellFailedRead = createTeller(log);
  return (error) => {
    const cause = rootOf(error);
    if (cause instanceof GraphQLError && isForClient(cause, error)) return error as GraphQLError;
    const known = clientError(cause);
    if (cause instanceof CassandraError && cause.code === "READ_FAILED") tellFailedRead(cause);
    if (known) return located(known, error);
    const requestId = randomUUID();
    log(`Unexpected error, request id ${requestId}:`, cause);
    const masked = codedError("INTERNAL_SERVER_ERROR", "Unexpected error.", {
      extensions: { requestId },
    });
    return located(masked, error);
  };
}

function createTeller(log: Log): (failure: CassandraError) => void {
  const told = createRecent<number>(REMEMBERED);
  return ({ message, cql }) => {
    const line = cql === undefined ? message : `${message} The statement: ${cql}`;
    const now = performance.now();
    if (now - (told.get(line) ?? -Infinity) < AGAIN_AFTER) return;
    told.set(line, now);
    log(line);
  };
}

/** Only errors with a code are meant for the client: others are broken promises, by a field or by graphql-js. */
function isForClient({ extensions }: GraphQLError, error: unknown): boolean {
  return extensions["code"] !== undefined && error instanceof GraphQLError;
}

/** The executor wraps what a resolver throws, to say where. */
function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;
}

function located({ message, extensions }: GraphQLError, from: unknown): GraphQLError {
  if (!(from instanceof GraphQLError)) return new GraphQLError(message, { extensions });
  const { nodes, path } = from;
  return new GraphQLError(message, { ...(nodes && { nodes }), ...(path && { path }), extensions });
}
