import { PothosSchemaError } from "@pothos/core";
import {
  hasCounters,
  int,
  MAX_TTL,
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
import { nameInWords, withArticle } from "../names.ts";
import { pluginOptions } from "../builder-options.ts";
import { invalidInput, unknownOr } from "../outcomes/shared.ts";
import { writeResult, written } from "../outcomes/written.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { checkAsked, givenBy, rowKey, splitFrom, type UntypedFrom } from "./key.ts";

interface UntypedPutOptions {
  readonly from?: UntypedFrom;
  readonly ttl?: boolean;
}

/** Returns the field of `t.put`. */
export function putField(t: FieldBuilder, table: Table, options: UntypedPutOptions = {}) {
  const { from = {}, ttl = false, ...passedOn } = options;
  const { builder } = t;
  checkPlain(table, "t.put");
  const object = tableObjectOf(builder, table);
  const words = nameInWords(object.name);
  const [keyFrom, rowFrom] = splitFrom(table, { columns: regularNames(table), from });
  const key = rowKey(t, table, keyFrom);
  const input = columnsInput(builder, table, {
    names: checkAsked(object, regularNames(table), { from: rowFrom, method: "t.put" }),
    presence: "put",
    nameOf: () => `${object.name}Input`,
    description: `The columns of ${withArticle(words)}. An absent column is not written; null removes its value.`,
  });
  const given = givenBy(table, rowFrom);
  const write = plainWriter(t, table);
  return generatedField(
    t,
    {
      method: "t.put",
      table,
      type: writeResult(builder),
      nullable: true,
      description: `Writes ${withArticle(words)}, whether or not one with this key exists.`,
      keyArguments: key.args,
      args: {
        row: t.arg({
          type: input.ref,
          required: true,
          description: `The columns of the ${words}.`,
        } as never),
        ...(ttl && { ttl: t.arg.int({ required: false, description: TTL }) }),
      },
      extension: { writes: true },
      inputs: [{ argument: "row", scopes: input.scopes }],
      onName: input.define,
      async run(call) {
        const { args, context } = call;
        const row = key.ofNew(call);
        const { values, problems } = input.read(args["row"] as RawRow);
        const seconds = readTtl(args["ttl"]);
        if (problems) return invalidInput(builder).of(problems);
        const whole = { ...row, ...values, ...given(call) };
        const statement = (put as Untyped)(table, whole, { ttl: seconds }) as Statement<unknown>;
        return write(context, statement, { key: row, change: Object.keys(whole) });
      },
    },
    passedOn,
  );
}

/** The row that a plain write changes, and how. */
export interface PlainChange {
  readonly key: RawRow;
  readonly change: RowChange;
}

/** Returns a function that runs a plain write, publishes a hint about it, and returns the outcome. */
export function plainWriter(t: FieldBuilder, table: Table) {
  const { builder } = t;
  const { session, live } = pluginOptions(builder);
  const object = tableObjectOf(builder, table);
  const acknowledged = written(builder);
  return async (
    context: object,
    statement: Statement<unknown>,
    { key, change }: PlainChange,
  ): Promise<Outcome> => {
    const current = session(context);
    try {
      await current.run(statement);
      return acknowledged.of(current.consistency);
    } catch (error) {
      return unknownOr(object, error);
    } finally {
      // The row may have been written, whatever the answer was.
      live?.(context).hint(table, key as never, change as never);
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
const TTL = `The time to live of the written values in seconds: ${ttlColumn.type.expects}. Default: unlimited.`;

function readTtl(given: unknown): number | undefined {
  if (given === null || given === undefined) return undefined;
  return checkArgument(["ttl"], () => ttlColumn.type.check(given));
}
