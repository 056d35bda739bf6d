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

/** Returns the cursor of a row. It contains the field, the partition key and the clustering key. */
export function encodeCursor<T extends Table>(scope: CursorScope<T>, row: RawRow): string {
  const { field, table, partition } = scope;
  const parts = [
    field,
    keyText(table, partition, { columns: table.partition }),
    // "match", because another program may have written the row.
    keyText(table, row, { columns: clusteringNames(table), rule: "match" }),
  ];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
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
  if (key && encodeCursor(scope, key) === cursor) return key;
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
