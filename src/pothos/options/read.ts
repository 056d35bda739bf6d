import type { InputFieldMap, InputShapeFromFields, SchemaTypes } from "@pothos/core";
import type {
  ClusteringNames,
  Impossible,
  IndexedName,
  Prefix,
  Range,
  Row,
  Table,
  ValueOf,
} from "../../cassandra/index.ts";
import type { PageArguments, RowConnection } from "../connection.ts";
import type { Arguments, From, KeyArguments, ResolvedFieldOptions } from "./field.ts";

export type RowFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<Types, Parent, KeyArguments<T, Given>, Own, Row<T> | null> &
  From<Types, Parent, T, Given>;

export type PartitionFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
  Part,
> = ResolvedFieldOptions<
  Types,
  Parent,
  Arguments<T, T["partition"][number], Given> & PageArguments & WhereArguments,
  Own,
  RowConnection
> &
  From<Types, Parent, T, Given> & {
    /**
     * Whether clients can request a part of the partition: by an argument for the range of the clustering column or, with
     * several clustering columns, by `slice`. Default: false.
     */
    readonly range?: boolean;
    /**
     * Returns the part of the partition to read: a prefix of the clustering key, then at most one range. Default: all of it.
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
  } & (Sortable | Restrictable<T>);

interface Sortable {
  /** Whether clients can request the reversed order by the argument `order`. Default: false. */
  readonly order?: boolean;
  readonly where?: undefined;
}

interface Restrictable<T extends Table> {
  /**
   * The columns by which clients can restrict the rows, by the argument `where`. Each needs an index. All fields of a table
   * that have the option need the same columns. Default: there is no such argument.
   *
   * @example where: ["quality", "tags"] // where: { quality: 0, tagsContainKey: "room" }
   */
  readonly where: readonly IndexedName<T>[];
  readonly order?: Impossible<"Cassandra does not sort what it finds by an index">;
}

interface WhereArguments {
  /** With the option `where`: the restrictions by the names of their fields. */
  readonly where?: Readonly<Record<string, unknown>>;
}

/** A part of a partition; see `Key`. */
type PartOf<T extends Table> = {
  readonly [Name in ClusteringNames<T>[number]]?: ValueOf<T, Name> | Range<ValueOf<T, Name>>;
};
