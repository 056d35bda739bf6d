import {
  clusteringNames,
  removeRange,
  type RawRow,
  type Statement,
  type Table,
} from "../../cassandra/index.ts";
import type { Untyped } from "../../support/untyped.ts";
import { fieldNameOf } from "../columns.ts";
import { badArgument } from "../error.ts";
import { writeResult } from "../outcomes/written.ts";
import { sliceArgument } from "../slice.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { partitionKey, type UntypedFrom } from "./key.ts";
import { checkPlain, plainWriter } from "./plain.ts";
import { checkClustering } from "./partition.ts";

interface UntypedRemoveRangeOptions {
  readonly from?: UntypedFrom;
}

/** Returns the field of `t.removeRange`. */
export function removeRangeField(
  t: FieldBuilder,
  table: Table,
  options: UntypedRemoveRangeOptions = {},
) {
  const { from, ...passedOn } = options;
  const method = "t.removeRange";
  checkPlain(table, method);
  checkClustering(table, "t.remove");
  const key = partitionKey(t, table, from);
  const slice = sliceArgument(t, table, { isRequired: true, verb: "Delete", isExact: true });
  const [first, ...others] = clusteringNames(table);
  const argument = others.length > 0 ? "slice" : fieldNameOf(table, first!);
  const write = plainWriter(t, table);
  return generatedField(
    t,
    {
      method,
      table,
      type: writeResult(t.builder),
      nullable: true,
      description:
        "Deletes the rows of a part of a partition, whether or not there are any. Subscribers get to know it only when their rows are read again.",
      keyArguments: { ...key.args, ...slice.keyArguments },
      args: slice.args,
      extension: { writes: true },
      async run(call) {
        const part = slice.read(call.args);
        if (Object.keys(part).length === 0) throw badArgument([argument], "must have a bound");
        const range: RawRow = { ...key.exact(call), ...part };
        const statement = (removeRange as Untyped)(table, range) as Statement<unknown>;
        return write(call.context, statement, []);
      },
    },
    passedOn,
  );
}
