import { isElement } from "./element.ts";
import type { Fragment, RawRow } from "./statement.ts";
import { allColumns, oncePerTable } from "./table-columns.ts";
import type { Table } from "./table.ts";

/** The input of a write. */
export interface WriteInput {
  /** The values of the primary key or of the partition key. Undefined values are ignored. */
  readonly key?: RawRow;
  /** The written values, and elements of maps. Undefined values are ignored. */
  readonly changes?: RawRow;
  /** The condition. Undefined means no condition. */
  readonly if?: "exists" | "not exists" | RawRow | undefined;
  /** Columns that must be null. */
  readonly isNull?: readonly string[] | undefined;
  /** Columns that must not be null. */
  readonly isNotNull?: readonly string[] | undefined;
  readonly ttl?: number | undefined;
  readonly timestamp?: bigint | undefined;
  readonly byName?: boolean | undefined;
}

/** Returns the value of a parameter for the input of a write. @throws InvalidValue */
export type Take = (given: WriteInput) => unknown;

/** A piece of CQL whose parameters are functions of the input of a write. */
export type Template = Fragment<Take>;

/** How many shapes of one kind of write are cached per table. */
const MOST_SHAPES = 256;

/**
 * Returns a function that builds writes of one kind. The CQL of a write depends on its shape only, that is, on which
 * columns are written and compared, never on a value. So the CQL is built once per table and shape, and each further
 * write only checks its values.
 *
 * @param write builds the template for the first write of a shape. May throw if no write of this shape is valid. The
 * template must not contain values of the input
 */
export function shaped(
  write: (table: Table, given: WriteInput) => Template,
): (table: Table, given: WriteInput) => Fragment {
  const known = oncePerTable(() => new Map<string, Template>());
  return (table, given) => {
    const templates = known(table);
    const shape = writeShape(table, given);
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
 * Returns a text that identifies the shape of a write: a letter per column, and signs for everything else on which the
 * CQL depends. The text is short, since it is built and looked up for each write.
 */
function writeShape(table: Table, given: WriteInput): string {
  const { key, changes, if: holds, isNull, isNotNull, ttl, timestamp, byName } = given;
  const letters = lettersOf(table);
  let shape = `${valuesShape(letters, key)},${valuesShape(letters, changes)}`;
  if (typeof holds === "object") shape += `=${valuesShape(letters, holds)}`;
  else if (holds !== undefined) shape += holds === "exists" ? "+" : "-";
  if (isNull !== undefined) shape += `0${namesShape(letters, isNull)}`;
  if (isNotNull !== undefined) shape += `1${namesShape(letters, isNotNull)}`;
  if (ttl !== undefined) shape += ">";
  if (timestamp !== undefined) shape += "<";
  if (byName) shape += "!";
  return shape;
}

function valuesShape(letters: Letters, values: RawRow | undefined): string {
  let shape = "";
  for (const name in values) {
    const value = values[name];
    shape += letterOf(letters, name);
    if (value === undefined) shape += "-";
    else if (isElement(value)) shape += value.value === null ? "0" : "1";
  }
  return shape;
}

function namesShape(letters: Letters, names: readonly string[]): string {
  return names.map((name) => letterOf(letters, name)).join("");
}

/** Unknown columns all get the same letter: a write with one always fails, so its shape is never cached. */
function letterOf(letters: Letters, name: string): string {
  return letters.get(name) ?? "?";
}

type Letters = ReadonlyMap<string, string>;

/** Returns a letter for each column of a table. They start at `A`, so none is one of the other signs. */
const lettersOf = oncePerTable((table): Letters => {
  const names = Object.keys(allColumns(table));
  return new Map(names.map((name, at) => [name, String.fromCodePoint(0x41 + at)]));
});
