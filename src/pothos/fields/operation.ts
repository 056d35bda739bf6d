import type { InputFieldMap } from "@pothos/core";
import { type Column, laneColumns, type Table } from "../../cassandra/index.ts";
import type { Once } from "../../lane/index.ts";
import { nameInWords } from "../names.ts";
import { operationText } from "../operation-text.ts";
import { tableObjectOf } from "../refs.ts";
import type { FieldBuilder, FieldCall } from "./generated.ts";

/** The argument by which a repeated change is recognised. */
export interface OperationArgument {
  readonly args: InputFieldMap;
  /**
   * Returns the lane's option that makes a repeated change harmless; undefined without an id.
   *
   * @param input all values that the change depends on, besides the row
   */
  readonly once: (call: FieldCall, input: object) => Once<unknown> | undefined;
}

interface OperationOptions {
  readonly table: Table;
  /** A column with the type of the change's answer. */
  readonly answer: Column;
}

/** Returns the argument `operationId`. It is empty for a table that does not remember operation ids. */
export function operationArgument(
  t: FieldBuilder,
  { table, answer }: OperationOptions,
): OperationArgument {
  const seconds = laneColumns(table)?.remembers;
  if (seconds === undefined) return { args: {}, once: () => undefined };
  const words = nameInWords(tableObjectOf(t.builder, table).name);
  const description = `An id that you create, a new one for each intended change. If an applied change is sent again with its id within ${seconds} s, e.g. because its answer was lost, it is not applied again and returns the same answer, from any process. A refused change is evaluated again. A deleted ${words} forgets its ids.`;
  return {
    args: {
      operationId: t.arg({ type: "UUID" as never, required: false, description } as never),
    },
    once({ args: { operationId: id }, info: { parentType, fieldName } }, input) {
      if (id === null || id === undefined) return undefined;
      const args = operationText(`${parentType.name}.${fieldName}`, input);
      return { id: id as string, args, answer };
    },
  };
}
