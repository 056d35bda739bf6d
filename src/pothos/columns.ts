import { PothosSchemaError, type SchemaTypes } from "@pothos/core";
import { columnOf, type Table } from "../cassandra/index.ts";
import type { Form, InputRef, OutputRef } from "./forms/form.ts";
import { formsOf } from "./forms/builder-forms.ts";
import { checkName } from "./names.ts";
import type { Builder } from "./builder-options.ts";

/** A column of a table. */
export interface TableColumn {
  readonly table: Table;
  readonly name: string;
}

/** Returns the GraphQL name of a column. @throws PothosSchemaError if it is not a valid one */
export function fieldNameOf(table: Table, name: string): string {
  return checkName(columnOf(table, name).field ?? name, `Table "${table.name}": column "${name}"`);
}

/** Returns the GraphQL names of columns. @throws PothosSchemaError if two columns have the same name */
export function fieldNamesOf(table: Table, names: readonly string[]): readonly string[] {
  const fields = names.map((name) => fieldNameOf(table, name));
  const second = fields.findIndex((field, at) => fields.indexOf(field) !== at);
  if (second === -1) return fields;
  const field = fields[second]!;
  const columns = [names[fields.indexOf(field)]!, names[second]!] as const;
  throw duplicateColumn(table, { columns, field });
}

/** Returns the column that an argument belongs to. Returns the argument's name if there is none. */
export function columnOfArgument(table: Table, argument: string): string {
  const names = Object.keys(table.columns);
  return names.find((name) => fieldNameOf(table, name) === argument) ?? argument;
}

interface Duplicate {
  readonly columns: readonly [string, string];
  readonly field: string;
}

function duplicateColumn({ name }: Table, { columns, field }: Duplicate): PothosSchemaError {
  const [one, other] = columns;
  return new PothosSchemaError(
    `Table "${name}": columns "${one}" and "${other}" are both called "${field}" in GraphQL: rename one by .as("name").`,
  );
}

/** Returns the form of a column. @throws PothosSchemaError with table and column if its type has none */
export function formOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  column: TableColumn,
): Form {
  const { type } = columnOf(column.table, column.name);
  return inColumn(column, () => formsOf(builder).of(type));
}

/** Returns the GraphQL output type of a column. @throws PothosSchemaError as {@link formOf} */
export function outputOf(builder: Builder, column: TableColumn): OutputRef {
  const form = formOf(builder, column);
  return inColumn(column, () => formsOf(builder).output(form));
}

/** Returns the GraphQL input type of a column. @throws PothosSchemaError as {@link formOf} */
export function inputOf(builder: Builder, column: TableColumn): InputRef {
  const form = formOf(builder, column);
  return inColumn(column, () => formsOf(builder).input(form));
}

/** Runs a function; adds the table and the column to its PothosSchemaError. */
function inColumn<Result>({ table, name }: TableColumn, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PothosSchemaError)) throw error;
    const message = `Table "${table.name}", column "${name}": ${error.message}`;
    throw new PothosSchemaError(message, { originalError: error });
  }
}
