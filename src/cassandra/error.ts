/**
 * Every way in which the model layer fails, and what it means to a caller.
 *
 * - `UNAVAILABLE`: Cassandra does not answer, or too few replicas do. Nothing was written; try again later.
 * - `READ_FAILED`: Cassandra answers that it failed to read, e.g. while an index is built. The message has its words.
 * - `TOO_MANY_TOMBSTONES`: Cassandra gave up a read, as more was deleted there than it reads through. Nothing was written;
 *   deleted rows are swept, and then it can be read again.
 * - `OUTCOME_UNKNOWN`: a write was sent, and no answer came or a failure: it was applied, will be, or never is.
 * - `NOT_SYNCED`: the database lacks a keyspace, table or column of the models, or has it otherwise.
 * - `FORBIDDEN`: the role that is logged in lacks a right. Nothing was done.
 * - `REFUSED`: Cassandra understood the statement and refused it, or the driver cannot encode one of its values:
 *   a defect of the caller. Nothing was done.
 * - `NOT_CONNECTED`: the session could not be opened.
 * - `BAD_OPTIONS`: a session was asked for with options that are unsafe, lack something or contradict each other.
 * - `BAD_STATEMENT`: a statement was asked for that the rules of its table do not allow.
 * - `BAD_TABLE`: a table's definition contradicts itself.
 * - `UNREADABLE_VALUE`: a stored row has a value that its column's type cannot represent, or lacks one that its model
 *   requires: see {@link UnreadableRow}.
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

/** A failure of the model layer. Carries the statement's text, never its values: they may be personal. */
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
 * A stored row that cannot be given the type of its model, because of one of its columns. It can still be changed, so
 * that it is readable again, and removed; where a column of its key is the reason, by raw CQL only.
 */
export class UnreadableRow extends CassandraError {
  /** The name of its table. */
  readonly table: string;
  /** The column that is the reason. */
  readonly column: string;
  /** Its primary key, a text for each column; where that is what cannot be read, `0x` and its bytes. */
  readonly key: Readonly<Record<string, string>>;
  /** Its primary key as it is stored. */
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
  readonly code: "WRONG_TYPE" | "OUT_OF_RANGE" | "TOO_SHORT" | "TOO_LONG" | "NUL" | "NOT_UNICODE";

  constructor(code: InvalidValue["code"], message: string) {
    super(message);
    this.code = code;
  }
}
