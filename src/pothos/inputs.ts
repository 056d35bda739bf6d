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
import { fieldNamesOf, formOf, inputOf } from "./columns.ts";
import { pascalCase } from "./names.ts";
import type { Builder } from "./builder-options.ts";
import type { FieldName } from "./outcomes/result.ts";
import type { FieldProblem } from "./outcomes/shared.ts";
import { typeOnce } from "./type-once.ts";

/** What an input says of columns. */
export type InputValues =
  | { readonly values: RawRow; readonly problems?: undefined }
  | { readonly values?: undefined; readonly problems: readonly FieldProblem[] };

/** An input with a field for each of some columns. Its name may depend on that of the field that takes it. */
export interface ColumnsInput {
  /** Stands for the input until the field's name is known. */
  readonly ref: InputObjectRef<SchemaTypes, RawRow>;
  readonly define: (field: FieldName) => void;
  /** Reads the columns that are given, in stored form; null where one is to have no value. */
  readonly read: (given: RawRow) => InputValues;
}

/** How the columns of an input may be left out. */
export type Presence =
  /** What a row needs is required; null is the default, if there is one. */
  | "new"
  /** What a row needs is required; null removes what a row need not have. */
  | "put"
  /** Everything may be left out, and then stays as it is; null removes what may be null. */
  | "change";

interface InputOptions {
  readonly names: readonly string[];
  readonly presence: Presence;
  readonly description: string;
  /** What it is called, given the name of the field that takes it. */
  readonly nameOf: (field: string) => string;
}

/** The name of an input that is the field's own, e.g. `CreatePartyInput` for `createParty`. */
export function inputOfField(field: string): string {
  return `${pascalCase(field)}Input`;
}

/** The input of a field for columns of a table. */
export function columnsInput(
  builder: Builder,
  table: Table,
  { names, presence, description, nameOf }: InputOptions,
): ColumnsInput {
  const fieldNames = fieldNamesOf(table, names);
  const ref = new InputObjectRef<SchemaTypes, RawRow>("Unnamed input");
  const columns = names.map((name, at) => {
    const field = fieldNames[at]!;
    return { name, field, read: columnReader(builder, table, name, presence) };
  });
  return {
    ref,
    define({ name, parentType }) {
      const input = nameOf(name);
      const type = {
        name: input,
        meaning: `the input of "${parentType}.${name}"`,
        // Fields of one name on several types share it if they take the same.
        shape: `${presence} input ${table.name} ${names.join(" ")}`,
      };
      const made = typeOnce(builder, type, () =>
        builder.inputType(input, {
          description,
          fields: (t): InputFieldMap =>
            Object.fromEntries(
              columns.map(({ name, field }) => [
                field,
                t.field({
                  ...inputField(builder, table, name, presence),
                  type: inputOf(builder, table, name),
                } as never),
              ]),
            ),
        }),
      );
      builder.configStore.associateParamWithRef(ref as never, made as never);
    },
    read(given) {
      const values: Record<string, unknown> = {};
      const problems: FieldProblem[] = [];
      for (const { name, field, read } of columns) {
        try {
          // A field may be called as what every object inherits.
          const value = read(Object.hasOwn(given, field) ? given[field] : undefined);
          if (value !== undefined) values[name] = value;
        } catch (error) {
          if (!(error instanceof InvalidValue)) throw error;
          problems.push([field, error]);
        }
      }
      return problems.length > 0 ? { problems } : { values };
    },
  };
}

/** Makes the function that reads a column of an input. Undefined: it is left out. @throws InvalidValue */
function columnReader(builder: Builder, table: Table, name: string, presence: Presence) {
  const { type, nullable, optional, ifNull } = columnOf(table, name);
  const isKey = keyNames(table).includes(name);
  const read = readerOf(table, name, formOf(builder, table, name));
  return (given: unknown): unknown => {
    if (given === undefined) return undefined;
    if (given !== null) return read(given);
    if (isKey) return presence === "new" && optional ? undefined : read(null);
    if (nullable || (presence === "put" && ifNull)) return null;
    // Cassandra cannot tell an empty collection from none.
    if (presence === "change" && optional && type.isMulticell) return ifNull?.();
    // With a default it is as if it were left out.
    return presence !== "change" && optional ? undefined : read(null);
  };
}

function inputField(builder: Builder, table: Table, name: string, presence: Presence) {
  const column = columnOf(table, name);
  const { type, description, initial, optional, nullable } = column;
  const isScalar = typeof formOf(builder, table, name).input !== "function";
  const isKey = keyNames(table).includes(name);
  const hasDefault = initial !== undefined;
  const constant = hasConstantDefault(column) && isScalar ? initial!() : undefined;
  const isLeftOut = isKey ? hasDefault : optional || nullable;
  const isDefault = presence === "new" && constant !== undefined;
  const words = [
    description,
    isScalar ? `Must be ${type.expects}.` : undefined,
    presence === "new" && hasDefault && !isDefault ? DEFAULT[isKey ? "key" : "value"] : undefined,
  ];
  return {
    required: presence !== "change" && (isDefault || !isLeftOut),
    ...(isDefault && { defaultValue: constant }),
    description: words.filter((word) => word !== undefined).join(" "),
  };
}

/** What is said of a default that is made when a row is written. */
const DEFAULT = {
  key: "Give one to make a repeated create harmless: the second one finds the row of the first. Default: a new one.",
  value: "Default: made when the row is written.",
} as const;
