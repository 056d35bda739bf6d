import type {
  FieldKind,
  FieldMap,
  FieldNullability,
  FieldRef,
  InputFieldMap,
  InputFieldsFromShape,
  InputShapeFromFields,
  MaybePromise,
  SchemaTypes,
  TypeParam,
} from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import type {
  ClusteringNames,
  ColumnName,
  CounterName,
  DataName,
  Impossible,
  KeyName,
  OrderedName,
  Prefix,
  Range,
  Row,
  StaticName,
  Table,
  ValueOf,
} from "../cassandra/index.ts";
import type { Draft, Laned, Refused } from "../lane/index.ts";
import type { Connection, PageArguments } from "./connection.ts";

// What the generated fields take beside their tables: types alone.

/** No members. */
export type Nothing = Record<never, never>;

/** What a mutation answers: a member of the union that is the field's type. */
export interface Outcome {
  readonly __typename: string;
  readonly [field: string | symbol]: unknown;
}

/** The options of Pothos and its plugins for a field whose type and arguments are generated. */
type PassedOn<Types extends SchemaTypes, Parent, Args extends InputFieldMap> = Omit<
  PothosSchemaTypes.ObjectFieldOptions<
    Types,
    Parent,
    TypeParam<Types>,
    FieldNullability<TypeParam<Types>>,
    Args,
    unknown
  >,
  "type" | "nullable" | "args"
>;

/** Pothos' options of a generated field, and arguments of its user's. `Generated`: the arguments that it has by itself. */
type Options<Types extends SchemaTypes, Parent, Generated, Own extends InputFieldMap> = PassedOn<
  Types,
  Parent,
  InputFieldsFromShape<Types, Generated, "Arg"> & Own
> & {
  /** Arguments beside the generated ones. A name that one of those has is an error when the schema is built. */
  readonly args?: Own;
};

/** What runs around a generated function, with the arguments of a resolver behind it. */
type Around<Types extends SchemaTypes, Parent, Generated, Own extends InputFieldMap, Result> = (
  next: () => Promise<Result>,
  parent: Parent,
  args: Generated & InputShapeFromFields<Own>,
  context: Types["Context"],
  info: GraphQLResolveInfo,
) => MaybePromise<Result>;

/** {@link Options} of a field that is resolved once. */
type ResolvedOptions<
  Types extends SchemaTypes,
  Parent,
  Generated,
  Own extends InputFieldMap,
  Result,
> = Options<Types, Parent, Generated, Own> & {
  /**
   * Runs in place of the generated resolver. `next` does what that does, and can be called once or never.
   *
   * @example resolve: (next, _parent, { city }, { user }) => (user.isFrom(city) ? next() : null)
   */
  readonly resolve?: Around<Types, Parent, Generated, Own, Result>;
};

/** Columns whose values are not asked of the client. `Given`: their names. */
interface From<Types extends SchemaTypes, Parent, T extends Table, Given extends string> {
  /**
   * Values of columns that are no arguments then, each from the parent and the context.
   *
   * @example from: { city: (city) => city.name, host: (_, { user }) => user.id }
   */
  readonly from?: {
    readonly [Name in Given]: (parent: Parent, context: Types["Context"]) => ValueOf<T, Name>;
  };
}

/** The arguments for columns, by the names of their fields, without those that are given otherwise. */
type Arguments<T extends Table, Name extends string, Given extends string> = {
  readonly [N in Exclude<Name, Given> as FieldName<T, N>]: Argument<ValueOf<T, N>>;
};

/** The fields of an input for columns; each may be left out or null where the input's type has it so. */
type InputOf<T extends Table, Name extends string, Given extends string> = {
  readonly [N in Exclude<Name, Given> as FieldName<T, N>]?:
    | Argument<ValueOf<T, N>>
    | null
    | undefined;
};

/** The name of a column's field and argument. */
type FieldName<T extends Table, Name extends string> =
  NonNullable<T["columns"][Name]["field"]> extends infer Field extends string
    ? [Field] extends [never]
      ? Name
      : Field
    : never;

/** The value of an argument: a collection has GraphQL's form there, e.g. a list of entries. */
type Argument<Value> = Value extends
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  ? unknown
  : Value;

type KeyArguments<T extends Table, Given extends string> = Arguments<T, KeyName<T>, Given>;

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

/** What `t.remove` is refused for. */
export type Removable<T extends Table> = T["lwt"] extends true
  ? T["lanes"] extends undefined
    ? Impossible<"it takes lightweight transactions: give it lanes: true">
    : unknown
  : unknown;

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

/** The options of Pothos and its plugins for a column's field. */
type ColumnOptions<Types extends SchemaTypes, T extends Table> = Omit<
  PassedOn<Types, Row<T>, Nothing>,
  "extensions"
>;

export type TableObjectOptions<Types extends SchemaTypes, T extends Table> = Omit<
  PothosSchemaTypes.ObjectTypeOptions<Types, Row<T>>,
  "name" | "description" | "fields" | "extensions" | "isTypeOf"
> & {
  /** Shown before the key. Default: the table's description. */
  readonly description?: string;
  /** The name of a row's field in answers, e.g. `party` in `PartyCreated`. Default: the object's name in camelCase. */
  readonly rowField?: string;
  /** The name of several rows in the names of types, e.g. `Parties` in `PartiesReset`. Default: the object's name. */
  readonly plural?: string;
  /**
   * What the types that tell of one column are called, e.g. `{ people: "People" }` for `PeopleChanged`, `PeopleStale` and
   * `PeopleOutOfRange`. Default: the names of object and column, as in `PartyPeopleChanged`.
   */
  readonly names?: { readonly [Name in DataName<T>]?: string };
  /**
   * Pothos' options for the fields of columns; `false` where a column has no field. What is hidden so is in no input and
   * in no answer either. Default: each column has a field, with its GraphQL type, nullability and description.
   *
   * @example columns: { secret: false, nick: { deprecationReason: "Use name." } }
   */
  readonly columns?: { readonly [Name in ColumnName<T>]?: false | ColumnOptions<Types, T> };
  /**
   * Fields beside the columns. A row is read with those columns that a selection set asks for: a field reads the whole row,
   * unless it says which columns its resolver needs.
   *
   * @example
   * fields: (t) => ({
   *   length: t.int({
   *     extensions: { cassandra: { columns: ["body"] } },
   *     resolve: ({ body }) => body.length,
   *   }),
   * })
   */
  readonly fields?: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Row<T>>) => FieldMap;
};
