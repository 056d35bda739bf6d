import { PothosSchemaError } from "@pothos/core";
import { columnOf, keyNames, orderedNames, type Table } from "../../cassandra/index.ts";

/** @throws PothosSchemaError for a table without lanes */
export function checkLanes(table: Table, method: string): void {
  if (table.lanes !== undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}" has no lanes, which ${method} needs: add lwt: true and lanes: true.`,
  );
}

interface NumberUse {
  readonly column: string;
  readonly method: string;
}

/** @throws PothosSchemaError for a column that is not a number which a lane can add to */
export function checkNumber(table: Table, { column, method }: NumberUse): void {
  const why = whyNoNumber(table, column);
  if (why === undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}": ${method} cannot use the column "${column}", which ${why}.`,
  );
}

function whyNoNumber(table: Table, column: string): string | undefined {
  if (!Object.hasOwn(table.columns, column)) return "the table does not have";
  if (keyNames(table).includes(column)) return "is in the key";
  if (orderedNames(table).includes(column)) return "an order sorts by: use t.update";
  const { type, nullable } = columnOf(table, column);
  if (!type.whole) return `is not a whole number, but ${type.cql}`;
  return nullable ? "may be null: add a default" : undefined;
}
