export { type Bundle, readBundle } from "./session/bundle.ts";
export { checkOptions } from "./session/check-options.ts";
export * from "./column.ts";
export { MAX_PORT, readContactPoints } from "./session/contact-point.ts";
export { createKeyspace, createTable, dropKeyspace, type Replication } from "./ddl.ts";
export { type Addition, type Drift } from "./drift.ts";
export { CassandraError, type CassandraErrorCode, InvalidValue, UnreadableRow } from "./error.ts";
export {
  askNode,
  type ClockOffset,
  connectWithin,
  driverVersion,
  noAnswer,
  type NodeAddress,
  type NodeFacts,
  optionsFor,
  replicationOf,
  silenceOf,
  visit,
  type Visit,
} from "./session/examine.ts";
export { checked, clusteringKeyOf, keyOfText, keyText, partitionKeyOf } from "./key.ts";
export { MAX_ROWS_A_QUERY } from "./session/loader.ts";
export { keyspaceMissing, NotSynced, type Remedy } from "./session/not-synced.ts";
export {
  type ConnectByBundle,
  type ConnectByContactPoints,
  type ConnectOptions,
  type Consistency,
  MIN_REQUEST_TIMEOUT,
  type Pem,
  placeOf,
  type SerialConsistency,
  type TlsOptions,
} from "./session/options.ts";
export { passOn } from "./session/pass-on.ts";
export { type ReadOptions, type ReadRows, readRows } from "./session/read.ts";
export { lackingRights } from "./session/rights.ts";
export {
  decodeEach,
  decodeRow,
  decodeStored,
  invalidValues,
  newRow,
  unreadableColumns,
} from "./row.ts";
export {
  SCHEMA_INTERVAL,
  type SchemaWatch,
  type SchemaWatchOptions,
  watchSchema,
} from "./session/schema-watch.ts";
export {
  select,
  selectEach,
  type SelectOptions,
  selectRows,
  selectStored,
  selectWritetimes,
  type TimedRow,
} from "./select.ts";
export { connect, type Session } from "./session/session.ts";
export type { Lwt, LwtBatch, RawRow, Statement } from "./statement.ts";
export { requireSynced, sync, syncKeyspace } from "./session/sync.ts";
export * from "./table.ts";
export { readable, Unreadable } from "./unreadable.ts";
export {
  type Actual,
  type Condition,
  insert,
  type PlainRemoveOptions,
  remove,
  type StaticOptions,
  unlikelyColumn,
  update,
  type UpdateOptions,
  updatePartition,
} from "./write.ts";
