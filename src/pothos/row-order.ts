import type { EnumRef, InputFieldMap, SchemaTypes } from "@pothos/core";
import type { RawRow, RowOrder } from "../cassandra/index.ts";
import type { FieldBuilder } from "./fields/generated.ts";
import type { Builder } from "./builder-options.ts";
import { typeOnce } from "./type-once.ts";

/** The argument for the order of a page's rows. */
export interface OrderArgument {
  readonly args: InputFieldMap;
  readonly read: (args: RawRow) => RowOrder;
}

/** Returns the argument `order`. */
export function rowOrderArgument(t: FieldBuilder): OrderArgument {
  return {
    args: {
      order: t.arg({
        type: rowOrderRef(t.builder),
        required: true,
        defaultValue: "stored",
        description: "The order of the rows.",
      } as never),
    },
    read: ({ order }) => order as RowOrder,
  };
}

function rowOrderRef(builder: Builder): EnumRef<SchemaTypes, RowOrder> {
  const meaning = "the order of a page's rows";
  return typeOnce(builder, { name: "RowOrder", meaning }, () =>
    builder.enumType("RowOrder", {
      description: "The order of rows in a partition. Cassandra supports only these two.",
      values: {
        STORED: { value: "stored", description: "The order in which the table stores them." },
        REVERSED: { value: "reversed", description: "The reverse of the stored order." },
      },
    } as never),
  ) as never;
}
