/**
 * The codes of {@link CassandraError}.
 *
 * - `UNAVAILABLE`: Cassandra does not respond, or too few replicas do. Nothing was written. Try again later.
 * - `READ_FAILED`: Cassandra reports that a read failed, e.g. while an index is built. The message quotes Cassandra.
 * - `TOO_MANY_TOMBSTONES`: Cassandra aborted a read because it met too many deleted rows. Nothing was written. The
 *   deleted rows are swept; after that the read succeeds.
 * - `OUTCOME_UNKNOWN`: a write was sent, but no response or an error came back. It was applied, will be applied, or
 *   never will.
 * - `NOT_SYNCED`: a keyspace, table or column of the models is missing in the database, or differs there.
 * - `FORBIDDEN`: the role lacks a permission. Nothing was done.
 * - `REFUSED`: Cassandra rejected the statement, or the driver cannot encode one of its values: a bug of the caller.
 *   Nothing was done.
 * - `NOT_CONNECTED`: the session could not be opened.
 * - `BAD_OPTIONS`: the options of a session are unsafe, incomplete or contradictory.
 * - `BAD_STATEMENT`: the rules of the table do not allow the statement.
 * - `BAD_TABLE`: a table's definition contradicts itself.
 * - `UNREADABLE_VALUE`: a stored row has a value that its column's type cannot represent, or lacks a value that its
 *   model requires: see {@link UnreadableRow}.
 */
export type CassandraErrorCode =
  | "UNAVAILABLE"
  | "READ_FAILED"
  | "TOO_MANY_TOMBSTONES"
  | "OUTCOME_UNKNOWN"
  | "NOT_SYNCED"
  | "FORBIDDEN"
  | "REFUSED"
  | "NOT_CONNECTED"
  | "BAD_OPTIONS"
  | "BAD_STATEMENT"
  | "BAD_TABLE"
  | "UNREADABLE_VALUE";

/** An error of the model layer. Has the CQL of the statement, but never its values, which may be personal. */
export class CassandraError extends Error {
  override readonly name = "CassandraError";
  readonly code: CassandraErrorCode;
  readonly cql: string | undefined;

  constructor(
    code: CassandraErrorCode,
    message: string,
    options: { cause?: unknown; cql?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.cql = options.cql;
  }
}

/**
 * A stored row that cannot be read as a row of its model because of one of its columns. It can still be updated, which
 * may make it readable again, and removed. If the column is in its key, this takes raw CQL.
 */
export class UnreadableRow extends CassandraError {
  /** The name of its table. */
  readonly table: string;
  /** The name of the column that cannot be read. */
  readonly column: string;
  /** Its primary key as texts. The text of a value that cannot be read is `0x` and the bytes. */
  readonly key: Readonly<Record<string, string>>;
  /** Its primary key in stored form. */
  readonly storedKey: Readonly<Record<string, unknown>>;

  constructor({ table, column, key, storedKey, why }: UnreadableRowOptions) {
    const message = `Table "${table}", row ${JSON.stringify(key)}: "${column}" ${why}.`;
    super("UNREADABLE_VALUE", message);
    this.table = table;
    this.column = column;
    this.key = key;
    this.storedKey = storedKey;
  }
}

type UnreadableRowOptions = Pick<UnreadableRow, "table" | "column" | "key" | "storedKey"> & {
  /** Continues a sentence that begins with the column's name. */
  readonly why: string;
};

/** A value that its column cannot hold. The message continues a sentence that begins with the column's name. */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";
  readonly code:
    | "WRONG_TYPE"
    | "OUT_OF_RANGE"
    | "TOO_SHORT"
    | "TOO_LONG"
    | "NUL"
    | "NOT_UNICODE"
    | "NOT_A_LINE";

  constructor(code: InvalidValue["code"], message: string) {
    super(message);
    this.code = code;
  }
}
