import { type InputFieldMap, PothosSchemaError } from "@pothos/core";
import { checked, columnOf, keyNames, type RawRow, type Table } from "../../cassandra/index.ts";
import { checkPartition, keyArguments, readColumns } from "../arguments.ts";
import { fieldNamesOf } from "../columns.ts";
import type { TableObject } from "../refs.ts";
import type { FieldBuilder } from "./generated.ts";

/** Functions that give columns their values: see the option `from`. */
export type FromFunctions = Readonly<
  Record<string, ((parent: never, context: never) => unknown) | undefined>
>;

/** How a field gets the key that it reads or writes by. */
export interface KeySource {
  /** The arguments for what is not given otherwise. */
  readonly args: InputFieldMap;
  /** @throws GraphQLError `BAD_USER_INPUT` for a value of an argument that is wrong, InvalidValue for another one */
  readonly read: (parent: unknown, args: RawRow, context: object) => RawRow;
}

/** The key of a row, from arguments and what `from` gives. @throws PothosSchemaError for what is not in the key */
export function rowKey(t: FieldBuilder, table: Table, from: FromFunctions = {}): KeySource {
  return keySource(t, table, keyNames(table), from);
}

/** The key of a partition, as {@link rowKey}. */
export function partitionKey(t: FieldBuilder, table: Table, from: FromFunctions = {}): KeySource {
  return keySource(t, table, table.partition, from);
}

function keySource(
  t: FieldBuilder,
  table: Table,
  names: readonly string[],
  from: FromFunctions,
): KeySource {
  checkFrom(table, names, from);
  fieldNamesOf(table, keyNames(table));
  const asked = names.filter((name) => !Object.hasOwn(from, name));
  const readArguments = readColumns(t.builder, table, asked);
  const given = givenBy(table, from);
  return {
    args: keyArguments(t.arg, table, asked),
    read(parent, args, context) {
      const key = Object.assign(readArguments(args), given(parent, context));
      checkPartition(table, key, asked);
      return key;
    },
  };
}

/** @throws PothosSchemaError if `from` gives a column that it cannot give */
export function checkFrom(table: Table, names: readonly string[], from: FromFunctions): void {
  const stray = Object.keys(from).find((name) => !names.includes(name));
  if (stray === undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}": from gives "${stray}", but it can give ${names.join(", ")}.`,
  );
}

/** What `from` gives of the key, and of other columns. @throws PothosSchemaError as {@link checkFrom} */
export function splitFrom(
  table: Table,
  others: readonly string[],
  from: FromFunctions,
): readonly [key: FromFunctions, others: FromFunctions] {
  checkFrom(table, [...keyNames(table), ...others], from);
  const only = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
  return [only(keyNames(table)), only(others)];
}

/**
 * Those of some columns that a client is asked for: what `from` does not give, and the object does not hide.
 *
 * @throws PothosSchemaError for a column that a row needs and nobody gives
 */
export function checkAsked(
  { table, name, hidden }: TableObject,
  columns: readonly string[],
  { from, method }: { readonly from: FromFunctions; readonly method: string },
): readonly string[] {
  const open = columns.filter((column) => !Object.hasOwn(from, column));
  const lost = open.find((column) => hidden.has(column) && isNeeded(table, column));
  if (lost === undefined) return open.filter((column) => !hidden.has(column));
  throw new PothosSchemaError(
    `Table "${table.name}": ${method} needs a value for column "${lost}", which "${name}" hides: give it by from: { ${JSON.stringify(lost)}: … }.`,
  );
}

function isNeeded(table: Table, column: string): boolean {
  const { optional, initial } = columnOf(table, column);
  return keyNames(table).includes(column) ? !initial : !optional;
}

/**
 * Makes the function that gives the columns of `from`, checked. What is wrong with them the client cannot mend.
 *
 * @throws InvalidValue
 */
export function givenBy(
  table: Table,
  from: FromFunctions,
): (parent: unknown, context: object) => RawRow {
  const entries = Object.entries(from);
  if (entries.length === 0) return () => NONE;
  return (parent, context) =>
    Object.fromEntries(
      entries.map(([name, give]) => [
        name,
        checked(table, name, give!(parent as never, context as never)),
      ]),
    );
}

const NONE: RawRow = Object.freeze({});
