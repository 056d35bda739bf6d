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
import type { Nothing, Outcome, ResolvedOptions, From, InputOf, KeyArguments } from "./field.ts";

/** The argument by which a change is recognised that is sent again. */
type OperationId<T extends Laned> = T["lanes"] extends { readonly remembers: number }
  ? { readonly operationId?: string | null | undefined }
  : unknown;

/** The arguments of `t.change` without a function of one's own. */
type Expected<T extends Table, Name extends string> = {
  readonly expected: ValueOf<T, Name>;
  readonly delta: ValueOf<T, Name>;
};

/** The names of the columns that may be numbers which can be added to. */
export type NumberName<T extends Table> = {
  [Name in Exclude<DataName<T>, OrderedName<T> | CounterName<T>>]: T["columns"][Name] extends {
    readonly nullable: false;
  }
    ? ValueOf<T, Name> extends number | bigint
      ? Name
      : never
    : never;
}[Exclude<DataName<T>, OrderedName<T> | CounterName<T>>];

/** What a change function gets beside the row. */
type ChangeArguments<
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
  Extra,
> = KeyArguments<T, Given> & InputShapeFromFields<Own> & Extra;

/** What a change function must not return. */
type Returned<Answer> =
  Answer extends PromiseLike<unknown>
    ? Impossible<"a change is run again and again, and cannot be async">
    : Answer extends Refused<unknown>
      ? Impossible<"the reason of a refusal is a text">
      : unknown;

export type ChangeOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Laned,
  Given extends string,
  Own extends InputFieldMap,
  Extra,
  Answer,
  Reason extends string,
> = ResolvedOptions<Types, Parent, KeyArguments<T, Given> & OperationId<T>, Own, Outcome> &
  From<Types, Parent, T, Given> & {
    /**
     * Values that the change gets beside the arguments, from the parent and the context. An operation id stands for them,
     * too: the same one with others is refused.
     *
     * @example given: (_, { user }) => ({ holder: user.name })
     */
    readonly given?: (parent: Parent, context: Types["Context"]) => Extra;
    /**
     * Changes the row. It is run as often as needed, so it must depend on nothing but the row and what it gets.
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
     * What a client is told for each reason for which the change is refused. Each is a type of the answer: `SeatSoldOut` for
     * `SOLD_OUT`.
     */
    readonly refusals: { readonly [R in Reason]: string };
  };

export type ExpectedOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Laned,
  Name extends string,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & Expected<T, Name> & OperationId<T>,
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type AddOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Laned,
  Name extends string,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<
  Types,
  Parent,
  KeyArguments<T, Given> & Pick<Expected<T, Name>, "delta"> & OperationId<T>,
  Own,
  Outcome
> &
  From<Types, Parent, T, Given>;

export type AddCountersOptions<
  Types extends SchemaTypes,
  Parent,
  T extends Table,
  Given extends string,
  Own extends InputFieldMap,
> = ResolvedOptions<
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
  // This one comes first: the compiler gives the parameters of `change` their types by the first signature that it tries.
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
    options: ChangeOptions<Types, Parent, T, Given, Own, Extra, Answer, Reason>,
  ): FieldRef<Types, unknown, Kind>;
  <
    T extends Laned,
    Name extends NumberName<T>,
    Given extends KeyName<T> = never,
    Own extends InputFieldMap = Nothing,
  >(
    table: T,
    column: Name,
    options?: ExpectedOptions<Types, Parent, T, Name, Given, Own>,
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
    options: ChangeOptions<Types, Parent, T, Given, Own, Extra, Answer, Reason>,
  ): FieldRef<Types, unknown, Kind>;
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
    options?: AddOptions<Types, Parent, T, Name, Given, Own>,
  ): FieldRef<Types, unknown, Kind>;
  <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
    table: T & OnlyCounters<T>,
    options?: AddCountersOptions<Types, Parent, T, Given, Own>,
  ): FieldRef<Types, unknown, Kind>;
}

type OnlyCounters<T extends Table> = [CounterName<T>] extends [never]
  ? Impossible<"it has no counters: name the column that is added to">
  : unknown;
