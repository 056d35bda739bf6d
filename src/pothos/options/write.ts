import type { InputFieldMap, SchemaTypes } from "@pothos/core";
import type {
  ColumnName,
  DataName,
  Impossible,
  StaticName,
  Table,
  TableLanes,
} from "../../cassandra/index.ts";
import type { From, InputOf, KeyArguments, Outcome, ResolvedFieldOptions } from "./field.ts";

export type CreateFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<
  Types,
  Parent,
  { readonly input: InputOf<T, Exclude<ColumnName<T>, StaticName<T>>, Given> },
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type UpdateFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Name extends string,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & { readonly input: InputOf<T, Name, never> },
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type RemoveFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<Types, Parent, KeyArguments<T, Given>, Own, Outcome> &
  From<Types, Parent, T, Given>;

export type PutFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & {
    readonly row: InputOf<T, Exclude<DataName<T>, StaticName<T>>, Given>;
    readonly ttl?: number | null | undefined;
  },
  Own,
  Outcome
> &
  From<Types, Parent, T, Given> & {
    /** Whether clients can set a time to live in seconds by the argument `ttl`. Default: false. */
    readonly ttl?: boolean;
  };

/** Rejects tables without lanes. */
export type WithLanes<T extends Table> = T["lanes"] extends TableLanes
  ? unknown
  : Impossible<"it needs lwt: true and lanes: true">;

/** Rejects tables of lightweight transactions. */
export type PlainOnly<T extends Table> = T["lwt"] extends false
  ? unknown
  : Impossible<"it takes lightweight transactions: use t.create and t.update">;

/** Rejects tables whose rows `t.remove` cannot remove. */
export type Removable<T extends Table> = T["lwt"] extends true
  ? T["lanes"] extends undefined
    ? Impossible<"it takes lightweight transactions: add lanes: true">
    : unknown
  : unknown;
