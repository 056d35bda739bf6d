import type {
  FieldNullability,
  InputFieldMap,
  InputFieldsFromShape,
  InputShapeFromFields,
  MaybePromise,
  SchemaTypes,
  TypeParam,
} from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import type { KeyName, Table, ValueOf } from "../../cassandra/index.ts";
import type { FieldScope } from "./scope.ts";

// The options of the generated fields. This folder has only types.

/** The remaining arguments of a signature that takes only names: there are none after a name. */
export type OnlyName<Name> = Name extends string ? [] : [never];

/** No members. */
export type Nothing = Record<never, never>;

/** The result of a mutation: a member of the field's union. */
export interface Outcome {
  readonly __typename: string;
  readonly [field: string | symbol]: unknown;
}

/** The options of Pothos and its plugins for a field whose type and arguments are generated. */
export type PassedOn<Types extends SchemaTypes, Parent, Args extends InputFieldMap> = Omit<
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

/** Pothos' options of a generated field, and the user's own arguments. `Generated`: the generated arguments. */
export type GeneratedFieldOptions<
  Types extends SchemaTypes,
  Parent,
  Generated,
  Own extends InputFieldMap,
> = PassedOn<Types, Parent, InputFieldsFromShape<Types, Generated, "Arg"> & Own> &
  FieldScope<Types> & {
    /** Additional arguments. The schema cannot be built if one has the name of a generated argument. */
    readonly args?: Own;
  };

/** A function that wraps a generated one. After `next` it gets the arguments of a resolver. */
export type Wrapper<
  Types extends SchemaTypes,
  Parent,
  Generated,
  Own extends InputFieldMap,
  Result,
> = (
  next: () => Promise<Result>,
  parent: Parent,
  args: Generated & InputShapeFromFields<Own>,
  context: Types["Context"],
  info: GraphQLResolveInfo,
) => MaybePromise<Result>;

/** {@link GeneratedFieldOptions} of a query or mutation field. */
export type ResolvedFieldOptions<
  Types extends SchemaTypes,
  Parent,
  Generated,
  Own extends InputFieldMap,
  Result,
> = GeneratedFieldOptions<Types, Parent, Generated, Own> & {
  /**
   * Replaces the generated resolver. `next` runs the generated one; it may be called at most once.
   *
   * @example resolve: (next, _parent, { theatre }, { user }) => (user.mayRead(theatre) ? next() : null)
   */
  readonly resolve?: Wrapper<Types, Parent, Generated, Own, Result>;
};

/** Columns whose values do not come from the client. `Given`: their names. */
export interface From<Types extends SchemaTypes, Parent, T extends Table, Given extends string> {
  /**
   * Functions that return the value of a column from the parent and the context. The column then has no argument.
   *
   * @example from: { theatre: (theatre) => theatre.name, holder: (_, { user }) => user.id }
   */
  readonly from?: {
    readonly [Name in Given]: (parent: Parent, context: Types["Context"]) => ValueOf<T, Name>;
  };
}

/** The arguments for columns, by the names of their fields, without the columns of `from`. */
export type Arguments<T extends Table, Name extends string, Given extends string> = {
  readonly [N in Exclude<Name, Given> as FieldName<T, N>]: Argument<ValueOf<T, N>>;
};

/** The fields of an input for columns. The GraphQL type of the input decides which are optional or nullable. */
export type InputOf<T extends Table, Name extends string, Given extends string> = {
  readonly [N in Exclude<Name, Given> as FieldName<T, N>]?:
    | Argument<ValueOf<T, N>>
    | null
    | undefined;
};

/** The fields of an input for changes of columns. */
export type ChangesInput<T extends Table, Name extends string> = {
  readonly [N in Name as FieldName<T, N>]?:
    | ColumnChange<Argument<ValueOf<T, N>>>
    | null
    | undefined;
};

/**
 * A change of a column. Numbers whose sums are exact are changed by one of several operators, and others by a new value. The
 * type cannot tell decimals from texts.
 */
type ColumnChange<Value> = Value extends number | bigint
  ? Value | { readonly set?: Value; readonly add?: Value }
  : Value;

/** The name of a column's field and argument. */
type FieldName<T extends Table, Name extends string> =
  NonNullable<T["columns"][Name]["field"]> extends infer Field extends string
    ? [Field] extends [never]
      ? Name
      : Field
    : never;

/** The value of an argument. A collection has its GraphQL form, e.g. a list of entries. */
type Argument<Value> = Value extends
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  ? unknown
  : Value;

export type KeyArguments<T extends Table, Given extends string> = Arguments<T, KeyName<T>, Given>;
