import { isStatic } from "./column.ts";
import { answer, type Answer } from "./lwt-answer.ts";
import { taking } from "./key.ts";
import { own } from "./own.ts";
import type { RawRow, Write } from "./statement.ts";
import { badStatement, keyNames, oncePerTable } from "./table-columns.ts";
import type { Insert, NoCounters } from "./table-rows.ts";
import type { Table } from "./table.ts";
import { insertion } from "./write.ts";

/** What a put writes: an insert's values, and null for each that may be left out. */
export type PutValues<T extends Table> = {
  readonly [Name in keyof Insert<T>]: Record<never, never> extends Pick<Insert<T>, Name>
    ? Insert<T>[Name] | null
    : Insert<T>[Name];
};

/** How a row is put. */
export interface PutOptions {
  /** After how many seconds what is written is gone. Default: never. */
  readonly ttl?: number | undefined;
}

/**
 * Writes a row of a table of plain writes, whether it is there or not. Null removes a value. What is left out stays as it
 * is; only a default without which the row could not be read is written.
 *
 * @example
 * put(ReadingTable, { device, at, value: null }, { ttl: 86_400 });
 * // INSERT INTO reading (device, at, value) VALUES (?, ?, ?) USING TTL ?
 */
export function put<T extends Table & { readonly lwt: false }>(
  table: T,
  values: PutValues<T> & NoCounters<T>,
  options?: PutOptions,
): Write<T, Answer<T, never>>;
export function put(table: Table, values: RawRow, { ttl }: PutOptions = {}) {
  const stray = Object.keys(values).find((name) => !Object.hasOwn(table.columns, name));
  if (stray !== undefined) throw badStatement(table, `has no column "${stray}"`);
  const changes: Record<string, unknown> = {};
  for (const { name, take } of puttable(table)) {
    const value = take(own(values, name));
    if (value !== undefined) changes[name] = value;
  }
  return { ...insertion(table, { changes, ttl }), ...answer(table, () => undefined) };
}

/** How each column of a put is taken; undefined: it is not written. */
const puttable = oncePerTable((table) =>
  Object.entries(table.columns).map(([name, column]) => {
    const { nullable, optional, ifNull } = column;
    // What a partition shares is not the row's.
    const initial = isStatic(column) ? undefined : column.initial;
    const check = taking(table, name, "check");
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
