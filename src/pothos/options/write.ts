import type { InputFieldMap, SchemaTypes } from "@pothos/core";
import type {
  ClusteringNames,
  ColumnName,
  DataName,
  Impossible,
  StaticName,
  Table,
  TableLanes,
} from "../../cassandra/index.ts";
import type {
  Arguments,
  ChangesInput,
  From,
  InputOf,
  KeyArguments,
  Outcome,
  ResolvedFieldOptions,
} from "./field.ts";

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
  KeyArguments<T, Given> & { readonly input: ChangesInput<T, Name> } & IfArgument,
  Own,
  Outcome
> &
  From<Types, Parent, T, Given> &
  OptionIf<T>;

export type RemoveFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<Types, Parent, KeyArguments<T, Given> & IfArgument, Own, Outcome> &
  From<Types, Parent, T, Given> &
  (T["lwt"] extends true ? OptionIf<T> : { readonly if?: Impossible<NoCondition> });

type NoCondition = "it takes plain writes, which have no condition";

/** The columns of which clients can expect values. */
interface OptionIf<T extends Table> {
  /**
   * The columns of which clients can expect values by the argument `if`. The field then has the outcome `SeatStale`, which
   * says what failed and returns the actual row. All fields of a table that have the option need the same columns. Default:
   * there is no such argument.
   *
   * @example if: ["price", "holder"] // if: { price: { lte: 20 }, holder: { isNull: true } }
   */
  readonly if?: readonly DataName<T>[];
}

interface IfArgument {
  /** With the option `if`: the expectations by the names of their fields. */
  readonly if?: Readonly<Record<string, object | null | undefined>> | null | undefined;
}

/** Whether written values can expire. */
interface OptionTtl {
  /** Whether clients can set a time to live in seconds by the argument `ttl`. Default: false. */
  readonly ttl?: boolean;
}

interface GivenTtl {
  readonly ttl?: number | null | undefined;
}

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
  } & GivenTtl,
  Own,
  Outcome
> &
  From<Types, Parent, T, Given> &
  OptionTtl;

export type PutRowsFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<
  Types,
  Parent,
  Arguments<T, T["partition"][number], Given> & {
    readonly rows: readonly (Arguments<T, ClusteringNames<T>[number], never> & {
      readonly row: InputOf<T, Exclude<DataName<T>, StaticName<T>>, Given>;
    })[];
  } & GivenTtl,
  Own,
  Outcome
> &
  From<Types, Parent, T, Given> &
  OptionTtl;

export type RemoveRangeFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<Types, Parent, Arguments<T, T["partition"][number], Given>, Own, Outcome> &
  From<Types, Parent, T, Given>;

/** Rejects tables whose partitions have one row. */
export type WithClustering<T extends Table> = T["clustering"] extends readonly []
  ? Impossible<"it has no clustering key, so each of its partitions has one row">
  : unknown;

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
