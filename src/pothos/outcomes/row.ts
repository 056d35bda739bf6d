import { PothosSchemaError } from "@pothos/core";
import { keyNames, type RawRow } from "../../cassandra/index.ts";
import { isName, pascalCaseOfCode, withArticle, wordsOf } from "../names.ts";
import type { TableObject } from "../refs.ts";
import { outcomeRef, type OutcomeType, ROW } from "./outcome.ts";

// What fields answer about a row. The types are named after the row's object.

/** The columns of a row's key, as an answer has them. */
export function keyOf(object: TableObject): readonly [TableObject, readonly string[]] {
  return [object, keyNames(object.table).filter((name) => !object.hidden.has(name))];
}

/** The row was created. */
export function created(object: TableObject): OutcomeType<[row: RawRow]> {
  return withRow(object, "Created", {
    description: `The ${wordsOf(object.name)} was created.`,
    row: "As it was created.",
  });
}

/** The row was changed. */
export function updated(object: TableObject): OutcomeType<[row: RawRow]> {
  return withRow(object, "Updated", {
    description: `The ${wordsOf(object.name)} was changed.`,
    row: "As it is now.",
  });
}

/** There is a row of this key already. */
export function exists(object: TableObject): OutcomeType<[row: RawRow]> {
  const words = wordsOf(object.name);
  const { ref, of } = withRow(object, "Exists", {
    description: `There is ${withArticle(words)} of this key already, as after a create that was sent twice.`,
    row: `That ${words}.`,
    isRefusal: true,
  });
  const message = `There is ${withArticle(words)} of this key already.`;
  return { ref, of: (row) => ({ ...of(row), message }) };
}

interface RowWords {
  readonly description: string;
  readonly row: string;
  readonly isRefusal?: boolean;
}

function withRow(
  object: TableObject,
  suffix: string,
  { row: description, ...words }: RowWords,
): OutcomeType<[row: RawRow]> {
  const name = `${object.name}${suffix}`;
  const field = object.rowField;
  const ref = outcomeRef(object.builder, {
    ...words,
    name,
    meaning: `an answer about rows of "${object.name}"`,
    fields: (t) => ({
      [field]: t.expose(
        field as never,
        { type: object.ref, nullable: false, description } as never,
      ),
    }),
  });
  return { ref, of: (row) => ({ __typename: name, [field]: row }) };
}

/** The row was removed. */
export function deleted(object: TableObject): OutcomeType<[key: RawRow]> {
  return withKey(object, "Deleted", { description: `The ${wordsOf(object.name)} was deleted.` });
}

/** There is no row of this key. */
export function notFound(object: TableObject): OutcomeType<[key: RawRow]> {
  const description = `There is no ${wordsOf(object.name)} of this key.`;
  return withKey(object, "NotFound", { description, message: description });
}

/** A change was refused for a reason of the table's. */
export function refused(
  object: TableObject,
  reason: string,
  message: string,
): OutcomeType<[key: RawRow]> {
  const suffix = pascalCaseOfCode(reason);
  if (!isName(object.name + suffix)) throw unnameable(object, reason);
  return withKey(object, suffix, {
    description: message,
    message,
    meaning: `the refusal ${reason} of "${object.name}": ${message}`,
  });
}

function unnameable({ name, table }: TableObject, reason: string): PothosSchemaError {
  const type = name + pascalCaseOfCode(reason);
  return new PothosSchemaError(
    `Table "${table.name}": the refusal "${reason}" has no name that GraphQL could have ("${type}"): call it differently.`,
  );
}

interface KeyWords {
  readonly description: string;
  /** Of a refusal. */
  readonly message?: string;
  readonly meaning?: string;
}

function withKey(
  object: TableObject,
  suffix: string,
  { description, message, meaning = `an answer about rows of "${object.name}"` }: KeyWords,
): OutcomeType<[key: RawRow]> {
  const name = `${object.name}${suffix}`;
  const ref = outcomeRef(object.builder, {
    name,
    meaning,
    description,
    isRefusal: message !== undefined,
    columns: keyOf(object),
  });
  return {
    ref,
    of: (key) => ({ __typename: name, [ROW]: key, ...(message !== undefined && { message }) }),
  };
}

/** A row was changed by a function of its user's. */
export function changed(
  object: TableObject,
): OutcomeType<[key: RawRow, read: () => Promise<RawRow | undefined>]> {
  const name = `${object.name}Changed`;
  const words = wordsOf(object.name);
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `an answer about rows of "${object.name}"`,
    description: `The ${words} was changed.`,
    columns: keyOf(object),
    fields: (t) => ({
      [object.rowField]: t.field({
        type: object.ref,
        nullable: true,
        description: `The ${words} as it is now; null if it has been deleted.`,
        resolve: (async ({ read }: { readonly read: () => Promise<RawRow | undefined> }) =>
          (await read()) ?? null) as never,
      }),
    }),
  });
  return { ref, of: (key, read) => ({ __typename: name, [ROW]: key, read }) };
}

/** A row as it is, and when it was written. */
export function version(object: TableObject): OutcomeType<[row: RawRow, asOf: bigint | null]> {
  const name = `${object.name}Version`;
  const field = object.rowField;
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `an answer about rows of "${object.name}"`,
    description: object.table.lwt
      ? `A version of ${withArticle(wordsOf(object.name))}.`
      : `A version of ${withArticle(wordsOf(object.name))}. The clock of whoever wrote last decides which one is the newest, as in Cassandra.`,
    fields: (t) => ({
      [field]: t.expose(
        field as never,
        {
          type: object.ref,
          nullable: false,
          description: "As it is now.",
        } as never,
      ),
      asOf: t.expose(
        "asOf" as never,
        {
          type: "WriteTime" as never,
          nullable: true,
          description: "When its youngest value was written; null where it has no write time.",
        } as never,
      ),
    }),
  });
  return { ref, of: (row, asOf) => ({ __typename: name, [field]: row, asOf }) };
}

/** Something was missed of a partition. */
export function reset(object: TableObject): OutcomeType<[partition: RawRow]> {
  const name = `${object.plural}Reset`;
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `that something was missed of rows of "${object.name}"`,
    description: "Something was missed. Read the partition again.",
    columns: [object, object.table.partition.filter((name) => !object.hidden.has(name))],
  });
  return { ref, of: (partition) => ({ __typename: name, [ROW]: partition }) };
}

/** Something was added to counters of a row. */
export function added(object: TableObject): OutcomeType<[key: RawRow]> {
  const name = `${object.plural}Added`;
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `that something was added to counters of "${object.name}"`,
    description: "The numbers were added.",
    columns: keyOf(object),
  });
  return { ref, of: (key) => ({ __typename: name, [ROW]: key }) };
}
