import type { RawRow, Table } from "../../cassandra/index.ts";
import type { ChangedBy, Laned, Once } from "../../lane/index.ts";
import { badValueOr } from "../error.ts";
import type { Outcome } from "../options/field.ts";
import { lanesOf } from "../builder-options.ts";
import { rowNotFound } from "../outcomes/row.ts";
import { orUnknown } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import type { FieldBuilder } from "./generated.ts";
import { checkLanes } from "./lanes.ts";

/** A change of a row of any table. The compiler has checked it against its table. */
export type UntypedChange = (row: UntypedDraft) => unknown;

/** The argument of a change function; see `Draft`. */
export interface UntypedDraft {
  get(name: string): unknown;
  assume(name: string, value: unknown): void;
  set(values: RawRow): void;
  refuse(reason: unknown): unknown;
}

/** Which row to change, and how. */
export interface ChangeRequest {
  readonly context: object;
  readonly key: RawRow;
  readonly change: UntypedChange;
  readonly once: Once<unknown> | undefined;
}

interface RowChangerOptions {
  readonly table: Table;
  readonly method: string;
}

/** Returns a function that changes a row through its lane and returns the outcome. */
export function rowChanger({ builder }: FieldBuilder, { table, method }: RowChangerOptions) {
  const lanes = lanesOf(builder, method);
  checkLanes(table, method);
  const object = tableObjectOf(builder, table);
  const notFound = rowNotFound(object);

  return (
    { context, key, change, once }: ChangeRequest,
    toOutcome: ToOutcome,
  ): Promise<Outcome> => {
    async function changeRow(): Promise<Outcome> {
      const result: ChangedBy<unknown> = await lanes(context).change(
        table as Laned,
        key,
        change as never,
        { once: once as never },
      );
      return result.outcome === "missing" ? notFound.of(key) : toOutcome(result);
    }
    return orUnknown(object, changeRow().catch(rethrown));
  };
}

/** Returns the outcome for the lane's result. */
type ToOutcome = (result: Exclude<ChangedBy<unknown>, { readonly outcome: "missing" }>) => Outcome;

/** A change function may set values from arguments, so an InvalidValue is the client's error. */
function rethrown(error: unknown): never {
  throw badValueOr(error);
}
