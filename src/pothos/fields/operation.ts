import type { InputFieldMap } from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import { type Column, laneColumns, type RawRow, type Table } from "../../cassandra/index.ts";
import type { Once } from "../../lane/index.ts";
import { wordsOf } from "../names.ts";
import { operationText } from "../operation-text.ts";
import { tableObjectOf } from "../refs.ts";
import type { FieldBuilder } from "./generated.ts";

/** The argument by which a change is recognised that is sent again. */
export interface OperationArgument {
  readonly args: InputFieldMap;
  /**
   * What makes a repeated change harmless; undefined: nobody asks for it.
   *
   * @param asked all that the change depends on, beside the row
   */
  readonly once: (
    args: RawRow,
    info: GraphQLResolveInfo,
    asked: object,
  ) => Once<unknown> | undefined;
}

/**
 * The argument `operationId` of a table that remembers; of another one there is none.
 *
 * @param answer the type of the change's answer
 */
export function operationArgument(
  t: FieldBuilder,
  table: Table,
  answer: Column,
): OperationArgument {
  const seconds = laneColumns(table)?.remembers;
  if (seconds === undefined) return { args: {}, once: () => undefined };
  const words = wordsOf(tableObjectOf(t.builder, table).name);
  const description = `An id of your own making, a new one for each change that you mean. If a change was applied and is sent again with its id within ${seconds} s, as when its answer was lost, it is not applied again and gets the same answer, from any process. A change that was refused is judged anew, and a deleted ${words} forgets.`;
  return {
    args: {
      operationId: t.arg({ type: "UUID" as never, required: false, description } as never),
    },
    once({ operationId: id }, { parentType, fieldName }, asked) {
      if (id === null || id === undefined) return undefined;
      const args = operationText(`${parentType.name}.${fieldName}`, asked);
      return { id: id as string, args, answer };
    },
  };
}
