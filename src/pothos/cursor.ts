import {
  type ClusteringKey,
  clusteringNames,
  keyOfText,
  keyText,
  type PartitionKey,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";
import { badCursor } from "./error.ts";

/** Where a cursor is valid: the field that returned it, and the partition. */
export interface CursorScope<T extends Table> {
  readonly field: string;
  readonly table: T;
  readonly partition: PartitionKey<T>;
}

/**
 * The cursors of a scope: the Base64 of a JSON array of the field, the partition key and the clustering key. Three bytes are
 * four characters, so what all of them begin with is encoded once, but for its last bytes.
 */
export interface CursorHead {
  /** What each cursor begins with. */
  readonly begin: string;
  /** Up to two bytes that follow. The rest of them is {@link cursorTail}. */
  readonly rest: Buffer;
}

/** Returns what the cursors of a scope begin with. */
export function cursorHead<T extends Table>({
  field,
  table,
  partition,
}: CursorScope<T>): CursorHead {
  const ofScope = [field, keyText(table, partition, { columns: table.partition })];
  const head = Buffer.from(`${JSON.stringify(ofScope).slice(0, -1)},`);
  const whole = head.length - (head.length % 3);
  return { begin: head.toString("base64url", 0, whole), rest: head.subarray(whole) };
}

/** Returns the JSON with which a cursor ends. @param key the `keyText` of the clustering key */
export function cursorTail(key: string): string {
  return `${JSON.stringify(key)}]`;
}

/** Returns a function that returns the cursor of a row. */
export function cursorEncoder<T extends Table>(scope: CursorScope<T>): (row: RawRow) => string {
  const { table } = scope;
  const { begin, rest } = cursorHead(scope);
  return (row) => {
    // "match", because another program may have written the row.
    const key = keyText(table, row, { columns: clusteringNames(table), rule: "match" });
    return begin + Buffer.concat([rest, Buffer.from(cursorTail(key))]).toString("base64url");
  };
}

/**
 * Returns the clustering key of a cursor.
 *
 * @throws GraphQLError `BAD_CURSOR` if the text is not a cursor, or is the cursor of another field or partition
 */
export function decodeCursor<T extends Table>(
  scope: CursorScope<T>,
  cursor: string,
): ClusteringKey<T> {
  const key = parseClusteringKey(scope.table, cursor);
  // Encoding the key again must give the same cursor: this checks all of its parts.
  if (key && cursorEncoder(scope)(key) === cursor) return key;
  throw badCursor();
}

function parseClusteringKey<T extends Table>(
  table: T,
  cursor: string,
): ClusteringKey<T> | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const text = (parts as readonly string[])[2] ?? "";
    return keyOfText(table, text, { columns: clusteringNames(table), rule: "match" }) as
      | ClusteringKey<T>
      | undefined;
  } catch {
    return undefined;
  }
}
