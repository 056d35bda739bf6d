import {
  put,
  type RawRow,
  regularNames,
  type Statement,
  type Table,
} from "../../cassandra/index.ts";
import type { Untyped } from "../../support/untyped.ts";
import { columnsInput } from "../inputs.ts";
import { nameInWords, withArticle } from "../names.ts";
import { invalidInput } from "../outcomes/shared.ts";
import { writeResult } from "../outcomes/written.ts";
import { tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { checkAsked, givenBy, rowKey, splitFrom, type UntypedFrom } from "./key.ts";
import { checkPlain, plainWriter, ttlArgument } from "./plain.ts";

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
  const time = ttlArgument(t, table);
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
        ...(ttl && time.args),
      },
      extension: { writes: true },
      inputs: [{ argument: "row", scopes: input.scopes }],
      onName: input.define,
      async run(call) {
        const { args, context } = call;
        const row = key.ofNew(call);
        const { values, problems } = input.read(args["row"] as RawRow);
        const seconds = time.read(args);
        if (problems) return invalidInput(builder).of(problems);
        const whole = { ...row, ...values, ...given(call) };
        const statement = (put as Untyped)(table, whole, { ttl: seconds }) as Statement<unknown>;
        const changes = [{ key: row, change: Object.keys(whole) }];
        return time.outcome(args, write(context, statement, changes));
      },
    },
    passedOn,
  );
}
