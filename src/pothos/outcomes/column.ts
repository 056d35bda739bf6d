import { columnOf, type RawRow } from "../../cassandra/index.ts";
import { fieldNameOf, outputOf } from "../columns.ts";
import { pascalCase, withArticle, wordsOf } from "../names.ts";
import type { TableObject } from "../refs.ts";
import { outcomeRef, type OutcomeType, ROW } from "./outcome.ts";
import { keyOf } from "./row.ts";

// What fields answer about one column of a row. The types are named after object and column, or as the object says.

/** A row with the write time of a column, read together. */
export type TimedRow = RawRow;

/** Reads a row with the write time of a column, where somebody asks for it. */
type Read = () => Promise<TimedRow | undefined>;

interface Changed {
  readonly [ROW]: RawRow;
  readonly read: Read;
}

/** The column has a value: as a mutation made it, or as it is now. */
export function columnChanged(
  object: TableObject,
  column: string,
): OutcomeType<[row: RawRow, read: Read]> {
  const { builder, table } = object;
  const name = nameOf(object, column, "Changed");
  const words = wordsOf(object.name);
  const field = fieldNameOf(table, column);
  const writetime = `writetime(${column})`;
  const { type } = columnOf(table, column);
  const isSame = (one: unknown, other: unknown) =>
    one === other || (one !== null && other !== null && type.toText(one) === type.toText(other));

  async function asOf({ read, [ROW]: row }: Changed): Promise<unknown> {
    const now = await read();
    return now && isSame(now[column] ?? null, row[column] ?? null) ? now[writetime] : null;
  }

  const ref = outcomeRef(builder, {
    name,
    meaning: `the column "${column}" of "${object.name}"`,
    description: `\`${field}\` of ${withArticle(words)}, as it was changed or as it is now.`,
    columns: [object, [...keyOf(object)[1], column]],
    fields: (t) => ({
      asOf: t.field({
        type: "WriteTime" as never,
        nullable: true,
        description: `When \`${field}\` was written. Subscriptions always give it. The answer of a mutation gives it only while \`${field}\` has not changed again.`,
        resolve: asOf as never,
      }),
      [object.rowField]: t.field({
        type: object.ref,
        nullable: true,
        description: `The ${words} as it is now; null if it has been deleted.`,
        resolve: (async ({ read }: Changed) => (await read()) ?? null) as never,
      }),
    }),
  });
  return { ref, of: (row, read) => ({ __typename: name, [ROW]: row, read }) };
}

/** The column has another value than was expected. */
export function columnStale(
  object: TableObject,
  column: string,
): OutcomeType<[key: RawRow, expected: unknown, actual: unknown]> {
  const name = nameOf(object, column, "Stale");
  const field = fieldNameOf(object.table, column);
  const type = outputOf(object.builder, object.table, column);
  const { type: columnType } = columnOf(object.table, column);
  const textOf = (value: unknown) => columnType.toText(value);
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `the column "${column}" of "${object.name}"`,
    description: `\`${field}\` is not the expected one. Nothing was changed.`,
    isRefusal: true,
    columns: keyOf(object),
    fields: (t) => ({
      expected: t.expose(
        "expected" as never,
        { type, nullable: false, description: "As it was given." } as never,
      ),
      actual: t.expose(
        "actual" as never,
        { type, nullable: false, description: "What was found instead." } as never,
      ),
    }),
  });
  return {
    ref,
    of: (key, expected, actual) => ({
      __typename: name,
      [ROW]: key,
      expected,
      actual,
      message: `${field} is ${textOf(actual)}, not ${textOf(expected)}.`,
    }),
  };
}

/** The column would have left its range. */
export function columnOutOfRange(object: TableObject, column: string): OutcomeType<[key: RawRow]> {
  const name = nameOf(object, column, "OutOfRange");
  const field = fieldNameOf(object.table, column);
  const type = outputOf(object.builder, object.table, column);
  const { expects, whole } = columnOf(object.table, column).type;
  const { min: minimum, max: maximum } = whole ?? {};
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `the column "${column}" of "${object.name}"`,
    description: `\`${field}\` would have left its range. Nothing was changed.`,
    isRefusal: true,
    columns: keyOf(object),
    fields: (t) => ({
      minimum: t.expose(
        "minimum" as never,
        {
          type,
          nullable: minimum === undefined,
          description: "The least value.",
        } as never,
      ),
      maximum: t.expose(
        "maximum" as never,
        {
          type,
          nullable: maximum === undefined,
          description: "The largest value.",
        } as never,
      ),
    }),
  });
  const message = `${field} must be ${expects}.`;
  return {
    ref,
    of: (key) => ({ __typename: name, [ROW]: key, message, minimum, maximum }),
  };
}

function nameOf({ name, names, table }: TableObject, column: string, suffix: string): string {
  const own = `${name}${pascalCase(fieldNameOf(table, column))}`;
  // A column may be called as what every object inherits.
  const prefix = Object.hasOwn(names, column) ? names[column] : own;
  return `${prefix ?? own}${suffix}`;
}
