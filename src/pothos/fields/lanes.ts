import { PothosSchemaError } from "@pothos/core";
import { columnOf, keyNames, orderedNames, type Table } from "../../cassandra/index.ts";

/** @throws PothosSchemaError for a table whose rows no lane changes */
export function checkLanes(table: Table, method: string): void {
  if (table.lanes !== undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}" has no lanes, which ${method} needs: give it lwt: true and lanes: true.`,
  );
}

/** @throws PothosSchemaError for a column that cannot be added to by a lane */
export function checkNumber(table: Table, column: string, method: string): void {
  const why = whyNoNumber(table, column);
  if (why === undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}": ${method} cannot have the column "${column}", which ${why}.`,
  );
}

function whyNoNumber(table: Table, column: string): string | undefined {
  if (!Object.hasOwn(table.columns, column)) return "the table has not";
  if (keyNames(table).includes(column)) return "is in the key";
  if (orderedNames(table).includes(column)) return "an order sorts by: t.update changes it";
  const { type, nullable } = columnOf(table, column);
  if (!type.whole) return `is no whole number, but ${type.cql}`;
  return nullable ? "may be null: give it a default" : undefined;
}
