import { type InputFieldMap, PothosSchemaError } from "@pothos/core";
import {
  type Batch,
  CassandraError,
  effectiveConsistency,
  hasCounters,
  int,
  MAX_TTL,
  type RawRow,
  type RowChange,
  type Statement,
  type Table,
} from "../../cassandra/index.ts";
import { pluginOptions } from "../builder-options.ts";
import { badArgument, checkArgument } from "../error.ts";
import type { Outcome } from "../options/field.ts";
import { unknownOr } from "../outcomes/shared.ts";
import { written } from "../outcomes/written.ts";
import { tableObjectOf } from "../refs.ts";
import type { FieldBuilder } from "./generated.ts";

/** A row that a plain write changes, and how. */
export interface PlainChange {
  readonly key: RawRow;
  readonly change: RowChange;
}

/** Returns a function that runs a plain write, publishes hints about the rows that it changes, and returns the outcome. */
export function plainWriter(t: FieldBuilder, table: Table) {
  const { builder } = t;
  const { session, live } = pluginOptions(builder);
  const object = tableObjectOf(builder, table);
  const acknowledged = written(builder);
  return async (
    context: object,
    statement: Statement<unknown> | Batch<unknown>,
    changes: readonly PlainChange[],
  ): Promise<Outcome> => {
    const current = session(context);
    try {
      await current.run(statement);
      return acknowledged.of(effectiveConsistency(current, statement));
    } catch (error) {
      return unknownOr(object, error);
    } finally {
      // The rows may have been written, whatever the answer was.
      for (const { key, change } of changes) {
        live?.(context).hint(table, key as never, change as never);
      }
    }
  };
}

/** @throws PothosSchemaError for a table that does not take plain writes */
export function checkPlain(table: Table, method: string): void {
  const other = table.lwt ? "lightweight transactions" : "additions to its counters";
  if (!table.lwt && !hasCounters(table)) return;
  throw new PothosSchemaError(
    `Table "${table.name}" does not take plain writes, which ${method} needs, but ${other}.`,
  );
}

const ttlColumn = int({ min: 1, max: MAX_TTL });

/** The argument for the time to live of what is written. */
export interface TtlArgument {
  readonly args: InputFieldMap;
  /** Returns it in seconds, if it is given. @throws GraphQLError `BAD_USER_INPUT` */
  readonly read: (args: RawRow) => number | undefined;
  /** Returns the outcome of a write with it. @throws GraphQLError `BAD_USER_INPUT` if Cassandra cannot store when it ends */
  readonly outcome: (args: RawRow, write: Promise<Outcome>) => Promise<Outcome>;
}

/** What Cassandra answers if a time to live ends after the last time that its configuration can store. */
const TOO_LATE = /with ttl of \d+ seconds exceeds maximum supported expiration date of ([\d:T+-]+)/;

/** Returns the argument `ttl` of a field for a table. */
export function ttlArgument(t: FieldBuilder, { defaultTtl }: Table): TtlArgument {
  const otherwise = defaultTtl ? `${defaultTtl} s` : "unlimited";
  const description = `The time to live of the written values in seconds: ${ttlColumn.type.expects}. Default: ${otherwise}.`;
  return {
    args: { ttl: t.arg.int({ required: false, description }) },
    read({ ttl }) {
      if (ttl === null || ttl === undefined) return undefined;
      return checkArgument(["ttl"], () => ttlColumn.type.check(ttl));
    },
    outcome: ({ ttl }, write) =>
      write.catch((error: unknown) => {
        const [, last] = (error instanceof CassandraError && TOO_LATE.exec(error.message)) || [];
        if (last === undefined || typeof ttl !== "number") throw error;
        throw badArgument(["ttl"], `must end by ${last}, the last time that Cassandra can store`);
      }),
  };
}
