import { PothosSchemaError, type SchemaTypes } from "@pothos/core";
import { columnOf, type Table } from "../cassandra/index.ts";
import type { Form, InputRef, OutputRef } from "./forms/form.ts";
import { formsOf } from "./forms/index.ts";
import { checkName } from "./names.ts";
import type { Builder } from "./builder-options.ts";

/** Returns the GraphQL name of a column. @throws PothosSchemaError if it is not a valid one */
export function fieldNameOf(table: Table, name: string): string {
  return checkName(columnOf(table, name).field ?? name, `Table "${table.name}": column "${name}"`);
}

/** Returns the GraphQL names of columns. @throws PothosSchemaError if two columns have the same name */
export function fieldNamesOf(table: Table, names: readonly string[]): readonly string[] {
  const fields = names.map((name) => fieldNameOf(table, name));
  const twice = fields.findIndex((field, at) => fields.indexOf(field) !== at);
  if (twice !== -1) {
    throw sameField(table, names[fields.indexOf(fields[twice]!)]!, names[twice]!, fields[twice]!);
  }
  return fields;
}

/** The column whose argument has a name. */
export function sourceOfArgument(table: Table, field: string): string {
  return Object.keys(table.columns).find((name) => fieldNameOf(table, name) === field) ?? field;
}

/** The error for two columns with the same name in GraphQL. */
export function sameField(
  { name }: Table,
  one: string,
  other: string,
  field: string,
): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${name}": columns "${one}" and "${other}" are both called "${field}" in GraphQL: name one by .as("name").`,
  );
}

/** The form of a column. @throws PothosSchemaError with table and column if its type has none */
export function formOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
  table: Table,
  name: string,
): Form {
  return inColumn(table, name, () => formsOf(builder).of(columnOf(table, name).type));
}

/** The type that a column has where it is returned. @throws as {@link formOf} */
export function outputOf(builder: Builder, table: Table, name: string): OutputRef {
  const form = formOf(builder, table, name);
  return inColumn(table, name, () => formsOf(builder).output(form));
}

/** The type that a column has where it is given. @throws as {@link formOf} */
export function inputOf(builder: Builder, table: Table, name: string): InputRef {
  const form = formOf(builder, table, name);
  return inColumn(table, name, () => formsOf(builder).input(form));
}

function inColumn<Made>(table: Table, name: string, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof PothosSchemaError)) throw error;
    const message = `Table "${table.name}", column "${name}": ${error.message}`;
    throw new PothosSchemaError(message, { originalError: error });
  }
}
