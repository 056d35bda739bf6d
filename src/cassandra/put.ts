import { isStatic } from "./column.ts";
import { writeMembers } from "./write-result.ts";
import { columnCheck, partitionKeyOf } from "./key.ts";
import { own } from "./own.ts";
import type { PlainWrite, RawRow, Statement } from "./statement.ts";
import { badStatement, keyNames, oncePerTable } from "./table-columns.ts";
import type { Insert, NoCounters } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { buildInsert } from "./write.ts";
import type { PlainOptions } from "./write-options.ts";

/** The values of a put: those of an insert, where each optional value can also be null. */
export type PutValues<T extends Table> = {
  readonly [Name in keyof Insert<T>]: Record<never, never> extends Pick<Insert<T>, Name>
    ? Insert<T>[Name] | null
    : Insert<T>[Name];
};

/** The options of a put. */
export type PutOptions = Omit<PlainOptions, "if">;

/**
 * Writes a row of a table of plain writes, whether it exists or not. Null removes a value. Omitted columns stay
 * unchanged, except that a default is written if the row could not be read without it.
 *
 * @example
 * put(ReadingTable, { device, at, value: null }, { ttl: 86_400 });
 * // INSERT INTO reading (device, at, value) VALUES (?, ?, ?) USING TTL ?
 */
export function put<T extends Table & { readonly lwt: false }>(
  table: T,
  values: PutValues<T> & NoCounters<T>,
  options?: PutOptions,
): PlainWrite<T>;
export function put(table: Table, values: RawRow, options: PutOptions = {}): Statement<unknown> {
  const stray = Object.keys(values).find((name) => !Object.hasOwn(table.columns, name));
  if (stray !== undefined) throw badStatement(table, `has no column "${stray}"`);
  const changes: Record<string, unknown> = {};
  for (const { name, take } of puttableColumns(table)) {
    const value = take(own(values, name));
    if (value !== undefined) changes[name] = value;
  }
  return {
    ...buildInsert(table, { changes, ttl: options.ttl }),
    ...writeMembers(table, { partition: () => partitionKeyOf(table, changes), options }),
  };
}

/** Returns for each column a function that returns the value to write, or undefined if none is written. */
const puttableColumns = oncePerTable((table) =>
  Object.entries(table.columns).map(([name, column]) => {
    const { nullable, optional, ifNull } = column;
    // The default of a static column is not written: the partition may have another value.
    const initial = isStatic(column) ? undefined : column.initial;
    const check = columnCheck(table, name);
    const isKey = keyNames(table).includes(name);
    const mayBeNull = !isKey && (nullable || ifNull !== undefined);
    const mayBeLeftOut = !isKey && optional;
    const take = (value: unknown): unknown => {
      if (value === null && mayBeNull) return null;
      if (value !== undefined) return check(value);
      if (initial && !mayBeNull) return check(initial());
      return mayBeLeftOut ? undefined : check(value);
    };
    return { name, take };
  }),
);
