import type { InputFieldMap, SchemaTypes } from "@pothos/core";
import type { ColumnName, DataName, Impossible, StaticName, Table } from "../../cassandra/index.ts";
import type { Outcome, ResolvedOptions, From, InputOf, KeyArguments } from "./field.ts";

export type CreateOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<
  Types,
  Parent,
  { readonly input: InputOf<T, Exclude<ColumnName<T>, StaticName<T>>, Given> },
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type UpdateOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Name extends string,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & { readonly input: InputOf<T, Name, never> },
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type RemoveOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<Types, Parent, KeyArguments<T, Given>, Own, Outcome> &
  From<Types, Parent, T, Given>;

export type PutOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<
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
    /** Whether clients can say, by the argument `ttl`, after how many seconds what is written is gone. Default: false. */
    readonly ttl?: boolean;
  };

/** What `t.remove` is refused for. */
export type Removable<T extends Table> = T["lwt"] extends true
  ? T["lanes"] extends undefined
    ? Impossible<"it takes lightweight transactions: give it lanes: true">
    : unknown
  : unknown;
