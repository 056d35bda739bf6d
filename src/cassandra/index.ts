export * from "./column.ts";
export { createKeyspace, createTable, dropKeyspace, type Replication } from "./ddl.ts";
export { type Addition } from "./drift.ts";
export { CassandraError, type CassandraErrorCode, InvalidValue } from "./error.ts";
export { checked, keyText } from "./key.ts";
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
export { invalidValues, newRow } from "./row.ts";
export { select, type SelectOptions, selectRows, type TimedRow } from "./select.ts";
export { connect, type Session } from "./session.ts";
export type { Lwt, RawRow, Statement } from "./statement.ts";
export { requireSynced, sync, syncKeyspace } from "./sync.ts";
export * from "./table.ts";
export {
  type Actual,
  type Condition,
  insert,
  type PlainRemoveOptions,
  remove,
  update,
  type UpdateOptions,
} from "./write.ts";
