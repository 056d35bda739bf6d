import { canonicalType } from "./cql-type.ts";
import { CassandraError } from "./error.ts";
import type { Table } from "./table.ts";
import type { ColumnType } from "./type.ts";

/** A user-defined type: its name, and its fields in order. */
export interface UserType {
  readonly name: string;
  readonly fields: readonly UserField[];
}

export interface UserField {
  readonly name: string;
  /** Its CQL type, frozen, so that the type can be used both frozen and not frozen. */
  readonly type: string;
}

/**
 * Returns the user-defined types of tables, each after the types of its fields.
 *
 * @throws CassandraError `BAD_TABLE` if two tables have types of the same name with different fields
 */
export function userTypesOf(tables: readonly Table[]): readonly UserType[] {
  const found = new Map<string, UserType & { readonly table: string }>();
  for (const table of tables) {
    for (const { type } of Object.values({ ...table.columns, ...table.hidden })) {
      for (const each of withParts(type)) {
        if (each.udt === undefined) continue;
        const known = found.get(each.udt);
        const own = { table: table.name, ...userType(each.udt, each) };
        if (!known) found.set(own.name, own);
        else if (!hasSameFields(known, own)) throw typeConflict(known, own);
      }
    }
  }
  return [...found.values()].map(({ name, fields }) => ({ name, fields }));
}

/** Returns whether two types have the same fields in the same order. */
export function hasSameFields(one: UserType, other: UserType): boolean {
  return fieldsText(one) === fieldsText(other);
}

/** Returns the fields of a type as CQL lists them, for messages. */
export function fieldsText({ fields }: UserType): string {
  return fields.map(({ name, type }) => `${name} ${type}`).join(", ");
}

/** Returns the CQL of a field's type as part of a frozen type. */
export function fieldType(cql: string): string {
  return canonicalType(`frozen<${cql}>`);
}

/** Returns a type and all its parts, innermost first. */
export function withParts(type: ColumnType): readonly ColumnType[] {
  return [...(type.parts ?? []).flatMap((part) => withParts(part.type)), type];
}

/** Returns the user-defined type of a column type, under a name. */
export function userType(name: string, { parts = [] }: ColumnType): UserType {
  return {
    name,
    fields: parts.map((part) => ({ name: part.name, type: fieldType(part.type.cql) })),
  };
}

function typeConflict(
  one: UserType & { readonly table: string },
  other: UserType & { readonly table: string },
): CassandraError {
  const message = `Tables "${one.table}" and "${other.table}" cannot share a keyspace: the type "${one.name}" has the fields ${fieldsText(one)} in one of them, and ${fieldsText(other)} in the other.`;
  return new CassandraError("BAD_TABLE", message);
}
