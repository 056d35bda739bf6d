import type { RawRow, Table } from "../../cassandra/index.ts";
import type { ChangedBy, Laned, Once } from "../../lane/index.ts";
import { badValueOr } from "../error.ts";
import type { Outcome } from "../options/field.ts";
import { lanesOf } from "../builder-options.ts";
import { notFound } from "../outcomes/row.ts";
import { orUnknown } from "../outcomes/shared.ts";
import { tableObjectOf } from "../refs.ts";
import type { FieldBuilder } from "./generated.ts";
import { checkLanes } from "./lanes.ts";

/** A change of a row of some table: of which one the compiler has seen. */
export type AnyChange = (row: AnyDraft) => unknown;

/** What a change does with its row: see `Draft`. */
export interface AnyDraft {
  get(name: string): unknown;
  assume(name: string, value: unknown): void;
  set(values: RawRow): void;
  refuse(reason: unknown): unknown;
}

/** What is to be changed, and how. */
export interface ChangeRequest {
  readonly context: object;
  readonly key: RawRow;
  readonly change: AnyChange;
  readonly once: Once<unknown> | undefined;
}

/** Makes the function that changes a row by its lane, and tells its caller what came of it. */
export function rowChanger(t: FieldBuilder, table: Table, method: string) {
  const { builder } = t;
  const lanes = lanesOf(builder, method);
  checkLanes(table, method);
  const object = tableObjectOf(builder, table);
  const isMissing = notFound(object);

  /** @param tell says what an answer or a reason is in the schema */
  return ({ context, key, change, once }: ChangeRequest, tell: Tell): Promise<Outcome> => {
    async function changed(): Promise<Outcome> {
      const told: ChangedBy<unknown> = await lanes(context).change(
        table as Laned,
        key,
        change as never,
        { once: once as never },
      );
      return told.outcome === "missing" ? isMissing.of(key) : tell(told);
    }
    return orUnknown(object, changed().catch(rethrown));
  };
}

type Tell = (told: Exclude<ChangedBy<unknown>, { readonly outcome: "missing" }>) => Outcome;

/** A value that a change sets comes from its caller. */
function rethrown(error: unknown): never {
  throw badValueOr(error);
}
