import { policies, type QueryOptions, types } from "cassandra-driver";
import type { Batch } from "../batch.ts";
import type { ConsistencyLevel, Statement } from "../statement.ts";
import { effectiveConsistency } from "./effective-consistency.ts";
import { type ConnectOptions, DEFAULT_CONSISTENCY } from "./options.ts";
import { querySettings } from "./query-settings.ts";
import { CQL_TIMEOUT, type RawQueryOptions } from "./raw-cql.ts";

/** The driver's options for everything that a session runs. Every option is given, so that no default applies. */
export interface SessionQueryOptions {
  /** For statements at the consistency of the session. */
  readonly byKind: Readonly<Record<Statement<unknown>["kind"], QueryOptions>>;
  readonly raw: RawQueryOptions;
  readonly of: (statement: Pick<Statement<unknown>, "kind" | "consistency">) => QueryOptions;
  readonly ofBatch: (batch: Pick<Batch<unknown>, "kind" | "consistency">) => QueryOptions;
}

export function createQueryOptions(options: ConnectOptions): SessionQueryOptions {
  const { consistency, serialConsistency, requestTimeout, fetchSize } = querySettings(options);
  const session = {
    consistency: options.consistency ?? DEFAULT_CONSISTENCY,
    isAstra: options.bundle !== undefined,
  };
  const common = { consistency, serialConsistency, fetchSize };
  const prepared = { ...common, prepare: true, readTimeout: requestTimeout };
  const read = { ...prepared, isIdempotent: true };
  const serial = { ...read, consistency: serialConsistency };
  const system = { ...read, prepare: false };
  // A repeated write could be applied twice, or undo a later one.
  const once = { isIdempotent: false, retry: new policies.retry.FallthroughRetryPolicy() };
  const write = { ...prepared, ...once };
  const byKind = { read, serial, system, write, counter: write, lwt: write };
  // A batch of one partition is atomic without the batch log.
  const unlogged = { ...write, logged: false };
  const batches = {
    lwt: unlogged,
    unlogged,
    logged: { ...write, logged: true },
    counter: { ...write, counter: true },
  };
  const raw = { ...common, readTimeout: CQL_TIMEOUT };

  function at(
    base: QueryOptions,
    given: Parameters<SessionQueryOptions["of"] | SessionQueryOptions["ofBatch"]>[0],
  ): QueryOptions {
    if (given.consistency === undefined) return base;
    const level = effectiveConsistency(session, given);
    return level === session.consistency ? base : { ...base, consistency: consistencyCodes[level] };
  }

  return {
    byKind,
    raw: { read: { ...raw, isIdempotent: true }, write: { ...raw, ...once } },
    of: (statement) => at(byKind[statement.kind], statement),
    ofBatch: (batch) => at(batches[batch.kind], batch),
  };
}

/** The protocol's codes of consistencies. */
const consistencyCodes: Readonly<Record<ConsistencyLevel, types.consistencies>> = {
  LOCAL_ONE: types.consistencies.localOne,
  LOCAL_QUORUM: types.consistencies.localQuorum,
  QUORUM: types.consistencies.quorum,
  ALL: types.consistencies.all,
};
