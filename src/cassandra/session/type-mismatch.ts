import { type CqlType, parseType } from "../cql-type.ts";
import { CassandraError } from "../error.ts";
import type { ColumnType } from "../type.ts";
import { userType } from "../user-types.ts";
import { cqlTypeOf, type DriverType } from "./driver-type.ts";

export function mismatch(type: ColumnType, expected: DriverType, of = "A value"): CassandraError {
  const found = cqlTypeOf(expected);
  const model = type.udt === undefined ? type.cql : spell(withFields(type.udt, type));
  const message = `The database does not match the models: ${of} is ${model}, the database has ${spell(found)}.`;
  return new CassandraError("NOT_SYNCED", message);
}

function withFields(udt: string, type: ColumnType): CqlType {
  const fields = userType(udt, type).fields.map((field) => ({
    name: field.name,
    type: parseType(field.type),
  }));
  return { name: udt, isQuoted: true, args: [], fields };
}

/** A type for a person to read: of a user-defined one, its name does not tell what differs. */
function spell({ name, args, fields }: CqlType): string {
  if (fields)
    return `${name} (${fields.map((each) => `${each.name} ${spell(each.type)}`).join(", ")})`;
  return args.length === 0 ? name : `${name}<${args.map(spell).join(", ")}>`;
}
