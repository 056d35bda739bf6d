import { type ColumnType, identityOf } from "./type.ts";
import { CassandraError } from "./error.ts";
import { identifier } from "./identifier.ts";
import {
  type BoundsByName,
  boundsOf,
  columnLookup,
  isRange,
  placeValues,
  whereKey,
} from "./key.ts";
import { own } from "./own.ts";
import type { ClusteringValues } from "./slice.ts";
import { type Fragment, join, withParam, type RawRow } from "./statement.ts";
import { clusteringNames, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";

import { Unreadable } from "./unreadable.ts";

/** The order in which a read returns the rows of a partition: the stored order, or the reverse. CQL has no other. */
export type RowOrder = "stored" | "reversed";

/** Where a read starts, and in which direction it goes. */
export interface AfterOptions {
  /** The row after which the read starts. It need not exist. */
  readonly after: RawRow;
  readonly order: RowOrder;
}

/**
 * Returns the restrictions of the reads that together return the rows after a given row, within a key, in order.
 *
 * CQL compares several columns as one tuple, by value. So one read suffices only if all columns have the same
 * direction. Otherwise there is one read for each run of columns of equal direction, the last run first: its rows have
 * the same values as the given row before the run, and come after it within the run. For `(a ASC, b DESC, c DESC)`, the
 * restrictions are `a = ? AND (b, c) < (?, ?)` and `a > ?`.
 *
 * @throws CassandraError `BAD_STATEMENT` if the row has other values in the clustering columns that the key names by
 * value
 */
export function whereAfter(
  table: Table,
  key: RawRow,
  { after: row, order }: AfterOptions,
): readonly [Fragment, ...Fragment[]] {
  const names = clusteringNames(table);
  const place = placeValues(table, row);
  const named = names.filter((name) => own(key, name) !== undefined);
  const ranged = named.find((name) => isRange(columnOf(table, name).type, own(key, name)));
  const fixed = named.length - (ranged === undefined ? 0 : 1);
  checkFixedColumns(table, key, place.slice(0, fixed));
  const isAscending = (at: number) =>
    (table.clustering[at]!.order === "ASC") === (order === "stored");
  const range =
    ranged === undefined
      ? undefined
      : directedRange(table, ranged, { range: key[ranged], isAscending: isAscending(fixed) });
  const position = range ? positionIn(range, place[fixed]) : "within";
  if (position === "before") return [whereKey(table, key)];

  const partition = whereKey(
    table,
    Object.fromEntries(table.partition.map((name) => [name, key[name]])),
  );
  const [outermost, ...inner] = runsOf(table, fixed).map((run) => {
    const equal = names.slice(0, run.start).map((name, at) =>
      withParam(`${identifier(name)} = ?`, {
        type: columnOf(table, name).type,
        param: place[at],
      }),
    );
    const beyond = compareRun(table, run, {
      operator: isAscending(run.start) ? ">" : "<",
      values: place,
    });
    const end = range && run.start === fixed ? rangeEnd(table, run, range) : [];
    return join([partition, ...equal, beyond, ...end], " AND ");
  });
  // After the end of a range there are no rows. The outermost read finds this out, since it has the range.
  return position === "after" ? [outermost!] : ([...inner.toReversed(), outermost!] as never);
}

/** Adjacent clustering columns of equal direction. */
interface ColumnRun {
  readonly start: number;
  /** The index after the last column. */
  readonly end: number;
}

function runsOf({ clustering }: Table, from: number): readonly ColumnRun[] {
  const starts = clustering
    .map((_, at) => at)
    .filter(
      (at) => at === from || (at > from && clustering[at]!.order !== clustering[at - 1]!.order),
    );
  return starts.map((start, at) => ({ start, end: starts[at + 1] ?? clustering.length }));
}

/** A range in the direction of a read. */
interface DirectedRange {
  readonly type: ColumnType;
  readonly isAscending: boolean;
  /** Where the rows start. */
  readonly start: DirectedBound | undefined;
  /** Where the rows end. */
  readonly end: DirectedBound | undefined;
}

/** A CQL operator and a value. */
type DirectedBound = readonly [operator: string, value: unknown];

function directedRange(
  table: Table,
  name: string,
  { range, isAscending }: { readonly range: unknown; readonly isAscending: boolean },
): DirectedRange {
  const valueOf = columnLookup(table, name);
  const bounds = boundsOf(range as BoundsByName).map(
    ([operator, value]) => [operator, valueOf(value)] as const,
  );
  const lower = bounds.find(([operator]) => operator.startsWith(">"));
  const upper = bounds.find(([operator]) => operator.startsWith("<"));
  const { type } = columnOf(table, name);
  return isAscending
    ? { type, isAscending, start: lower, end: upper }
    : { type, isAscending, start: upper, end: lower };
}

/**
 * Returns the position of a value relative to a range, in the direction of the read. Only a row within the range
 * determines where the reads start. A value of unknown order counts as within.
 */
function positionIn(
  { type, isAscending, start, end }: DirectedRange,
  value: unknown,
): "before" | "within" | "after" {
  const { compare } = type;
  if (!compare || value instanceof Unreadable) return "within";
  const beyond = ([operator, bound]: DirectedBound) => {
    const difference = isAscending ? compare(value, bound) : compare(bound, value);
    return operator.endsWith("=")
      ? Math.sign(difference)
      : difference || (operator === start?.[0] ? -1 : 1);
  };
  if (start && beyond(start) < 0) return "before";
  return end && beyond(end) > 0 ? "after" : "within";
}

/** Compares the columns of a run with their values. Several columns are compared as a tuple. */
function compareRun(
  table: Table,
  { start, end }: ColumnRun,
  { operator, values }: { readonly operator: string; readonly values: ClusteringValues },
): Fragment {
  const names = clusteringNames(table).slice(start, end);
  const types = names.map((name) => columnOf(table, name).type);
  const params = values.slice(start, end);
  const columns = names.map(identifier);
  return params.length === 1
    ? { cql: `${columns[0]} ${operator} ?`, params, types }
    : {
        cql: `(${columns.join(", ")}) ${operator} (${columns.map(() => "?").join(", ")})`,
        params,
        types,
      };
}

/** Returns the end of a range on the first column of a run. It is a tuple if the comparison of the run is one. */
function rangeEnd(table: Table, run: ColumnRun, { type, end }: DirectedRange): readonly Fragment[] {
  if (!end) return [];
  const [operator, param] = end;
  const name = identifier(clusteringNames(table)[run.start]!);
  const cql = run.end - run.start === 1 ? `${name} ${operator} ?` : `(${name}) ${operator} (?)`;
  return [withParam(cql, { type, param })];
}

function checkFixedColumns(table: Table, key: RawRow, fixed: ClusteringValues): void {
  for (const [at, value] of fixed.entries()) {
    const name = clusteringNames(table)[at]!;
    const { type } = columnOf(table, name);
    const isSame =
      !(value instanceof Unreadable) &&
      identityOf(type, columnLookup(table, name)(key[name])) === identityOf(type, value);
    if (isSame) continue;
    const message = `A read of "${table.name}" cannot start after this row: its "${name}" differs from the key.`;
    throw new CassandraError("BAD_STATEMENT", message);
  }
}
