import type { InputFieldMap, InputShapeFromFields, SchemaTypes } from "@pothos/core";
import type { ClusteringNames, Prefix, Range, Row, Table, ValueOf } from "../../cassandra/index.ts";
import type { Connection, PageArguments } from "../connection.ts";
import type { ResolvedOptions, From, Arguments, KeyArguments } from "./field.ts";

export type RowOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<Types, Parent, KeyArguments<T, Given>, Own, Row<T> | null> &
  From<Types, Parent, T, Given>;

export type PartitionOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
  Part,
> = ResolvedOptions<
  Types,
  Parent,
  Arguments<T, T["partition"][number], Given> & PageArguments,
  Own,
  Connection
> &
  From<Types, Parent, T, Given> & {
    /**
     * Whether clients can ask for a part of the partition: by an argument for the range of the clustering column or, if
     * there are several, by `slice`. Default: false.
     */
    readonly range?: boolean;
    /** Whether clients can ask for the reversed order, by the argument `order`. Default: false. */
    readonly order?: boolean;
    /**
     * Names the part of the partition that is read: a prefix of the clustering key, then at most one range. Default: all.
     *
     * @example
     * args: { from: t.arg({ type: "DateTime" }) },
     * key: (_parent, { from }) => ({ date: { gte: from ?? new Date() } }),
     */
    readonly key?: (
      parent: Parent,
      args: InputShapeFromFields<Own>,
      context: Types["Context"],
    ) => Part & PartOf<T> & Prefix<T, Part>;
  };

/** A part of a partition: see `Key`. */
type PartOf<T extends Table> = {
  readonly [Name in ClusteringNames<T>[number]]?: ValueOf<T, Name> | Range<ValueOf<T, Name>>;
};
