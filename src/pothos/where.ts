import {
  type InputFieldMap,
  InputListRef,
  type InputObjectRef,
  PothosSchemaError,
  type SchemaTypes,
} from "@pothos/core";
import {
  columnOf,
  type ColumnType,
  dataNames,
  indexTarget,
  type IndexTarget,
  lookupOf,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";
import { withoutNumber } from "./arguments.ts";
import type { Builder } from "./builder-options.ts";
import { fieldNameOf, formOf, type TableColumn } from "./columns.ts";
import { badArgument, checkArgument } from "./error.ts";
import type { FieldBuilder } from "./fields/generated.ts";
import type { InputArgument } from "./fields/scope.ts";
import { formsOf } from "./forms/builder-forms.ts";
import { type Form, type InputRef, readPart } from "./forms/form.ts";
import { partsOfType } from "./forms/parts.ts";
import { columnNeedsOf, type TableObject, tableObjectOf, whyNotCompared } from "./refs.ts";
import { typeOnce } from "./type-once.ts";

/** The argument for restrictions by indexes. */
export interface WhereArgument {
  readonly args: InputFieldMap;
  readonly inputs: readonly InputArgument[];
  /** Returns the option `where` of a read. @throws GraphQLError `BAD_USER_INPUT` */
  readonly read: (args: RawRow) => RawRow;
}

/** Returns the argument `where` for columns that have indexes. @throws PothosSchemaError for a column without a fitting index */
export function whereArgument(
  t: FieldBuilder,
  table: Table,
  names: readonly string[],
): WhereArgument {
  const { builder } = t;
  const object = tableObjectOf(builder, table);
  if (names.length === 0) throw badWhere(table, "needs a column");
  for (const name of names) checkRestrictable(object, name);
  const columns = dataNames(table).filter((name) => names.includes(name));
  const fields = columns.flatMap((name) => indexedFields(builder, { table, name }));
  checkDistinctFields(table, fields);
  const columnNeeds = columnNeedsOf(object);
  const needs = fields.flatMap(({ name, field }) => {
    const need = columnNeeds.get(name);
    return need ? [[field, need] as const] : [];
  });
  return {
    args: {
      where: t.arg({
        type: whereRef(object, fields),
        required: true,
        description: "The rows to return: all of these must hold.",
      }),
    },
    inputs: [{ argument: "where", scopes: { required: [], optional: Object.fromEntries(needs) } }],
    read({ where: given }) {
      const where: Record<string, unknown> = {};
      for (const { name, field, read } of fields) {
        if (!Object.hasOwn(given as RawRow, field)) continue;
        const value = (given as RawRow)[field];
        if (value === null) throw badArgument(["where", field], "must not be null");
        const restriction = checkArgument(["where", field], () => read(value));
        // A column may have several indexes: of its keys, and of its values.
        const other = Object.hasOwn(where, name) ? (where[name] as RawRow) : undefined;
        where[name] = other ? { ...other, ...(restriction as RawRow) } : restriction;
      }
      if (Object.keys(where).length > 0) return where;
      const all = fields.map(({ field }) => field).join(", ");
      throw badArgument(["where"], `must have at least one of ${all}`);
    },
  };
}

/** A field of the argument: what one index serves. */
interface IndexedField {
  /** The name of the column. */
  readonly name: string;
  readonly field: string;
  readonly type: () => InputRef;
  readonly description: string;
  /** Returns the restriction of the column. @throws InvalidValue */
  readonly read: (given: unknown) => unknown;
}

/** @throws PothosSchemaError for a column by which rows may not or cannot be restricted */
function checkRestrictable(object: TableObject, name: string): void {
  const why = whyNotCompared(object, name) ?? whyNotRestricted(object.table, name);
  if (why === undefined) return;
  throw badWhere(object.table, `cannot have the column "${name}", which ${why}`);
}

/** Returns the columns of a table by which the option `where` can restrict rows. */
export function restrictableColumns(table: Table): readonly string[] {
  return dataNames(table).filter((name) => whyNotRestricted(table, name) === undefined);
}

function whyNotRestricted(table: Table, name: string): string | undefined {
  if (indexesOf(table, name).length === 0) return "has no index";
  if (!dataNames(table).includes(name)) return "is in the key: it is an argument or in range";
  const { kind } = columnOf(table, name).type;
  return kind === "vector" ? "is a vector: these have no equality" : undefined;
}

function indexesOf({ indexes }: Table, name: string): Table["indexes"] {
  return indexes.filter(({ column }) => column === name);
}

function indexedFields(builder: Builder, column: TableColumn): readonly IndexedField[] {
  const { table, name } = column;
  const indexes = indexesOf(table, name);
  const targets = new Set(indexes.map((index) => indexTarget(table, index)));
  return [...targets].map((target) => ({ name, ...indexedField(builder, column, target) }));
}

function indexedField(
  builder: Builder,
  column: TableColumn,
  target: IndexTarget | undefined,
): Omit<IndexedField, "name"> {
  const { table, name } = column;
  const field = fieldNameOf(table, name);
  const { type } = columnOf(table, name);
  const forms = formsOf(builder);
  const reader = (part: ColumnType, form: Form) =>
    withoutNumber((given) => lookupOf(part)(readPart(form, given)));
  const form = formOf(builder, column);
  if (target === undefined) {
    return {
      field,
      type: () => forms.input(form),
      description: `\`${field}\` is equal to this.`,
      read: reader(type, form),
    };
  }
  if (target === "entries") {
    const read = reader(type, form);
    return {
      field: `${field}Entry`,
      type: () => elementOf(forms.input(form)),
      description: `\`${field}\` has this entry.`,
      read: (entry) => ({ entry: [...(read([entry]) as ReadonlyMap<unknown, unknown>)][0] }),
    };
  }
  const [word, operator] = containment[target];
  const { name: part, type: partType } = partsOfType(type).find(({ name }) =>
    target === "keys" ? name === "key" : name !== "key",
  )!;
  const partForm = forms.of(partType);
  const read = reader(partType, partForm);
  return {
    field: `${field}${word}`,
    type: () => forms.input(partForm),
    description: `\`${field}\` contains this ${part}.`,
    read: (given) => ({ [operator]: read(given) }),
  };
}

/** The end of a field's name, and the operator of `select`, by what the index has of a collection. */
const containment = {
  values: ["Contain", "contains"],
  keys: ["ContainKey", "containsKey"],
} as const;

function elementOf(list: InputRef): InputRef {
  return list instanceof InputListRef ? (list.listType as InputRef) : list;
}

/** Returns an input such as `ReadingIndexed`, which all fields of the table share. */
function whereRef(
  { builder, table, name: object }: TableObject,
  fields: readonly IndexedField[],
): InputObjectRef<SchemaTypes, unknown> {
  const name = `${object}Indexed`;
  const described = {
    name,
    meaning: `restrictions of "${object}" by indexes: ${fields.map(({ field }) => field).join(", ")}`,
    remedy: "give the option where the same columns in all fields of the table",
  };
  const needs = columnNeedsOf(tableObjectOf(builder, table));
  return typeOnce(builder, described, () =>
    builder.inputType(name, {
      description: `Columns of table \`${table.name}\` with an index. All that are given must hold.`,
      fields: (t): InputFieldMap =>
        Object.fromEntries(
          fields.map(({ name: column, field, type, description }) => {
            const need = needs.get(column);
            const scoped = need && { extensions: { cassandra: { scopes: [need] } } };
            return [
              field,
              t.field({ type: type(), required: false, description, ...scoped } as never),
            ];
          }),
        ),
    }),
  ) as InputObjectRef<SchemaTypes, unknown>;
}

/** @throws PothosSchemaError if two indexes have the same field, e.g. of a column called `tagsContain` */
function checkDistinctFields(table: Table, fields: readonly IndexedField[]): void {
  const names = fields.map(({ field }) => field);
  const second = fields.find(({ field }, at) => names.indexOf(field) !== at);
  if (!second) return;
  const first = fields[names.indexOf(second.field)]!;
  throw badWhere(
    table,
    `has columns "${first.name}" and "${second.name}" by the same field "${second.field}": rename one by .as("name")`,
  );
}

function badWhere({ name }: Table, why: string): PothosSchemaError {
  return new PothosSchemaError(`Table "${name}": the option where of t.partition ${why}.`);
}
