import { type FieldMap, type ObjectRef, PothosSchemaError, type SchemaTypes } from "@pothos/core";
import type { RawRow, Table } from "../../cassandra/index.ts";
import { fieldNamesOf } from "../columns.ts";
import type { Outcome } from "../options/field.ts";
import type { Builder } from "../builder-options.ts";
import type { TableObject } from "../refs.ts";
import { columnField } from "../table-object.ts";
import { typeOnce } from "../type-once.ts";
import { refusalRef } from "./refusal.ts";

/** The fields of an object, as they are made. */
export type Fields = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Outcome>;

/** A type of what a generated field answers, and how its values are made. */
export interface OutcomeType<Given extends readonly unknown[]> {
  readonly ref: ObjectRef<SchemaTypes, Outcome>;
  of(this: void, ...given: Given): Outcome;
}

/** Where an answer has the columns that it shows: apart from its other fields, which may have the same names. */
export const ROW = Symbol("row");

/** How such a type is defined. */
interface Definition {
  readonly name: string;
  /** What it stands for, as a person reads it. Equal for equal types alone. */
  readonly meaning: string;
  readonly description: string;
  /** Whether it says that something was not done: it then has a `message`. */
  readonly isRefusal?: boolean;
  /** The object whose columns its fields show, and which. */
  readonly columns?: readonly [object: TableObject, names: readonly string[]];
  /** Its other fields. */
  readonly fields?: (t: Fields) => FieldMap;
}

/** Makes a type of what fields answer, once per builder. */
export function outcomeRef(
  builder: Builder,
  { name, meaning, description, isRefusal = false, columns, fields = () => ({}) }: Definition,
): ObjectRef<SchemaTypes, Outcome> {
  return typeOnce(builder, { name, meaning }, () =>
    builder.objectRef<Outcome>(name).implement({
      description,
      fields(t: Fields) {
        const others = fields(t);
        if (!columns) return others;
        const reserved = isRefusal ? ["message", ...Object.keys(others)] : Object.keys(others);
        const all = { ...columnFields(name, t, columns, reserved), ...others };
        return isRefusal || Object.keys(all).length > 0
          ? all
          : { message: wordsField(t, description) };
      },
      ...(isRefusal && { interfaces: [refusalRef(builder)] }),
    } as never),
  );
}

/** The field of a type that hides all its columns: GraphQL has none without fields. */
function wordsField(t: Fields, description: string) {
  return t.string({
    nullable: false,
    description: "For a person to read.",
    resolve: () => description,
  } as never);
}

/** Fields for columns. @throws PothosSchemaError if one has the name of another field of the type */
function columnFields(
  type: string,
  t: Fields,
  [{ builder, table }, names]: readonly [TableObject, readonly string[]],
  reserved: readonly string[],
): FieldMap {
  const fields = fieldNamesOf(table, names);
  const both = fields.findIndex((field) => reserved.includes(field));
  if (both !== -1) throw sameField(type, table, names[both]!, fields[both]!);
  return Object.fromEntries(
    names.map((name, at) => [
      fields[at]!,
      columnField(builder, t as never, table, name, { rowOf }),
    ]),
  );
}

function rowOf(parent: object): RawRow {
  return (parent as { readonly [ROW]: RawRow })[ROW];
}

function sameField(type: string, { name }: Table, column: string, field: string) {
  return new PothosSchemaError(
    `Type "${type}" would have two fields "${field}": the column "${column}" of table "${name}", and one of its own. Name the column by .as("name"), or the row by the option rowField of tableObject.`,
  );
}
