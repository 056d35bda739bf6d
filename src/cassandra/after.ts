import { type ColumnType, identityOf } from "./type.ts";
import { CassandraError } from "./error.ts";
import { identifier } from "./identifier.ts";
import { type BoundsByName, boundsOf, checked, isRangeOf, placeValues, whereKey } from "./key.ts";
import { own } from "./own.ts";
import type { Values } from "./slice.ts";
import { type Fragment, join, marked, type RawRow } from "./statement.ts";
import { clusteringNames, columnOf } from "./table-columns.ts";
import { type Table } from "./table.ts";

import { Unreadable } from "./unreadable.ts";

/** The order of rows in their partition: as it keeps them, or the other way round. There is no third. */
export type RowOrder = "stored" | "reversed";

/**
 * The restrictions of the reads that together give what comes after a row, within what a key names, in the order in which
 * their rows follow each other.
 *
 * CQL compares several columns as one tuple, by value: so it gives what comes after a row by one read only where all
 * columns run in one direction. Elsewhere there is one read for each run of columns of equal direction: what has the same
 * values before the run and comes after the row's within it, the last run first. For `(a ASC, b DESC, c DESC)` these are
 * `a = ? AND (b, c) < (?, ?)` and `a > ?`.
 *
 * @throws CassandraError `BAD_STATEMENT` if the row is not within the clustering columns that the key names by value
 */
export function whereAfter(
  table: Table,
  key: RawRow,
  row: RawRow,
  order: RowOrder,
): readonly [Fragment, ...Fragment[]] {
  const names = clusteringNames(table);
  const place = placeValues(table, row);
  const named = names.filter((name) => own(key, name) !== undefined);
  const ranged = named.find((name) => isRangeOf(table, name, own(key, name)));
  const fixed = named.length - (ranged === undefined ? 0 : 1);
  checkPrefix(table, key, place, fixed);
  const isAscending = (at: number) =>
    (table.clustering[at]!.order === "ASC") === (order === "stored");
  const range =
    ranged === undefined ? undefined : rangeOf(table, ranged, key[ranged], isAscending(fixed));
  const position = range ? positionIn(range, place[fixed]) : "within";
  if (position === "before") return [whereKey(table, key)];

  const partition = whereKey(
    table,
    Object.fromEntries(table.partition.map((name) => [name, key[name]])),
  );
  const [outermost, ...inner] = runsOf(table, fixed).map((run) => {
    const equal = names
      .slice(0, run.start)
      .map((name, at) => marked(`${identifier(name)} = ?`, columnOf(table, name).type, place[at]));
    const beyond = compare(table, run, isAscending(run.start) ? ">" : "<", place);
    const end = range && run.start === fixed ? endOf(table, range, run) : [];
    return join([partition, ...equal, beyond, ...end], " AND ");
  });
  // After the end of a range there is nothing, which the read that has the range tells; the others do not have it.
  return position === "after" ? [outermost!] : ([...inner.toReversed(), outermost!] as never);
}

/** Clustering columns of equal direction, which follow each other. */
interface Run {
  readonly start: number;
  /** The last one, exclusive. */
  readonly end: number;
}

function runsOf({ clustering }: Table, from: number): readonly Run[] {
  const starts = clustering
    .map((_, at) => at)
    .filter(
      (at) => at === from || (at > from && clustering[at]!.order !== clustering[at - 1]!.order),
    );
  return starts.map((start, at) => ({ start, end: starts[at + 1] ?? clustering.length }));
}

/** A range in the direction in which rows are read. */
interface DirectedRange {
  readonly type: ColumnType;
  readonly isAscending: boolean;
  /** Where rows begin, and where they end: an operator of CQL and a value. */
  readonly start: Bound | undefined;
  readonly end: Bound | undefined;
}

type Bound = readonly [operator: string, value: unknown];

function rangeOf(table: Table, name: string, range: unknown, isAscending: boolean): DirectedRange {
  const bounds = boundsOf(range as BoundsByName).map(
    ([operator, value]) => [operator, checked(table, name, value)] as const,
  );
  const lower = bounds.find(([operator]) => operator.startsWith(">"));
  const upper = bounds.find(([operator]) => operator.startsWith("<"));
  const { type } = columnOf(table, name);
  return isAscending
    ? { type, isAscending, start: lower, end: upper }
    : { type, isAscending, start: upper, end: lower };
}

/**
 * Where a value is from a range, in the direction in which rows are read. Only within it has the row that it is of any say
 * in where the reads begin; a value whose order is not known is taken to be there.
 */
function positionIn(
  { type, isAscending, start, end }: DirectedRange,
  value: unknown,
): "before" | "within" | "after" {
  const { compare } = type;
  if (!compare || value instanceof Unreadable) return "within";
  const beyond = ([operator, bound]: Bound) => {
    const difference = isAscending ? compare(value, bound) : compare(bound, value);
    return operator.endsWith("=")
      ? Math.sign(difference)
      : difference || (operator === start?.[0] ? -1 : 1);
  };
  if (start && beyond(start) < 0) return "before";
  return end && beyond(end) > 0 ? "after" : "within";
}

/** Compares a run with its values: as a tuple, if it has several. */
function compare(table: Table, { start, end }: Run, operator: string, values: Values): Fragment {
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

/** The end of a range beside the comparison of a run that begins with its column: if that is a tuple, it is one too. */
function endOf(table: Table, { type, end }: DirectedRange, run: Run): readonly Fragment[] {
  if (!end) return [];
  const [operator, value] = end;
  const name = identifier(clusteringNames(table)[run.start]!);
  const cql = run.end - run.start === 1 ? `${name} ${operator} ?` : `(${name}) ${operator} (?)`;
  return [marked(cql, type, value)];
}

function checkPrefix(table: Table, key: RawRow, place: Values, fixed: number): void {
  for (const [at, name] of clusteringNames(table).slice(0, fixed).entries()) {
    const { type } = columnOf(table, name);
    const value = place[at];
    const isSame =
      !(value instanceof Unreadable) &&
      identityOf(type, checked(table, name, key[name])) === identityOf(type, value);
    if (isSame) continue;
    const message = `A read of "${table.name}" goes on after a row whose "${name}" is not the one of its key.`;
    throw new CassandraError("BAD_STATEMENT", message);
  }
}
