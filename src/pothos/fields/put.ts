import { PothosSchemaError } from "@pothos/core";
import {
  hasCounters,
  int,
  INT_MAX,
  put,
  type RawRow,
  regularNames,
  type Statement,
  type Table,
} from "../../cassandra/index.ts";
import type { RowChange } from "../../cassandra/index.ts";
import type { Untyped } from "../../support/untyped.ts";
import { checkArgument } from "../error.ts";
import type { Outcome } from "../options/field.ts";
import { columnsInput } from "../inputs.ts";
import { withArticle, wordsOf } from "../names.ts";
import { optionsOf } from "../builder-options.ts";
import { invalidInput, unknownOr } from "../outcomes/shared.ts";
import { writeResult, written } from "../outcomes/written.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { checkAsked, type FromFunctions, givenBy, rowKey, splitFrom } from "./key.ts";

interface PutFieldOptions {
  readonly from?: FromFunctions;
  readonly ttl?: boolean;
}

/** `t.put`. */
export function putField(t: FieldBuilder, table: Table, options: PutFieldOptions = {}) {
  const { from = {}, ttl = false, ...passedOn } = options;
  const { builder } = t;
  checkPlain(table, "t.put");
  const object = tableObjectOf(builder, table);
  const words = wordsOf(object.name);
  const [ofKey, ofRow] = splitFrom(table, regularNames(table), from);
  const key = rowKey(t, table, ofKey);
  const input = columnsInput(builder, table, {
    names: checkAsked(object, regularNames(table), { from: ofRow, method: "t.put" }),
    presence: "put",
    nameOf: () => `${object.name}Input`,
    description: `The columns of ${withArticle(words)}. What is absent is not written, null is removed.`,
  });
  const given = givenBy(table, ofRow);
  const write = plainWriter(t, table);
  return generatedField(
    t,
    {
      method: "t.put",
      table,
      type: writeResult(builder),
      nullable: true,
      description: `Writes ${withArticle(words)}, whether there is one of this key or not.`,
      keyArguments: key.args,
      args: {
        row: t.arg({ type: input.ref, required: true, description: "Its columns." } as never),
        ...(ttl && { ttl: t.arg.int({ required: false, description: TTL }) }),
      },
      extension: { writes: true },
      onName: input.define,
      async run(parent, args, context) {
        const row = key.read(parent, args, context);
        const { values, problems } = input.read(args["row"] as RawRow);
        const seconds = readTtl(args["ttl"]);
        if (problems) return invalidInput(builder).of(problems);
        const whole = { ...row, ...values, ...given(parent, context) };
        const statement = (put as Untyped)(table, whole, { ttl: seconds }) as Statement<unknown>;
        return write(context, statement, { key: row, change: Object.keys(whole) });
      },
    },
    passedOn,
  );
}

/** A row that is written plainly, and how. */
export interface PlainChange {
  readonly key: RawRow;
  readonly change: RowChange;
}

/** Makes the function that runs a plain write, tells whoever watches the row, and says that it was acknowledged. */
export function plainWriter(t: FieldBuilder, table: Table) {
  const { builder } = t;
  const { session, live } = optionsOf(builder);
  const object = tableObjectOf(builder, table);
  const isWritten = written(builder);
  return async (
    context: object,
    statement: Statement<unknown>,
    { key, change }: PlainChange,
  ): Promise<Outcome> => {
    const present = session(context);
    try {
      await present.run(statement);
      return isWritten.of(present.consistency);
    } catch (error) {
      return unknownOr(object, error);
    } finally {
      // It may have been written, whatever was answered.
      live?.(context).hint(table, key as never, change as never);
    }
  };
}

/** @throws PothosSchemaError for a table that does not take plain writes */
export function checkPlain(table: Table, method: string): void {
  const other = table.lwt ? "lightweight transactions" : "additions to its counters";
  if (!table.lwt && !hasCounters(table)) return;
  throw new PothosSchemaError(
    `Table "${table.name}" takes no plain writes, which ${method} makes, but ${other}.`,
  );
}

/** The most seconds that Cassandra takes: 20 years (`Attributes.MAX_TTL`). */
const MOST_SECONDS = 20 * 365 * 24 * 60 * 60;
const ttlColumn = int({ min: 1, max: Math.min(MOST_SECONDS, INT_MAX) });
const TTL = `After how many seconds what is written is gone: ${ttlColumn.type.expects}. Default: never.`;

function readTtl(given: unknown): number | undefined {
  if (given === null || given === undefined) return undefined;
  return checkArgument(["ttl"], () => ttlColumn.type.check(given));
}
