import { collectionChangeSigns, isCollectionChange } from "./collection-change.ts";
import { comparisonSigns, isComparison } from "./comparison.ts";
import { type Element, elementType, isElement } from "./element.ts";
import type { Fragment, RawRow } from "./statement.ts";
import { allColumns, oncePerTable } from "./table-columns.ts";
import type { Table } from "./table.ts";
import type { ColumnType } from "./type.ts";

/** The input of a write. */
export interface WriteInput {
  /** The values of the primary key or of the partition key. Undefined values are ignored. */
  readonly key?: RawRow;
  /** The written values, elements, and changes of collections. Undefined values are ignored. */
  readonly changes?: RawRow;
  /** The condition: values, elements, and comparisons. Undefined means no condition. */
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
  const shapes = shapesOf(table);
  let shape = `${keyShape(shapes, key)},${valuesShape(shapes, changes, changeShape)}`;
  if (typeof holds === "object") shape += `=${valuesShape(shapes, holds, conditionShape)}`;
  else if (holds !== undefined) shape += holds === "exists" ? "+" : "-";
  if (isNull !== undefined && isNull.length > 0) shape += `,0${namesShape(shapes, isNull)}`;
  if (isNotNull !== undefined && isNotNull.length > 0)
    shape += `,1${namesShape(shapes, isNotNull)}`;
  if (ttl !== undefined) shape += ">";
  if (timestamp !== undefined) shape += "<";
  if (byName) shape += "!";
  return shape;
}

function keyShape(shapes: ColumnShapes, key: RawRow | undefined): string {
  let shape = "";
  for (const name in key) {
    shape += letterOf(shapes, name);
    if (key[name] === undefined) shape += "-";
  }
  return shape;
}

/** @param objectShape returns the shape of a value that is an object */
function valuesShape(
  shapes: ColumnShapes,
  values: RawRow | undefined,
  objectShape: (type: ColumnType, value: object) => string,
): string {
  let shape = "";
  for (const name in values) {
    const value = values[name];
    const column = shapes.get(name);
    shape += column?.letter ?? UNKNOWN;
    if (value === undefined) shape += "-";
    else if (column && typeof value === "object" && value !== null) {
      shape += objectShape(column.type, value);
    }
  }
  return shape;
}

/** The shape of a change of a column: none for a whole value, and signs for a change of a part of it. */
function changeShape(type: ColumnType, value: object): string {
  if (isElement(value)) return `${elementShape(type, value)}${value.value === null ? "0" : ""}`;
  return isCollectionChange(type, value) ? `*${collectionChangeSigns(value)}` : "";
}

/** The shape of what a condition expects of a column: none for a value, and signs for an element and comparisons. */
function conditionShape(type: ColumnType, value: object): string {
  if (!isElement(value)) return isComparison(type, value) ? `*${comparisonSigns(value)}` : "";
  const { value: expected } = value;
  const shape = elementShape(type, value);
  if (expected === null) return `${shape}0`;
  const item = elementType(type, value);
  return item && isComparison(item, expected) ? `${shape}*${comparisonSigns(expected)}` : shape;
}

/** The shape of what an element names: a key or a position, or a field by its letter. */
function elementShape({ kind, parts = [] }: ColumnType, { key }: Element): string {
  if (kind !== "udt") return ":";
  const field = parts.findIndex(({ name }) => name === key);
  return field === -1 ? `.${UNKNOWN}` : `.${letterAt(field)}`;
}

function namesShape(shapes: ColumnShapes, names: readonly string[]): string {
  return names.map((name) => letterOf(shapes, name)).join("");
}

function letterOf(shapes: ColumnShapes, name: string): string {
  return shapes.get(name)?.letter ?? UNKNOWN;
}

/** The letter of all unknown columns and fields: a write with one always fails, so its shape is never cached. */
const UNKNOWN = "?";

/** What the shape of a write needs of the columns of a table, by their names. */
type ColumnShapes = ReadonlyMap<string, { readonly letter: string; readonly type: ColumnType }>;

const shapesOf = oncePerTable((table): ColumnShapes => {
  const entries = Object.entries(allColumns(table));
  return new Map(entries.map(([name, { type }], at) => [name, { letter: letterAt(at), type }]));
});

/** Returns the letter of a column or field. They start at `A`, so none is one of the other signs. */
function letterAt(at: number): string {
  return String.fromCodePoint(0x41 + at);
}
