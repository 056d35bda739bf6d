import { columnOf, type RawRow } from "../../cassandra/index.ts";
import { fieldNameOf, outputOf } from "../columns.ts";
import { nameInWords, pascalCase, withArticle } from "../names.ts";
import type { TableObject } from "../refs.ts";
import { outcomeRef, type OutcomeType, ROW } from "./outcome.ts";
import { shownKey } from "./row.ts";

// Outcomes about one column of a row. Their names consist of the object's and the column's name, or of the prefix that the
// object defines.

/** A row with the write time of a column, read together. */
export type TimedRow = RawRow;

/** Reads a row with the write time of a column. It is called if the client selects them. */
type ReadTimedRow = () => Promise<TimedRow | undefined>;

interface ChangedColumn {
  readonly [ROW]: RawRow;
  readonly read: ReadTimedRow;
}

/** The column has a value: the one that a mutation wrote, or the current one. */
export function columnChanged(
  object: TableObject,
  column: string,
): OutcomeType<[row: RawRow, read: ReadTimedRow]> {
  const { builder, table } = object;
  const name = outcomeName(object, { column, suffix: "Changed" });
  const words = nameInWords(object.name);
  const field = fieldNameOf(table, column);
  const writetime = `writetime(${column})`;
  const { type } = columnOf(table, column);
  const isSame = (one: unknown, other: unknown) =>
    one === other || (one !== null && other !== null && type.toText(one) === type.toText(other));

  async function asOf({ read, [ROW]: row }: ChangedColumn): Promise<unknown> {
    const now = await read();
    return now && isSame(now[column] ?? null, row[column] ?? null) ? now[writetime] : null;
  }

  const ref = outcomeRef(builder, {
    name,
    meaning: `the column "${column}" of "${object.name}"`,
    description: `\`${field}\` of ${withArticle(words)}: as a mutation left it, or the current value in a subscription.`,
    columns: [object, [...shownKey(object)[1], column]],
    about: column,
    fields: (t, guard) => ({
      asOf: t.field({
        ...guard.value,
        type: "WriteTime" as never,
        nullable: true,
        description: `When \`${field}\` was written. Subscriptions always return it. A mutation returns it only if \`${field}\` has not changed again.`,
        resolve: asOf as never,
      } as never),
      [object.rowField]: t.field({
        ...guard.scope,
        type: object.ref,
        nullable: true,
        description: `The ${words} as it is now; null if it has been deleted.`,
        resolve: (async ({ read }: ChangedColumn) => (await read()) ?? null) as never,
      } as never),
    }),
  });
  return { ref, of: (row, read) => ({ __typename: name, [ROW]: row, read }) };
}

interface StaleValue {
  readonly expected: unknown;
  readonly actual: unknown;
}

/** The column does not have the expected value. */
export function columnStale(
  object: TableObject,
  column: string,
): OutcomeType<[key: RawRow, values: StaleValue]> {
  const name = outcomeName(object, { column, suffix: "Stale" });
  const { builder, table } = object;
  const field = fieldNameOf(table, column);
  const type = outputOf(builder, { table, name: column });
  const { type: columnType } = columnOf(table, column);
  // Who may not see the value gets the message all the same.
  const isGuarded = object.columnAuth.has(column);
  const ref = outcomeRef(builder, {
    name,
    meaning: `the column "${column}" of "${object.name}"`,
    description: `\`${field}\` does not have the expected value. Nothing was changed.`,
    isRefusal: true,
    columns: shownKey(object),
    about: column,
    fields: (t, guard) => ({
      expected: t.expose(
        "expected" as never,
        {
          ...guard.scope,
          type,
          nullable: false,
          description: "The expected value, as it was given.",
        } as never,
      ),
      actual: t.expose(
        "actual" as never,
        { ...guard.value, type, nullable: false, description: "The actual value." } as never,
      ),
    }),
  });
  return {
    ref,
    of: (key, { expected, actual }) => ({
      __typename: name,
      [ROW]: key,
      expected,
      actual,
      message: isGuarded
        ? `${field} does not have the expected value.`
        : `${field} is ${columnType.toText(actual)}, not ${columnType.toText(expected)}.`,
    }),
  };
}

/** The change would take the column out of its range. */
export function columnOutOfRange(object: TableObject, column: string): OutcomeType<[key: RawRow]> {
  const name = outcomeName(object, { column, suffix: "OutOfRange" });
  const { builder, table } = object;
  const field = fieldNameOf(table, column);
  const type = outputOf(builder, { table, name: column });
  const { expects, whole } = columnOf(table, column).type;
  const { min: minimum, max: maximum } = whole ?? {};
  const ref = outcomeRef(builder, {
    name,
    meaning: `the column "${column}" of "${object.name}"`,
    description: `The change would take \`${field}\` out of its range. Nothing was changed.`,
    isRefusal: true,
    columns: shownKey(object),
    fields: (t) => ({
      minimum: t.expose(
        "minimum" as never,
        {
          type,
          nullable: minimum === undefined,
          description: "The smallest allowed value.",
        } as never,
      ),
      maximum: t.expose(
        "maximum" as never,
        {
          type,
          nullable: maximum === undefined,
          description: "The largest allowed value.",
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

interface OutcomeName {
  readonly column: string;
  readonly suffix: string;
}

function outcomeName({ name, names, table }: TableObject, { column, suffix }: OutcomeName): string {
  const own = `${name}${pascalCase(fieldNameOf(table, column))}`;
  // A column may have the name of an inherited property, e.g. `constructor`.
  const prefix = Object.hasOwn(names, column) ? names[column] : own;
  return `${prefix ?? own}${suffix}`;
}
