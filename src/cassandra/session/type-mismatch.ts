import { type CqlType, parseType } from "../cql-type.ts";
import { CassandraError } from "../error.ts";
import type { ColumnType } from "../type.ts";
import { userType } from "../user-types.ts";
import { cqlTypeOf, type DriverType } from "./driver-type.ts";

/**
 * Creates the error for a value or column whose type in the model differs from the one in the database.
 *
 * @param options.of what has the type, as the start of a clause. Default: "A value"
 */
export function typeMismatch(
  type: ColumnType,
  expected: DriverType,
  { of = "A value" }: { readonly of?: string } = {},
): CassandraError {
  const found = cqlTypeOf(expected);
  const model = type.udt === undefined ? type.cql : typeText(withFields(type.udt, type));
  const message = `The database does not match the models: ${of} is ${model}, the database has ${typeText(found)}.`;
  return new CassandraError("NOT_SYNCED", message);
}

function withFields(udt: string, type: ColumnType): CqlType {
  const fields = userType(udt, type).fields.map((field) => ({
    name: field.name,
    type: parseType(field.type),
  }));
  return { name: udt, isQuoted: true, args: [], fields };
}

/**
 * Returns a readable type. A user-defined type is written with its fields, since its name does not show the difference.
 */
function typeText({ name, args, fields }: CqlType): string {
  if (fields)
    return `${name} (${fields.map((each) => `${each.name} ${typeText(each.type)}`).join(", ")})`;
  return args.length === 0 ? name : `${name}<${args.map(typeText).join(", ")}>`;
}
