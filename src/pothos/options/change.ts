import type {
  FieldKind,
  FieldRef,
  InputFieldMap,
  InputShapeFromFields,
  SchemaTypes,
} from "@pothos/core";
import type {
  CounterName,
  DataName,
  Impossible,
  KeyName,
  OrderedName,
  StaticName,
  Table,
  ValueOf,
} from "../../cassandra/index.ts";
import type { Draft, Laned, Refused } from "../../lane/index.ts";
import type {
  From,
  InputOf,
  KeyArguments,
  Nothing,
  OnlyName,
  Outcome,
  ResolvedFieldOptions,
} from "./field.ts";

/** The argument by which a repeated change is recognised. */
type OperationId<T extends Laned> = T["lanes"] extends { readonly remembers: number }
  ? { readonly operationId?: string | null | undefined }
  : unknown;

/** The arguments of `t.change` without a `change` function. */
type Expected<T extends Table, Name extends string> = {
  readonly expected: ValueOf<T, Name>;
  readonly delta: ValueOf<T, Name>;
};

/** The names of the number columns that `t.change` and `t.add` can add to. */
export type NumberName<T extends Table> = {
  [Name in Exclude<DataName<T>, OrderedName<T> | CounterName<T>>]: T["columns"][Name] extends {
    readonly nullable: false;
  }
    ? ValueOf<T, Name> extends number | bigint
      ? Name
      : never
    : never;
}[Exclude<DataName<T>, OrderedName<T> | CounterName<T>>];

/** The second argument of a change function. */
type ChangeArguments<
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
  Extra,
> = KeyArguments<T, Given> & InputShapeFromFields<Own> & Extra;

/** Rejects results that a change function must not have. */
type Returned<Answer> =
  Answer extends PromiseLike<unknown>
    ? Impossible<"a change may run several times, and cannot be async">
    : Answer extends Refused<unknown>
      ? Impossible<"the reason of a refusal must be a string">
      : unknown;

export type ChangeFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Laned,
  Given extends string,
  Own extends InputFieldMap,
  Extra,
  Answer,
  Reason extends string,
> = ResolvedFieldOptions<Types, Parent, KeyArguments<T, Given> & OperationId<T>, Own, Outcome> &
  From<Types, Parent, T, Given> & {
    /**
     * Returns values that the change gets in addition to the arguments, from the parent and the context. An operation id
     * covers them, too: the same id with other values is refused.
     *
     * @example given: (_, { user }) => ({ holder: user.name })
     */
    readonly given?: (parent: Parent, context: Types["Context"]) => Extra;
    /**
     * Changes the row. It may run several times, so it must depend only on its arguments.
     *
     * @example
     * change: (row, { holder }) =>
     *   row.get("holder") === null ? row.set({ holder }) : row.refuse("TAKEN"),
     * refusals: { TAKEN: "Somebody has taken this seat." },
     */
    readonly change: (
      row: Draft<T>,
      args: ChangeArguments<T, Given, Own, Extra>,
    ) => (Answer & Returned<Answer>) | Refused<Reason>;
    /**
     * The message for each reason with which the change refuses. Each reason has a type in the field's union: `SeatSoldOut`
     * for `SOLD_OUT`.
     */
    readonly refusals: { readonly [R in Reason]: string };
  };

export type ChangeNumberFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Laned,
  Name extends string,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & Expected<T, Name> & OperationId<T>,
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type AddNumberFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Laned,
  Name extends string,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & Pick<Expected<T, Name>, "delta"> & OperationId<T>,
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type AddCountersFieldOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedFieldOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & {
    readonly add: InputOf<T, Exclude<CounterName<T>, StaticName<T>>, never>;
  },
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

/** {@link PothosSchemaTypes.TableMutations} */
export interface ChangeField<Types extends SchemaTypes, Parent, Kind extends FieldKind> {
  // This signature comes first: the compiler infers the parameters of `change` from the first signature that it tries.
  <
    T extends Laned,
    Name extends NumberName<T>,
    Answer,
    Reason extends string,
    Given extends KeyName<T> = never,
    Own extends InputFieldMap = Nothing,
    Extra = Nothing,
  >(
    table: T,
    column: Name,
    options: ChangeFieldOptions<Types, Parent, T, Given, Own, Extra, Answer, Reason>,
  ): FieldRef<Types, unknown, Kind>;
  <
    T extends Laned,
    Name extends NumberName<T>,
    Given extends KeyName<T> = never,
    Own extends InputFieldMap = Nothing,
  >(
    table: T,
    column: Name,
    options?: ChangeNumberFieldOptions<Types, Parent, T, Name, Given, Own>,
  ): FieldRef<Types, unknown, Kind>;
  <
    T extends Laned,
    Answer,
    Reason extends string,
    Given extends KeyName<T> = never,
    Own extends InputFieldMap = Nothing,
    Extra = Nothing,
  >(
    table: T,
    options: ChangeFieldOptions<Types, Parent, T, Given, Own, Extra, Answer, Reason>,
  ): FieldRef<Types, unknown, Kind>;
  // This signature comes last: the compiler reports the last one that takes so many arguments.
  <T extends Table, Name>(
    table: T,
    column: Name &
      Impossible<"t.change needs a table with lanes, and a number that is not nullable">,
    ...none: OnlyName<Name>
  ): never;
}

/** {@link PothosSchemaTypes.TableMutations} */
export interface AddField<Types extends SchemaTypes, Parent, Kind extends FieldKind> {
  <
    T extends Laned,
    Name extends NumberName<T>,
    Given extends KeyName<T> = never,
    Own extends InputFieldMap = Nothing,
  >(
    table: T,
    column: Name,
    options?: AddNumberFieldOptions<Types, Parent, T, Name, Given, Own>,
  ): FieldRef<Types, unknown, Kind>;
  <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
    table: T & OnlyCounters<T>,
    options?: AddCountersFieldOptions<Types, Parent, T, Given, Own>,
  ): FieldRef<Types, unknown, Kind>;
}

type OnlyCounters<T extends Table> = [CounterName<T>] extends [never]
  ? Impossible<"it has no counters: name a number column that is not nullable">
  : unknown;
