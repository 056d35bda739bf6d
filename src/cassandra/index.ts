export * from "./column.ts";
export { createKeyspace, createTable, dropKeyspace, type Replication } from "./ddl.ts";
export { type Addition } from "./drift.ts";
export { CassandraError, type CassandraErrorCode, InvalidValue } from "./error.ts";
export { checked, keyText } from "./key.ts";
export { MAX_ROWS_A_QUERY } from "./loader.ts";
export {
  checkOptions,
  type ConnectOptions,
  type Consistency,
  isContactPoint,
  MIN_REQUEST_TIMEOUT,
  type Pem,
  type SerialConsistency,
  type TlsOptions,
} from "./options.ts";
export { decodeRow, invalidValues, newRow } from "./row.ts";
export { select, type SelectOptions, selectRows, selectStored, type TimedRow } from "./select.ts";
export { connect, type Session } from "./session.ts";
export type { Lwt, LwtBatch, RawRow, Statement } from "./statement.ts";
export { requireSynced, sync, syncKeyspace } from "./sync.ts";
export * from "./table.ts";
export {
  type Actual,
  type Condition,
  insert,
  type PlainRemoveOptions,
  remove,
  type StaticOptions,
  update,
  type UpdateOptions,
  updatePartition,
} from "./write.ts";
