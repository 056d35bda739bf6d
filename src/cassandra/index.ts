export { type Admit, admitAll } from "./admit.ts";
export { type Bundle, readBundle } from "./session/bundle.ts";
export { checkOptions } from "./session/check-options.ts";
export {
  type Column,
  column,
  type ColumnBuilder,
  hasConstantDefault,
  isStatic,
  type Role,
} from "./column.ts";
export { element, type Element } from "./element.ts";
export { type ColumnType, defineType, identityOf, isCqlType, lookupOf, type Part } from "./type.ts";
export * from "./types/index.ts";
export { compareUuids } from "./uuid-order.ts";
export type { RowOrder } from "./after.ts";
export { MAX_PORT, readContactPoints } from "./session/contact-point.ts";
export { createKeyspace, createTable, dropKeyspace, type Replication } from "./ddl.ts";
export { type Addition, type Drift } from "./drift.ts";
export { type BuildingIndex } from "./drift-indexes.ts";
export { differenceText, type OptionDifference } from "./drift-options.ts";
export { CassandraError, type CassandraErrorCode, InvalidValue, UnreadableRow } from "./error.ts";
export {
  indexName,
  indexTarget,
  type IndexTarget,
  sai,
  type SaiIndex,
  type SaiOptions,
  type Similarity,
} from "./indexes.ts";
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
  unreachableReason,
  visit,
  type Visit,
  type VisitOptions,
} from "./session/examine.ts";
export { clusteringIdentity, keyOfText, keyText } from "./key-text.ts";
export {
  boundsOf,
  clusteringKeyOf,
  columnCheck,
  columnLookup,
  columnMatch,
  isRange,
  partitionKeyOf,
} from "./key.ts";
export { laneColumns, type LaneColumns, presenceColumn, type TableLanes } from "./lane-columns.ts";
export {
  CLOCK_DIFFERENCE,
  ENTERED,
  type NoOrders,
  type Order,
  type OrderColumns,
  orderedNames,
  orderedNamesOf,
  type OrderedName,
  type OrderKey,
  type OrderName,
  orderOf,
  type OrderOf,
  ordersOf,
  type TableOrders,
  withOrders,
} from "./orders.ts";
export {
  type DroppedColumn,
  keyspaceNames,
  type LiveKeyspace,
  type LiveMask,
  type LiveView,
  readLiveKeyspace,
} from "./session/live-keyspace.ts";
export { MAX_ROWS_A_QUERY } from "./session/loader.ts";
export { keyspaceMissing, NotSynced, type Remedy } from "./session/not-synced.ts";
export {
  type ConnectByBundle,
  type ConnectByContactPoints,
  type ConnectOptions,
  type Consistency,
  MIN_REQUEST_TIMEOUT,
  type Pem,
  targetText,
  type SerialConsistency,
  type TlsOptions,
} from "./session/options.ts";
export { passOn } from "./session/pass-on.ts";
export { createReadRepair, type ReadRepairOf } from "./session/read-repair.ts";
export { type ReadOptions, type ReadRows, readRows } from "./session/read.ts";
export { isSilent } from "./session/reason.ts";
export { lackingRights } from "./session/rights.ts";
export {
  decodeEach,
  decodeRow,
  decodeStored,
  insertedAlone,
  invalidValues,
  newRow,
  newRowAlone,
  readAs,
  rowOfStored,
  unreadableColumn,
  unreadableColumns,
  withUnreadable,
} from "./row.ts";
export {
  SCHEMA_INTERVAL,
  type SchemaWatch,
  type SchemaWatchOptions,
  watchSchema,
} from "./session/schema-watch.ts";
export { existenceColumns, isThere } from "./presence.ts";
export type { RowChange } from "./row-change.ts";
export { select, selectEach, type SelectOptions } from "./select.ts";
export {
  type Partition,
  selectPartition,
  selectRows,
  selectStored,
  selectStoredPartition,
  selectWritetimes,
} from "./select-rows.ts";
export { type Selected } from "./selection.ts";
export { pageSelect, type RepeatedSelect, rowSelect, type WholePage } from "./repeated-select.ts";
export { type IndexedName, type Where } from "./where.ts";
export { consistencyOf, type ConsistencyOption } from "./consistency.ts";
export { batch, type Batch, counterBatch, loggedBatch } from "./batch.ts";
export { boundedColumns } from "./bounded-columns.ts";
export { partitionProblem } from "./partition-size.ts";
export { connect, type Session } from "./session/session.ts";
export { type CqlOptions } from "./session/raw-cql.ts";
export { effectiveConsistency } from "./session/effective-consistency.ts";
export type {
  ConsistencyLevel,
  CounterWrite,
  Lwt,
  LwtBatch,
  PackedPage,
  PackedStatement,
  PlainWrite,
  RawRow,
  Statement,
  Write,
} from "./statement.ts";
export { buildingText } from "./session/index-state.ts";
export {
  findState,
  type KeyspaceState,
  type KeyspaceTables,
  requireSynced,
  sync,
  syncKeyspace,
  type SyncKeyspaceOptions,
  type SyncOptions,
} from "./session/sync.ts";
export * from "./table.ts";
export * from "./table-columns.ts";
export type * from "./table-keys.ts";
export {
  type Compaction,
  type CompactionClass,
  MAX_TTL,
  type ReadRepair,
  type StorageOptions,
} from "./table-options.ts";
export type * from "./table-rows.ts";
export { readable, Unreadable } from "./unreadable.ts";
export {
  type Actual,
  insert,
  insertEntry,
  type InsertOptions,
  type RowCondition,
  update,
  type UpdateOptions,
} from "./write.ts";
export { type PlainRemoveOptions, remove, removePartition, removeRange } from "./remove.ts";
export type { PlainOptions } from "./write-options.ts";
export type { RemovalOf, WriteOf } from "./write-result.ts";
export type { PartChange } from "./collection-change.ts";
export type { Comparison } from "./comparison.ts";
export { add, type Additions, addToPartition, type PartitionAdditions } from "./add.ts";
export { type Condition, type ConditionOptions, type ExpectedOf } from "./condition.ts";
export { createRow, removeRow } from "./create-row.ts";
export { put, type PutOptions, type PutValues } from "./put.ts";
export { type CellUpdate, updateCell } from "./update-cell.ts";
export { type StaticOptions, unlikelyColumn, updatePartition } from "./write-partition.ts";
