import {
  type InputFieldMap,
  InputListRef,
  type ObjectRef,
  PothosSchemaError,
  type SchemaTypes,
} from "@pothos/core";
import {
  columnOf,
  dataNames,
  identityOf,
  InvalidValue,
  type RawRow,
  type Table,
} from "../cassandra/index.ts";
import { admitted } from "../order/index.ts";
import { admitOf } from "./admit.ts";
import { readerOf } from "./arguments.ts";
import { fieldNamesOf, formOf, inputOf, type TableColumn } from "./columns.ts";
import { badArgument, checkArgument } from "./error.ts";
import type { UntypedDraft } from "./fields/change-row.ts";
import type { FieldBuilder } from "./fields/generated.ts";
import type { InputArgument } from "./fields/scope.ts";
import { nameInWords, withArticle } from "./names.ts";
import type { Outcome } from "./options/field.ts";
import { rowStale } from "./outcomes/row.ts";
import type { Builder } from "./builder-options.ts";
import { columnNeedsOf, type TableObject, tableObjectOf, whyNotCompared } from "./refs.ts";
import { type InputRef, readPart } from "./forms/form.ts";
import { type OneOfField, oneOfRef } from "./one-of.ts";
import { typeOnce } from "./type-once.ts";

/** Reads a row, and refuses what is about to be done if its values are not as expected. */
export type ExpectationCheck = (row: Pick<UntypedDraft, "get" | "refuse">) => unknown;

/** The argument by which clients say what values a row must have. */
export interface ExpectationArgument {
  readonly args: InputFieldMap;
  readonly inputs: readonly InputArgument[];
  /** The outcome of a row with other values. */
  readonly members: readonly ObjectRef<SchemaTypes, Outcome>[];
  /**
   * Returns a check of the row with a key. Returns undefined if nothing is expected.
   *
   * @throws GraphQLError `BAD_USER_INPUT` if a value is not valid
   */
  readonly checkOf: (args: RawRow, key: RawRow) => ExpectationCheck | undefined;
}

interface ExpectationOptions {
  readonly table: Table;
  /** The columns of the option `if`. Undefined: there is no such argument. */
  readonly names: readonly string[] | undefined;
  readonly method: string;
}

const NO_EXPECTATIONS: ExpectationArgument = {
  args: {},
  inputs: [],
  members: [],
  checkOf: () => undefined,
};

/** Returns the argument `if`. @throws PothosSchemaError for a column of which nothing can be expected */
export function expectationArgument(
  t: FieldBuilder,
  { table, names: given, method }: ExpectationOptions,
): ExpectationArgument {
  if (given === undefined) return NO_EXPECTATIONS;
  const { builder } = t;
  const object = tableObjectOf(builder, table);
  const columns = expectedColumns(object, { given, method });
  const admit = admitOf(builder);
  const stale = rowStale(object);
  const needs = columns.flatMap(({ field, need }) => (need ? [[field, need] as const] : []));
  const words = nameInWords(object.name);
  return {
    args: {
      if: t.arg({
        type: expectationRef(object, columns),
        required: false,
        description: `What the values of the ${words} must be. Otherwise nothing is changed. Default: anything.`,
      }),
    },
    inputs: [{ argument: "if", scopes: { required: [], optional: Object.fromEntries(needs) } }],
    members: [stale.ref],
    checkOf({ if: expected }, key) {
      const wanted = columns.flatMap(({ name, field, read }) => {
        const own = Object.hasOwn((expected ?? {}) as RawRow, field);
        return own ? [{ name, field, holds: read((expected as RawRow)[field]) }] : [];
      });
      if (wanted.length === 0) return undefined;
      return (row) => {
        const failed = wanted.filter(({ name, holds }) => !holds(row.get(name)));
        if (failed.length === 0) return undefined;
        // All values are of one moment: the lane has read them by one statement.
        const values = dataNames(table).map((name) => [name, row.get(name)] as const);
        const actual: RawRow = { ...key, ...Object.fromEntries(values) };
        const fields = failed.map(({ field }) => field);
        return row.refuse(stale.of(fields, admitted(actual, { table, admit })));
      };
    },
  };
}

type ExpectedColumn = ReturnType<typeof expectedColumns>[number];

function expectedColumns(
  object: TableObject,
  { given, method }: { readonly given: readonly string[]; readonly method: string },
) {
  const { builder, table } = object;
  for (const name of given) checkExpected(object, { name, method });
  if (given.length === 0) {
    throw new PothosSchemaError(
      `Table "${table.name}": the option if of ${method} needs a column.`,
    );
  }
  const names = dataNames(table).filter((name) => given.includes(name));
  const fields = fieldNamesOf(table, names);
  const needs = columnNeedsOf(object);
  return names.map((name, at) => {
    const field = fields[at]!;
    const read = expectationReader(builder, { table, name }, field);
    return { name, field, need: needs.get(name), read };
  });
}

/** @throws PothosSchemaError for a column that is in the key, or whose values may not or cannot be compared */
function checkExpected(
  object: TableObject,
  { name, method }: { readonly name: string; readonly method: string },
): void {
  const { builder, table } = object;
  const why = whyNotExpected(builder, { table, name }) ?? whyNotCompared(object, name);
  if (why === undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}": the option if of ${method} cannot have the column "${name}", which ${why}.`,
  );
}

function whyNotExpected(builder: Builder, column: TableColumn): string | undefined {
  const { table, name } = column;
  if (!Object.hasOwn(table.columns, name)) return "the table does not have";
  if (!dataNames(table).includes(name)) return "is in the key";
  const { cql, parts = [] } = columnOf(table, name).type;
  const form = formOf(builder, column);
  if (parts.length > 0 || typeof form.input === "function") return `has several values (${cql})`;
  return form.name === "Float" ? `is not exact (${cql})` : undefined;
}

/** The scalars whose order means nothing to a client. */
const withoutOrder: ReadonlySet<string> = new Set(["Base64", "Boolean", "Inet", "String", "UUID"]);

/** An operator by which a client says what a value must be. */
interface ExpectationOperator extends OneOfField {
  /**
   * Returns a function that says whether a stored value, which may be null, is as expected.
   *
   * @throws InvalidValue if the operand is not valid
   */
  readonly expect: (operand: unknown) => (stored: unknown) => boolean;
}

/** Returns the operators for a column. Values are compared as Cassandra compares them, e.g. the decimals 1.0 and 1.00. */
function expectationOperators(
  builder: Builder,
  column: TableColumn,
): Readonly<Record<string, ExpectationOperator>> {
  const { type } = columnOf(column.table, column.name);
  const { compare } = type;
  const valueType = () => inputOf(builder, column);
  // As it is written: another program may have stored it.
  const read = readerOf(builder, { ...column, rule: "lookup" });
  const spellings = spellingsReader(builder, column);
  const isOneOf = (stored: unknown, identities: ReadonlySet<string>) =>
    stored !== null && identities.has(identityOf(type, stored));
  const equal = (
    description: string,
    holds: (stored: unknown, identities: ReadonlySet<string>) => boolean,
  ): ExpectationOperator => ({
    type: valueType,
    description,
    expect(operand) {
      const identities = new Set(spellings(operand));
      return (stored) => holds(stored, identities);
    },
  });
  const ordered = (
    description: string,
    holds: (difference: number) => boolean,
  ): ExpectationOperator => ({
    type: valueType,
    description,
    expect(operand) {
      const value = read(operand);
      return (stored) => stored !== null && holds(compare!(stored, value));
    },
  });
  const hasOrder = compare !== undefined && !withoutOrder.has(formOf(builder, column).name);
  return {
    eq: equal("Equal to this value.", isOneOf),
    ne: equal("Not equal to this value, or null.", (stored, values) => !isOneOf(stored, values)),
    ...(hasOrder
      ? {
          gt: ordered("Greater than this value.", (difference) => difference > 0),
          gte: ordered("Greater than or equal to this value.", (difference) => difference >= 0),
          lt: ordered("Less than this value.", (difference) => difference < 0),
          lte: ordered("Less than or equal to this value.", (difference) => difference <= 0),
        }
      : {
          in: {
            type: () => new InputListRef(valueType(), true),
            description: "Equal to one of these values.",
            expect(operand) {
              const identities = new Set((operand as readonly unknown[]).flatMap(spellings));
              return (stored) => isOneOf(stored, identities);
            },
          },
        }),
    isNull: {
      type: () => "Boolean" as InputRef,
      description: "Whether there must be no value.",
      expect: (isNull) => (stored) => (stored === null) === isNull,
    },
  };
}

/**
 * Returns a function that reads a value to compare, and returns the identities of how it may be stored: as it is written,
 * since another program may have stored it, and by the rules of its column, as this service stores it.
 */
function spellingsReader(
  builder: Builder,
  column: TableColumn,
): (operand: unknown) => readonly string[] {
  const { type } = columnOf(column.table, column.name);
  const form = formOf(builder, column);
  const lookup = readerOf(builder, { ...column, rule: "lookup" });
  return (operand) => {
    const values = [lookup(operand), type.match(readPart(form, operand))];
    try {
      values.push(type.check(readPart(form, operand)));
    } catch (error) {
      // Then the service cannot have stored it.
      if (!(error instanceof InvalidValue)) throw error;
    }
    return values.map((value) => identityOf(type, value));
  };
}

/** Returns an input such as `StringExpectation`, which columns with the same form share. */
function columnExpectationRef(builder: Builder, column: TableColumn): InputRef {
  const form = formOf(builder, column);
  const operators = expectationOperators(builder, column);
  const name = `${form.name}Expectation`;
  const meaning = `an expectation of a ${form.name} by ${Object.keys(operators).join(", ")}`;
  const description = "What a value must be: exactly one of these.";
  return oneOfRef(builder, { name, meaning, description }, operators);
}

/** Returns an input such as `SeatExpectation`, which all fields of the table share. */
function expectationRef(
  { builder, table, name: object }: TableObject,
  columns: readonly ExpectedColumn[],
) {
  const name = `${object}Expectation`;
  const described = {
    name,
    meaning: `what is expected of ${columns.map(({ name: column }) => `"${column}"`).join(", ")} of "${object}"`,
    remedy: "give the option if the same columns in all fields of the table",
  };
  return typeOnce(builder, described, () =>
    builder.inputType(name, {
      description: `What the values of ${withArticle(nameInWords(object))} must be: all of these must hold.`,
      fields: (t): InputFieldMap =>
        Object.fromEntries(
          columns.map(({ name: column, field, need }) => [
            field,
            t.field({
              type: columnExpectationRef(builder, { table, name: column }),
              required: false,
              description: `What \`${field}\` must be.`,
              ...(need && { extensions: { cassandra: { scopes: [need] } } }),
            } as never),
          ]),
        ),
    }),
  );
}

/** Returns a function that reads the expectation of a column, and throws a GraphQLError `BAD_USER_INPUT`. */
function expectationReader(builder: Builder, column: TableColumn, field: string) {
  const operators = expectationOperators(builder, column);
  return (given: unknown): ((stored: unknown) => boolean) => {
    if (given === null) {
      throw badArgument(["if", field], "must be an expectation, e.g. { isNull: true }, not null");
    }
    // GraphQL has checked that there is exactly one.
    const [[operator, operand] = []] = Object.entries(given as object);
    return checkArgument(["if", field, operator!], () => operators[operator!]!.expect(operand));
  };
}
