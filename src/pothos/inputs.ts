import { type InputFieldMap, InputObjectRef, type SchemaTypes } from "@pothos/core";
import {
  columnOf,
  hasConstantDefault,
  InvalidValue,
  keyNames,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";
import { readerOf } from "./arguments.ts";
import { changeForm, type ColumnEdit } from "./changes.ts";
import { fieldNamesOf, formOf, inputOf, type TableColumn } from "./columns.ts";
import { pascalCase } from "./names.ts";
import type { Builder } from "./builder-options.ts";
import { columnNeedsOf, tableObjectOf } from "./refs.ts";
import type { Need } from "./scopes.ts";
import type { NamedField } from "./outcomes/result.ts";
import type { FieldProblem } from "./outcomes/shared.ts";
import { typeOnce } from "./type-once.ts";

/** What an input says about columns, or what is wrong with it. */
export type InputValues =
  | {
      /** The new values of columns, in stored form; null for a column whose value is removed. */
      readonly values: RawRow;
      /** The changes of other columns, which depend on the stored values. None unless fields are changes. */
      readonly edits: readonly ColumnEdit[];
      readonly problems?: undefined;
    }
  | {
      readonly values?: undefined;
      readonly edits?: undefined;
      readonly problems: readonly FieldProblem[];
    };

/** An input with a field for each of some columns. Its name may depend on the name of the field that takes it. */
export interface ColumnsInput {
  /** Represents the input until the field's name is known. */
  readonly ref: InputObjectRef<SchemaTypes, RawRow>;
  readonly define: (field: NamedField) => void;
  readonly scopes: InputScopes;
  /** Reads an input that GraphQL has checked. */
  readonly read: (given: RawRow) => InputValues;
}

/** What the columns of an input need. */
export interface InputScopes {
  /** Of its required fields. */
  readonly required: readonly Need[];
  /** Of its other fields, by their names. */
  readonly optional: Readonly<Record<string, Need>>;
}

/** Which fields of an input are required, and what null means. */
export type Presence =
  /** Columns that a row needs are required. Null is the default, if there is one. */
  | "new"
  /** Columns that a row needs are required. Null removes the value of the others. */
  | "put"
  /**
   * All fields are optional. An absent column stays unchanged. Null removes the value of a nullable column. Numbers and
   * collections have inputs of their own: see {@link changeForm}.
   */
  | "change";

interface InputOptions {
  readonly names: readonly string[];
  readonly presence: Presence;
  readonly description: string;
  /** Returns the input's name, from the name of the field that takes it. */
  readonly nameOf: (field: string) => string;
}

/** Returns the name of an input that belongs to one field, e.g. `CreateSeatInput` for `createSeat`. */
export function inputOfField(field: string): string {
  return `${pascalCase(field)}Input`;
}

/** Returns the input of a field for columns of a table. */
export function columnsInput(
  builder: Builder,
  table: Table,
  { names, presence, description, nameOf }: InputOptions,
): ColumnsInput {
  const fieldNames = fieldNamesOf(table, names);
  const columnNeeds = columnNeedsOf(tableObjectOf(builder, table));
  const ref = new InputObjectRef<SchemaTypes, RawRow>("Unnamed input");
  const columns = names.map((name, at) => {
    const field = fieldNames[at]!;
    const column = { table, name, presence, need: columnNeeds.get(name) };
    return {
      name,
      field,
      need: column.need,
      change: presence === "change" ? changeForm(builder, column) : undefined,
      options: inputField(builder, column),
      read: columnReader(builder, column),
    };
  });
  const scoped = columns.flatMap(({ field, need, options: { required } }) =>
    need ? [{ field, need, required }] : [],
  );
  return {
    ref,
    scopes: {
      required: scoped.filter(({ required }) => required).map(({ need }) => need),
      optional: Object.fromEntries(
        scoped.filter(({ required }) => !required).map(({ field, need }) => [field, need]),
      ),
    },
    define({ name, parentType }) {
      const input = nameOf(name);
      const type = {
        name: input,
        meaning: `the input of "${parentType}.${name}"`,
        // Fields with the same name on several types share the input if they take the same columns.
        shape: `${presence} input ${table.name} ${names.join(" ")}`,
      };
      const defined = typeOnce(builder, type, () =>
        builder.inputType(input, {
          description,
          fields: (t): InputFieldMap =>
            Object.fromEntries(
              columns.map(({ name, field, need, change, options }) => [
                field,
                t.field({
                  ...options,
                  type: change?.type() ?? inputOf(builder, { table, name }),
                  ...(need && { extensions: { cassandra: { scopes: [need] } } }),
                } as never),
              ]),
            ),
        }),
      );
      builder.configStore.associateParamWithRef(ref as never, defined as never);
    },
    read(given) {
      const values: Record<string, unknown> = {};
      const edits: ColumnEdit[] = [];
      const problems: FieldProblem[] = [];
      for (const { name, field, change, read } of columns) {
        // A field may have the name of an inherited property, e.g. `constructor`.
        const own = Object.hasOwn(given, field) ? given[field] : undefined;
        // GraphQL has checked that a change has exactly one operator.
        const [[operator, operand] = []] = change ? Object.entries(own ?? {}) : [];
        const path = operator === undefined ? [field] : [field, operator];
        try {
          const chosen = operator === undefined ? undefined : change!.operators[operator]!;
          const value = chosen ? chosen.read(operand) : read(own);
          if (chosen?.by) edits.push({ name, path, apply: chosen.by(value) });
          else if (value !== undefined) values[name] = value;
        } catch (error) {
          if (!(error instanceof InvalidValue)) throw error;
          problems.push([path, error]);
        }
      }
      return problems.length > 0 ? { problems } : { values, edits };
    },
  };
}

interface InputColumn extends TableColumn {
  readonly presence: Presence;
  /** What a caller needs to give it. */
  readonly need: Need | undefined;
}

/** Returns a function that reads a column of an input. It returns undefined for an absent column. @throws InvalidValue */
function columnReader(builder: Builder, { table, name, presence }: InputColumn) {
  const { type, nullable, optional, ifNull } = columnOf(table, name);
  const isKey = keyNames(table).includes(name);
  const read = readerOf(builder, { table, name });
  return (given: unknown): unknown => {
    if (given === undefined) return undefined;
    if (given !== null) return read(given);
    if (isKey) return presence === "new" && optional ? undefined : read(null);
    if (nullable || (presence === "put" && ifNull)) return null;
    // Cassandra cannot distinguish an empty collection from none.
    if (presence === "change" && optional && type.isMulticell) return ifNull?.();
    // Null means the same as absent if there is a default.
    return presence !== "change" && optional ? undefined : read(null);
  };
}

function inputField(builder: Builder, { table, name, presence, need }: InputColumn) {
  const column = columnOf(table, name);
  const { type, description, initial, optional, nullable } = column;
  const isScalar = typeof formOf(builder, { table, name }).input !== "function";
  const isKey = keyNames(table).includes(name);
  const hasDefault = initial !== undefined;
  const constant = hasConstantDefault(column) && isScalar ? initial!() : undefined;
  const isOptional = isKey ? hasDefault : optional || nullable;
  // A default in the schema would count as given by the client, which may not be allowed to give it.
  const isDefault = presence === "new" && constant !== undefined && !need;
  const sentences = [
    description,
    isScalar ? `Must be ${type.expects}.` : undefined,
    presence === "new" && hasDefault && !isDefault ? DEFAULT[isKey ? "key" : "value"] : undefined,
  ];
  return {
    required: presence !== "change" && (isDefault || !isOptional),
    ...(isDefault && { defaultValue: constant }),
    description: sentences.filter((sentence) => sentence !== undefined).join(" "),
  };
}

/** Describes a default that is computed when a row is written. */
const DEFAULT = {
  key: "Give one to make a repeated create harmless: it finds the row of the first create. Default: a new one.",
  value: "Default: computed when the row is written.",
} as const;
