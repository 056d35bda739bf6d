import { type InputFieldMap, PothosSchemaError } from "@pothos/core";
import {
  columnCheck,
  columnLookup,
  columnOf,
  InvalidValue,
  keyNames,
  type RawRow,
  type Table,
} from "../../cassandra/index.ts";
import {
  checkPartition,
  createKeyReader,
  keyArguments,
  type KeyRule,
  type TableColumns,
} from "../arguments.ts";
import { pluginOptions } from "../builder-options.ts";
import { fieldNamesOf } from "../columns.ts";
import type { TableObject } from "../refs.ts";
import { findStoredKey } from "../stored-key.ts";
import type { FieldBuilder, FieldCall } from "./generated.ts";

/** The functions of the option `from`, by column. */
export type UntypedFrom = Readonly<
  Record<string, ((parent: never, context: never) => unknown) | undefined>
>;

/** Where a field gets its key from. */
export interface KeySource {
  /** The arguments for the columns that are not in `from`. */
  readonly args: InputFieldMap;
  /** Returns the key of a row that the call may create. @throws as `exact` */
  readonly ofNew: (call: FieldCall) => RawRow;
  /**
   * Returns the key of a stored row, exactly as it is given. A call that can be repeated safely only if it never finds
   * another row, such as a delete, uses it.
   *
   * @throws GraphQLError `BAD_USER_INPUT` if the value of an argument is not valid
   * @throws InvalidValue if another value is not valid
   */
  readonly exact: (call: FieldCall) => RawRow;
  /**
   * Returns the key by which stored rows are found: see {@link findStoredKey}.
   *
   * @param part a prefix of the clustering key that is not in the arguments, and perhaps a range. Default: none
   * @throws as `exact`
   */
  readonly find: (call: FieldCall, part?: RawRow) => Promise<RawRow>;
}

/** Returns the source of a row's key. @throws PothosSchemaError if `from` has columns outside of the key */
export function rowKey(t: FieldBuilder, table: Table, from: UntypedFrom = {}): KeySource {
  return keySource(t, { table, names: keyNames(table) }, from);
}

/** Returns the source of a partition's key. @throws PothosSchemaError as {@link rowKey} */
export function partitionKey(t: FieldBuilder, table: Table, from: UntypedFrom = {}): KeySource {
  return keySource(t, { table, names: table.partition }, from);
}

function keySource(t: FieldBuilder, { table, names }: TableColumns, from: UntypedFrom): KeySource {
  checkFrom(table, { columns: names, from });
  fieldNamesOf(table, keyNames(table));
  const asked = names.filter((name) => !Object.hasOwn(from, name));
  const { session } = pluginOptions(t.builder);
  const keyBy = (rule: KeyRule) => {
    const readArguments = createKeyReader(t.builder, { table, names: asked, rule });
    const given = givenBy(table, from, rule);
    return (call: FieldCall) => {
      const key = Object.assign(readArguments(call.args), given(call));
      checkPartition(table, key, { asked });
      return key;
    };
  };
  const exact = keyBy("lookup");
  return {
    args: keyArguments(t.arg, { table, names: asked }),
    ofNew: keyBy("check"),
    exact,
    async find(call, part = {}) {
      const key = { ...exact(call), ...part };
      const spelled = { table, key, asked: [...asked, ...Object.keys(part)] };
      return findStoredKey(session(call.context), spelled);
    },
  };
}

interface FromColumns {
  /** The columns that may be in `from`. */
  readonly columns: readonly string[];
  readonly from: UntypedFrom;
}

/** @throws PothosSchemaError if `from` has a column that it may not have */
export function checkFrom(table: Table, { columns, from }: FromColumns): void {
  const stray = Object.keys(from).find((name) => !columns.includes(name));
  if (stray === undefined) return;
  throw new PothosSchemaError(
    `Table "${table.name}": from has "${stray}", but it can only have ${columns.join(", ")}.`,
  );
}

/**
 * Splits `from` into key columns and others.
 *
 * @throws PothosSchemaError as {@link checkFrom}
 */
export function splitFrom(
  table: Table,
  { columns, from }: FromColumns,
): readonly [key: UntypedFrom, others: UntypedFrom] {
  checkFrom(table, { columns: [...keyNames(table), ...columns], from });
  const only = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
  return [only(keyNames(table)), only(columns)];
}

/**
 * Returns the columns whose values come from the client: those that are neither in `from` nor hidden by the object.
 *
 * @throws PothosSchemaError if a column that a row needs would get no value
 */
export function checkAsked(
  { table, name, hidden }: TableObject,
  columns: readonly string[],
  { from, method }: { readonly from: UntypedFrom; readonly method: string },
): readonly string[] {
  const open = columns.filter((column) => !Object.hasOwn(from, column));
  const missing = open.find((column) => hidden.has(column) && isNeeded(table, column));
  if (missing === undefined) return open.filter((column) => !hidden.has(column));
  throw new PothosSchemaError(
    `Table "${table.name}": ${method} needs a value for column "${missing}", which "${name}" hides: add from: { ${JSON.stringify(missing)}: … }.`,
  );
}

function isNeeded(table: Table, column: string): boolean {
  const { optional, initial } = columnOf(table, column);
  return keyNames(table).includes(column) ? !initial : !optional;
}

/**
 * Returns a function that returns the checked values of `from`. It throws an InvalidValue, because a client cannot correct
 * these values. It also throws one if a text would become another key, e.g. trimmed or in NFC: the rows of somebody else,
 * whose name the model spells that way.
 */
export function givenBy(
  table: Table,
  from: UntypedFrom,
  rule: KeyRule = "check",
): (call: Pick<FieldCall, "parent" | "context">) => RawRow {
  const valueOf = rule === "check" ? columnCheck : columnLookup;
  const columns = Object.entries(from).map(([name, give]) => {
    const read = valueOf(table, name);
    return {
      name,
      give,
      read: keyNames(table).includes(name) ? unchanged(table, name, read) : read,
    };
  });
  if (columns.length === 0) return () => NO_COLUMNS;
  return ({ parent, context }) =>
    Object.fromEntries(
      columns.map(({ name, give, read }) => [name, read(give!(parent as never, context as never))]),
    );
}

type ReadValue = (value: unknown) => unknown;

/** Returns a function like `read` that refuses a text which is not that of the value. */
function unchanged(table: Table, name: string, read: ReadValue): ReadValue {
  const { type } = columnOf(table, name);
  return (given) => {
    const value = read(given);
    if (typeof given !== "string" || type.toText(value) === given) return value;
    throw new InvalidValue(
      "WRONG_TYPE",
      `${table.name}.${name} must be given by from as it is stored, but is spelled otherwise`,
    );
  };
}

const NO_COLUMNS: RawRow = Object.freeze({});
