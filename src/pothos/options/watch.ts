import type { FieldRef, InputFieldMap, SchemaTypes } from "@pothos/core";
import type { DataName, Impossible, KeyName, Table } from "../../cassandra/index.ts";
import type {
  Arguments,
  From,
  GeneratedFieldOptions,
  KeyArguments,
  Nothing,
  OnlyName,
  Wrapper,
} from "./field.ts";

/** {@link GeneratedFieldOptions} of a subscription field. */
type SubscribedFieldOptions<
  Types extends SchemaTypes,
  Parent,
  Generated,
  Own extends InputFieldMap,
> = GeneratedFieldOptions<Types, Parent, Generated, Own> & {
  /**
   * Replaces the generated `subscribe` function. `next` runs the generated one.
   *
   * @example
   * subscribe: (next, _parent, { theatre }, { user }) => (user.mayRead(theatre) ? next() : refuse(theatre)),
   */
  readonly subscribe?: Wrapper<Types, Parent, Generated, Own, AsyncIterable<unknown>>;
};

export type WatchFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = SubscribedFieldOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & { readonly since?: bigint | null | undefined },
  Own
> &
  From<Types, Parent, T, Given>;

export type FollowFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = SubscribedFieldOptions<Types, Parent, Arguments<T, T["partition"][number], Given>, Own> &
  From<Types, Parent, T, Given> & {
    /**
     * Columns whose changes have their own event type, e.g. `TakenChanged`. If a column has a scope, the fields of its event
     * need it, but not the event itself, which tells that the column has changed. Default: none.
     */
    readonly apart?: readonly DataName<T>[];
  };

/** {@link PothosSchemaTypes.SubscriptionFieldBuilder} */
export interface WatchField<Types extends SchemaTypes, Parent> {
  <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
    table: T,
    column: DataName<T>,
    options?: WatchFieldOptions<Types, Parent, T, Given, Own>,
  ): FieldRef<Types, unknown, "Subscription">;
  <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
    table: T,
    options?: WatchFieldOptions<Types, Parent, T, Given, Own>,
  ): FieldRef<Types, unknown, "Subscription">;
  // This signature comes last: the compiler reports the last one that takes so many arguments.
  <T extends Table, Name>(
    table: T,
    column: Name & Impossible<"t.watch needs a column outside the key">,
    ...none: OnlyName<Name>
  ): never;
}
