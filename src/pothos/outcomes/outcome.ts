import { type FieldMap, type ObjectRef, PothosSchemaError, type SchemaTypes } from "@pothos/core";
import type { RawRow, Table } from "../../cassandra/index.ts";
import { fieldNamesOf } from "../columns.ts";
import type { Outcome } from "../options/field.ts";
import type { Builder } from "../builder-options.ts";
import { columnNeedsOf, type TableObject } from "../refs.ts";
import { columnField } from "../table-object.ts";
import { typeOnce } from "../type-once.ts";
import { authIn, type Guard, guardOf } from "./guard.ts";
import { refusalRef } from "./refusal.ts";

/** The field builder of an outcome. */
export type OutcomeFieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Outcome>;

/** The GraphQL type of an outcome, and the function that creates its values. */
export interface OutcomeType<Values extends readonly unknown[]> {
  readonly ref: ObjectRef<SchemaTypes, Outcome>;
  of(this: void, ...values: Values): Outcome;
}

/** The key of an outcome's columns. They are separate from its other fields, which may have the same names. */
export const ROW = Symbol("row");

interface OutcomeDefinition {
  readonly name: string;
  /** What it represents, in words. Only equal types have the same meaning. */
  readonly meaning: string;
  readonly description: string;
  /** Whether it is a refusal, which has a `message`. */
  readonly isRefusal?: boolean;
  /** The columns that its fields show, and their object. */
  readonly columns?: readonly [object: TableObject, names: readonly string[]];
  /** The column that it is about: all of its fields need the scope of this one. */
  readonly about?: string;
  /** The other fields. Of a type about a column, they are to have the options that a guard returns. */
  readonly fields?: (t: OutcomeFieldBuilder, guard: Guard) => FieldMap;
}

/** Returns the type of an outcome. Defines it once per builder. */
export function outcomeRef(
  builder: Builder,
  {
    name,
    meaning,
    description,
    isRefusal = false,
    columns,
    about,
    fields = () => ({}),
  }: OutcomeDefinition,
): ObjectRef<SchemaTypes, Outcome> {
  return typeOnce(builder, { name, meaning }, () =>
    builder.objectRef<Outcome>(name).implement({
      description,
      fields(t: OutcomeFieldBuilder) {
        const others = fields(t, guardOf({ type: name, object: columns?.[0], about }));
        if (!columns) return others;
        const reserved = isRefusal ? ["message", ...Object.keys(others)] : Object.keys(others);
        const all = { ...columnFields(t, { type: name, columns, about, reserved }), ...others };
        return isRefusal || Object.keys(all).length > 0
          ? all
          : { message: messageField(t, description) };
      },
      ...(isRefusal && { interfaces: [refusalRef(builder)] }),
    } as never),
  );
}

/** Returns a field for a type whose columns are all hidden: a GraphQL type must have a field. */
function messageField(t: OutcomeFieldBuilder, description: string) {
  return t.string({
    nullable: false,
    description: "A human-readable message.",
    resolve: () => description,
  } as never);
}

interface OutcomeColumns {
  readonly type: string;
  readonly columns: readonly [object: TableObject, names: readonly string[]];
  readonly about: string | undefined;
  /** The names of the type's other fields. */
  readonly reserved: readonly string[];
}

/** Returns fields for columns. @throws PothosSchemaError if one has the name of another field of the type */
function columnFields(
  t: OutcomeFieldBuilder,
  { type, columns: [object, names], about, reserved }: OutcomeColumns,
): FieldMap {
  const { table } = object;
  const fields = fieldNamesOf(table, names);
  const both = fields.findIndex((field) => reserved.includes(field));
  if (both !== -1) {
    throw duplicateField(type, { table, column: names[both]!, field: fields[both]! });
  }
  const allNeeds = columnNeedsOf(object);
  return Object.fromEntries(
    names.map((name, at) => {
      const found = [name, about ?? name].map((column) => allNeeds.get(column));
      const needs = new Set(found.filter((need) => need !== undefined));
      const passedOn = authIn(type, { object, column: name });
      const options = { rowOf: outcomeRow, passedOn, needs: [...needs] };
      return [fields[at]!, columnField(t as never, { table, name }, options)];
    }),
  );
}

function outcomeRow(parent: object): RawRow {
  return (parent as { readonly [ROW]: RawRow })[ROW];
}

interface DuplicateField {
  readonly table: Table;
  readonly column: string;
  readonly field: string;
}

function duplicateField(type: string, { table, column, field }: DuplicateField) {
  return new PothosSchemaError(
    `Type "${type}" would have two fields "${field}": the column "${column}" of table "${table.name}", and one of its own. Rename the column by .as("name"), or the row by the option rowField of tableObject.`,
  );
}
