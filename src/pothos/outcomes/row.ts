import { PothosSchemaError } from "@pothos/core";
import { keyNames, type RawRow } from "../../cassandra/index.ts";
import { capital, isName, nameInWords, pascalCaseOfCode, withArticle } from "../names.ts";
import type { TableObject } from "../refs.ts";
import { outcomeRef, type OutcomeType, ROW } from "./outcome.ts";

// Outcomes about a row. Their names begin with the name of the row's object.

/** Returns the key columns that an outcome shows. */
export function shownKey(object: TableObject): readonly [TableObject, readonly string[]] {
  return [object, keyNames(object.table).filter((name) => !object.hidden.has(name))];
}

/** The row was created. */
export function rowCreated(object: TableObject): OutcomeType<[row: RawRow]> {
  const words = nameInWords(object.name);
  return outcomeWithRow(object, "Created", {
    description: `The ${words} was created.`,
    row: `The created ${words}.`,
  });
}

/** The row was changed. */
export function rowUpdated(object: TableObject): OutcomeType<[row: RawRow]> {
  const words = nameInWords(object.name);
  return outcomeWithRow(object, "Updated", {
    description: `The ${words} was changed.`,
    row: `The ${words} as it is now.`,
  });
}

/** A row with this key already exists. */
export function rowExists(object: TableObject): OutcomeType<[row: RawRow]> {
  const words = nameInWords(object.name);
  const exists = `${capital(withArticle(words))} with this key already exists`;
  const { ref, of } = outcomeWithRow(object, "Exists", {
    description: `${exists}, e.g. because the create was sent twice.`,
    row: `The existing ${words}.`,
    isRefusal: true,
  });
  const message = `${exists}.`;
  return { ref, of: (row) => ({ ...of(row), message }) };
}

interface RowDescriptions {
  readonly description: string;
  /** The description of the row's field. */
  readonly row: string;
  readonly isRefusal?: boolean;
}

function outcomeWithRow(
  object: TableObject,
  suffix: string,
  { row: description, ...type }: RowDescriptions,
): OutcomeType<[row: RawRow]> {
  const name = `${object.name}${suffix}`;
  const field = object.rowField;
  const ref = outcomeRef(object.builder, {
    ...type,
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
export function rowDeleted(object: TableObject): OutcomeType<[key: RawRow]> {
  const description = `The ${nameInWords(object.name)} was deleted.`;
  return outcomeWithKey(object, "Deleted", { description });
}

/** There is no row with this key. */
export function rowNotFound(object: TableObject): OutcomeType<[key: RawRow]> {
  const description = `There is no ${nameInWords(object.name)} with this key.`;
  return outcomeWithKey(object, "NotFound", { description, message: description });
}

/** The row does not have the expected values. */
export function rowStale(
  object: TableObject,
): OutcomeType<[failed: readonly string[], actual: RawRow]> {
  const name = `${object.name}Stale`;
  const words = nameInWords(object.name);
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `an answer about rows of "${object.name}"`,
    description: `The ${words} does not have the expected values. Nothing was changed.`,
    isRefusal: true,
    fields: (t) => ({
      failed: t.exposeStringList(
        "failed" as never,
        {
          nullable: false,
          description: "The fields whose values are not as expected.",
        } as never,
      ),
      actual: t.expose(
        "actual" as never,
        {
          type: object.ref,
          nullable: false,
          description: `The ${words} as it was when these did not hold.`,
        } as never,
      ),
    }),
  });
  return {
    ref,
    of: (failed, actual) => ({
      __typename: name,
      message: `The ${words} does not have the expected values: ${failed.join(", ")}.`,
      failed,
      actual,
    }),
  };
}

interface RefusalReason {
  readonly reason: string;
  readonly message: string;
}

/** A change function refused the change with a reason. */
export function rowRefused(
  object: TableObject,
  { reason, message }: RefusalReason,
): OutcomeType<[key: RawRow]> {
  const suffix = pascalCaseOfCode(reason);
  if (!isName(object.name + suffix)) throw invalidReason(object, reason);
  return outcomeWithKey(object, suffix, {
    description: message,
    message,
    meaning: `the refusal ${reason} of "${object.name}": ${message}`,
  });
}

function invalidReason({ name, table }: TableObject, reason: string): PothosSchemaError {
  const type = name + pascalCaseOfCode(reason);
  return new PothosSchemaError(
    `Table "${table.name}": the refusal "${reason}" has a type name that is not valid in GraphQL ("${type}"): rename it.`,
  );
}

interface KeyDescriptions {
  readonly description: string;
  /** The message, if the outcome is a refusal. */
  readonly message?: string;
  readonly meaning?: string;
}

function outcomeWithKey(
  object: TableObject,
  suffix: string,
  { description, message, meaning = `an answer about rows of "${object.name}"` }: KeyDescriptions,
): OutcomeType<[key: RawRow]> {
  const name = `${object.name}${suffix}`;
  const ref = outcomeRef(object.builder, {
    name,
    meaning,
    description,
    isRefusal: message !== undefined,
    columns: shownKey(object),
  });
  return {
    ref,
    of: (key) => ({ __typename: name, [ROW]: key, ...(message !== undefined && { message }) }),
  };
}

/** The user's change function has changed the row. */
export function rowChanged(
  object: TableObject,
): OutcomeType<[key: RawRow, read: () => Promise<RawRow | undefined>]> {
  const name = `${object.name}Changed`;
  const words = nameInWords(object.name);
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `an answer about rows of "${object.name}"`,
    description: `The ${words} was changed.`,
    columns: shownKey(object),
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

/** The current row, and when it was written. */
export function rowVersion(object: TableObject): OutcomeType<[row: RawRow, asOf: bigint | null]> {
  const name = `${object.name}Version`;
  const field = object.rowField;
  const words = nameInWords(object.name);
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `an answer about rows of "${object.name}"`,
    description: object.table.lwt
      ? `A version of ${withArticle(words)}.`
      : `A version of ${withArticle(words)}. As in Cassandra, the writers' clocks decide which one is the newest.`,
    fields: (t) => ({
      [field]: t.expose(
        field as never,
        {
          type: object.ref,
          nullable: false,
          description: `The ${words} as it is now.`,
        } as never,
      ),
      asOf: t.expose(
        "asOf" as never,
        {
          type: "WriteTime" as never,
          nullable: true,
          description: "When its newest value was written; null if no value has a write time.",
        } as never,
      ),
    }),
  });
  return { ref, of: (row, asOf) => ({ __typename: name, [field]: row, asOf }) };
}

/** Events of a partition were missed. */
export function partitionReset(object: TableObject): OutcomeType<[partition: RawRow]> {
  const name = `${object.plural}Reset`;
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `that events about rows of "${object.name}" were missed`,
    description: "Events were missed. Read the partition again.",
    columns: [object, object.table.partition.filter((name) => !object.hidden.has(name))],
  });
  return { ref, of: (partition) => ({ __typename: name, [ROW]: partition }) };
}

/** Numbers were added to the counters of a row. */
export function countersAdded(object: TableObject): OutcomeType<[key: RawRow]> {
  const name = `${object.plural}Added`;
  const ref = outcomeRef(object.builder, {
    name,
    meaning: `that numbers were added to counters of "${object.name}"`,
    description: "The numbers were added.",
    columns: shownKey(object),
  });
  return { ref, of: (key) => ({ __typename: name, [ROW]: key }) };
}
