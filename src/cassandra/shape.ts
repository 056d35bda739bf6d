import { isElement } from "./element.ts";
import type { Fragment, RawRow } from "./statement.ts";
import { allColumns, oncePerTable } from "./table-columns.ts";
import type { Table } from "./table.ts";

/** What a write is made of. */
export interface Given {
  /** The values of the primary key, or of the partition key. Those that are undefined are not given. */
  readonly key?: RawRow;
  /** What is written: values, and elements of maps. Those that are undefined are not given. */
  readonly changes?: RawRow;
  /** Undefined: there is no condition. */
  readonly if?: "exists" | "not exists" | RawRow | undefined;
  /** Columns that must be null. */
  readonly isNull?: readonly string[] | undefined;
  /** Columns that must not be null. */
  readonly isNotNull?: readonly string[] | undefined;
  readonly ttl?: number | undefined;
  readonly timestamp?: bigint | undefined;
  readonly byName?: boolean | undefined;
}

/** Takes the value of a mark from what a write is made of. @throws InvalidValue */
export type Take = (given: Given) => unknown;

/** A piece of CQL for any values, which are taken from what a write is made of. */
export type Template = Fragment<Take>;

/** How many shapes of one kind of write are remembered for each table. */
const MOST_SHAPES = 256;

/**
 * Returns a function that builds writes of one kind. Their text depends on their shape alone: on which columns are given and
 * compared, never on a value. So it is written once for each shape of a table, and for each write only the values are taken
 * and checked.
 *
 * @param write writes the text, on the first write of a shape; it may throw if no write of that shape can be. What it
 * returns must keep none of the values that it was given
 */
export function shaped(
  write: (table: Table, given: Given) => Template,
): (table: Table, given: Given) => Fragment {
  const known = oncePerTable(() => new Map<string, Template>());
  return (table, given) => {
    const templates = known(table);
    const shape = shapeOf(table, given);
    let template = templates.get(shape);
    if (template === undefined) {
      template = write(table, given);
      if (templates.size < MOST_SHAPES) templates.set(shape, template);
    }
    const { cql, types, params } = template;
    return { cql, types, params: params.map((take) => take(given)) };
  };
}

/**
 * Returns a text that is equal for writes of one shape, and for no others: a letter for each column, and between them what
 * else the text of a write depends on. It is short, since it is made and looked up for each write.
 */
function shapeOf(table: Table, given: Given): string {
  const { key, changes, if: holds, isNull, isNotNull, ttl, timestamp, byName } = given;
  const letters = lettersOf(table);
  let shape = `${valuesIn(letters, key)},${valuesIn(letters, changes)}`;
  if (typeof holds === "object") shape += `=${valuesIn(letters, holds)}`;
  else if (holds !== undefined) shape += holds === "exists" ? "+" : "-";
  if (isNull !== undefined) shape += `0${namesIn(letters, isNull)}`;
  if (isNotNull !== undefined) shape += `1${namesIn(letters, isNotNull)}`;
  if (ttl !== undefined) shape += ">";
  if (timestamp !== undefined) shape += "<";
  if (byName) shape += "!";
  return shape;
}

function valuesIn(letters: Letters, values: RawRow | undefined): string {
  let shape = "";
  for (const name in values) {
    const value = values[name];
    shape += letterOf(letters, name);
    if (value === undefined) shape += "-";
    else if (isElement(value)) shape += value.value === null ? "0" : "1";
  }
  return shape;
}

function namesIn(letters: Letters, names: readonly string[]): string {
  return names.map((name) => letterOf(letters, name)).join("");
}

/** No write has a column that its table has not: so a shape with one is never remembered. */
function letterOf(letters: Letters, name: string): string {
  return letters.get(name) ?? "?";
}

type Letters = ReadonlyMap<string, string>;

/** A letter for each column of a table: from `A` on, so that none is one of the other signs. */
const lettersOf = oncePerTable((table): Letters => {
  const names = Object.keys(allColumns(table));
  return new Map(names.map((name, at) => [name, String.fromCodePoint(0x41 + at)]));
});
