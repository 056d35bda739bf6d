import type { FieldRef, InputFieldMap, SchemaTypes } from "@pothos/core";
import type { DataName, KeyName, Table } from "../../cassandra/index.ts";
import type { Nothing, Options, Around, From, Arguments, KeyArguments } from "./field.ts";

/** {@link Options} of a field that is subscribed to. */
type SubscribedOptions<
  Types extends SchemaTypes,
  Parent,
  Generated,
  Own extends InputFieldMap,
> = Options<Types, Parent, Generated, Own> & {
  /**
   * Runs in place of the generated subscriber. `next` does what that does.
   *
   * @example subscribe: (next, _parent, { city }, { user }) => (user.isFrom(city) ? next() : refuse(city))
   */
  readonly subscribe?: Around<Types, Parent, Generated, Own, AsyncIterable<unknown>>;
};

export type WatchOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = SubscribedOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & { readonly since?: bigint | null | undefined },
  Own
> &
  From<Types, Parent, T, Given>;

export type FollowOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = SubscribedOptions<Types, Parent, Arguments<T, T["partition"][number], Given>, Own> &
  From<Types, Parent, T, Given> & {
    /** Columns of which a change is told by a type of its own, e.g. `PeopleChanged`. Default: none. */
    readonly apart?: readonly DataName<T>[];
  };

/** {@link PothosSchemaTypes.SubscriptionFieldBuilder} */
export interface WatchField<Types extends SchemaTypes, Parent> {
  <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
    table: T,
    column: DataName<T>,
    options?: WatchOptions<Types, Parent, T, Given, Own>,
  ): FieldRef<Types, unknown, "Subscription">;
  <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
    table: T,
    options?: WatchOptions<Types, Parent, T, Given, Own>,
  ): FieldRef<Types, unknown, "Subscription">;
}
