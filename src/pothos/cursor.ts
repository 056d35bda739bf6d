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

/** The place of a cursor: the field that gave it and the partition in which it counts. */
export interface CursorScope<T extends Table> {
  readonly field: string;
  readonly table: T;
  readonly partition: PartitionKey<T>;
}

/** Writes the cursor of a row: its field, partition key and clustering key. */
export function encodeCursor<T extends Table>(scope: CursorScope<T>, row: RawRow): string {
  const { field, table, partition } = scope;
  const place = [
    field,
    keyText(table, table.partition, partition),
    // Of a row that another program may have written.
    keyText(table, clusteringNames(table), row, "match"),
  ];
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/**
 * Reads the clustering key that a cursor of this scope names.
 *
 * @throws GraphQLError `BAD_CURSOR` if it is of another field or partition, or no cursor at all
 */
export function decodeCursor<T extends Table>(
  scope: CursorScope<T>,
  cursor: string,
): ClusteringKey<T> {
  const key = clusteringKey(scope.table, cursor);
  // Written again it must be the same: so every part of it is checked at once.
  if (key && encodeCursor(scope, key) === cursor) return key;
  throw badCursor();
}

function clusteringKey<T extends Table>(table: T, cursor: string): ClusteringKey<T> | undefined {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const text = (place as readonly string[])[2] ?? "";
    return keyOfText(table, clusteringNames(table), text, "match") as ClusteringKey<T> | undefined;
  } catch {
    return undefined;
  }
}
