import type { InputTypeParam, SchemaTypes, TypeParam } from "@pothos/core";
import type { GraphQLScalarType } from "graphql";
import type { ColumnType } from "../../cassandra/index.ts";

/** A GraphQL type in Pothos: for output and for input. */
export type OutputRef = TypeParam<SchemaTypes>;
export type InputRef = InputTypeParam<SchemaTypes>;

/** A scalar, or the name of a scalar of the builder. */
type Scalar = GraphQLScalarType | string;

/**
 * How the values of a column type look in GraphQL. This is all that the plugin knows about a column type, except for its
 * exact text, which the type itself defines and cursors contain.
 */
export interface Form<Value = unknown> {
  /** Its word in the names of composite types, e.g. `Float` in `FloatFloatTuple`. */
  readonly name: string;
  /** Its output type: a scalar, or a function that returns the type and defines it on first use. */
  readonly output: Scalar | (() => OutputRef);
  /** Its input type. */
  readonly input: Scalar | (() => InputRef);
  /** Returns whether GraphQL can show a value. Default: it can show all values. */
  shows?(this: void, value: Value): boolean;
  /** What a value must be so that it can be shown, in words. Default: `a value that GraphQL can show`. */
  readonly expects?: string;
  /**
   * Whether an element of a list becomes null if it cannot be shown. Default: false; then a list with such an element cannot
   * be shown as a whole.
   */
  readonly isPartial?: boolean;
  /**
   * Returns a value in the form that the GraphQL type takes. Default: the value itself.
   *
   * @param unshown returns the error that replaces a nullable part that cannot be shown
   */
  show?(this: void, value: Value, unshown: (expects: string) => Error): unknown;
  /**
   * Returns the column's value for a value of the GraphQL type. The column's type then checks it. Default: the same value.
   *
   * @throws InvalidValue if there is no such value
   */
  read?(this: void, given: unknown): unknown;
}

/** The form of all types of a kind, or a function that returns the form of each type. */
export type FormOfKind = Form | ((type: ColumnType, forms: Forms) => Form);

/** The forms and the composite types of one builder. */
export interface Forms {
  /** Returns the form of a type. @throws PothosSchemaError if its kind has none */
  of(type: ColumnType): Form;
  /** Returns the output type of a form. */
  output(form: Form): OutputRef;
  /** Returns the input type of a form. */
  input(form: Form): InputRef;
  /** Returns the GraphQL object of a composite type. Defines it on first use. */
  object(composite: Composite): OutputRef;
  /** Returns the GraphQL input of a composite type. Its name is that of the object followed by `Input`. */
  inputObject(composite: Composite): InputRef;
  /** Returns the GraphQL name of a user-defined type. @throws PothosSchemaError if it is not valid */
  nameOfUdt(udt: string): string;
}

/** A type with fields. All column types with the same fields share it. */
export interface Composite {
  readonly name: string;
  /** What it represents, in words, e.g. `the user-defined type "address"`. */
  readonly meaning: string;
  /** Equal for types that can share this GraphQL type. */
  readonly shape: string;
  readonly description: string;
  readonly fields: readonly CompositeField[];
}

interface CompositeField {
  readonly name: string;
  readonly form: Form;
  readonly description: string;
  /** Whether it is nullable in the output type. */
  readonly nullable: boolean;
  /** Whether it is required in the input type. */
  readonly required: boolean;
}

/**
 * Returns the form of a kind whose values have a scalar type.
 *
 * @param scalar the internal values of the scalar are the columns' values. A string is the name of a scalar of the builder
 * @example
 * // const money = () => column(defineType<bigint>({ ...bigint().type, kind: "money" }));
 * const Money = new GraphQLScalarType<bigint>({ name: "Money", serialize: inEuros, parseValue: inCents });
 * const cassandra = { session, forms: { money: scalarForm(Money) } };
 */
export function scalarForm<Value = unknown>(
  scalar: Scalar,
  options: Pick<Form<Value>, "shows" | "expects" | "isPartial"> = {},
): Form<Value> {
  const name = typeof scalar === "string" ? scalar : scalar.name;
  return { name, output: scalar, input: scalar, ...options };
}

/** Returns a value in the form that its GraphQL type takes, or an error if it cannot be shown. */
export function shownPart(
  form: Form,
  value: unknown,
  unshown: (expects: string) => Error,
): unknown {
  if (!canShow(form, value)) return unshown(expectsOf(form));
  return form.show ? form.show(value, unshown) : value;
}

/** Returns whether a form can show a value. */
export function canShow(form: Form, value: unknown): boolean {
  return form.shows?.(value) ?? true;
}

/** Returns what a value must be so that a form can show it. */
export function expectsOf({ expects = "a value that GraphQL can show" }: Form): string {
  return expects;
}

/** Returns the column's value for a value of its GraphQL type. */
export function readPart(form: Form, given: unknown): unknown {
  return form.read ? form.read(given) : given;
}
