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

// What the generated fields take beside their tables. In this folder are types alone.

/** No members. */
export type Nothing = Record<never, never>;

/** What a mutation answers: a member of the union that is the field's type. */
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

/** Pothos' options of a generated field, and arguments of its user's. `Generated`: the arguments that it has by itself. */
export type Options<
  Types extends SchemaTypes,
  Parent,
  Generated,
  Own extends InputFieldMap,
> = PassedOn<Types, Parent, InputFieldsFromShape<Types, Generated, "Arg"> & Own> & {
  /** Arguments beside the generated ones. A name that one of those has is an error when the schema is built. */
  readonly args?: Own;
};

/** What runs around a generated function, with the arguments of a resolver behind it. */
export type Around<
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

/** {@link Options} of a field that is resolved once. */
export type ResolvedOptions<
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
export interface From<Types extends SchemaTypes, Parent, T extends Table, Given extends string> {
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
export type Arguments<T extends Table, Name extends string, Given extends string> = {
  readonly [N in Exclude<Name, Given> as FieldName<T, N>]: Argument<ValueOf<T, N>>;
};

/** The fields of an input for columns; each may be left out or null where the input's type has it so. */
export type InputOf<T extends Table, Name extends string, Given extends string> = {
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

export type KeyArguments<T extends Table, Given extends string> = Arguments<T, KeyName<T>, Given>;
