import type { InputTypeParam, SchemaTypes, TypeParam } from "@pothos/core";
import type { GraphQLScalarType } from "graphql";
import type { ColumnType } from "../../cassandra/index.ts";

/** A type of GraphQL, as Pothos names it, for what is returned and for what is given. */
export type OutputRef = TypeParam<SchemaTypes>;
export type InputRef = InputTypeParam<SchemaTypes>;

/** A scalar, or the name of one that the builder has. */
type Scalar = GraphQLScalarType | string;

/**
 * How the values of a column type look in GraphQL: everything that the bridge knows of it. A type's exact text, which is
 * its form in cursors, is the type's own.
 */
export interface Form<Value = unknown> {
  /** The word for it in the names of types that have it as a part, e.g. `Float` in `FloatFloatTuple`. */
  readonly name: string;
  /** Its type where it is returned: a scalar, or a function that makes the type when it is needed first. */
  readonly output: Scalar | (() => OutputRef);
  /** Its type where it is given. */
  readonly input: Scalar | (() => InputRef);
  /** Whether GraphQL can show a value. Default: all of them. */
  shows?(this: void, value: Value): boolean;
  /** What a value must be so that it can be shown, as a person reads it. Default: `one that can be shown`. */
  readonly expects?: string;
  /**
   * Whether an element of a list may be null because it cannot be shown. Default: false, and a list with such an element
   * cannot be shown as a whole.
   */
  readonly isPartial?: boolean;
  /**
   * Returns what GraphQL's type takes for a value that it shows. Default: the value.
   *
   * @param unshown makes the error that replaces a nullable part that cannot be shown
   */
  show?(this: void, value: Value, unshown: (expects: string) => Error): unknown;
  /**
   * Returns the value of what GraphQL's type gives; the column's type checks it then. Default: what is given.
   *
   * @throws InvalidValue if there is none
   */
  read?(this: void, given: unknown): unknown;
}

/** The form of all types of a kind, or a function that makes that of each of them. */
export type FormOfKind = Form | ((type: ColumnType, forms: Forms) => Form);

/** The forms and the composite types of one builder. */
export interface Forms {
  /** Returns the form of a type. @throws PothosSchemaError if its kind has none */
  of(type: ColumnType): Form;
  /** Returns the type that a form has where it is returned. */
  output(form: Form): OutputRef;
  /** Returns the type that a form has where it is given. */
  input(form: Form): InputRef;
  /** Returns the GraphQL object of a composite type, which is made when it is asked for first. */
  object(composite: Composite): OutputRef;
  /** Returns the GraphQL input of a composite type, named like the object and `Input`. */
  inputObject(composite: Composite): InputRef;
  /** Returns the name of the GraphQL type of a user-defined type. @throws PothosSchemaError if it is none */
  nameOfUdt(udt: string): string;
}

/** A type with fields, which stands for those types of columns that have the same fields. */
export interface Composite {
  readonly name: string;
  /** What it stands for, as a person reads it, e.g. `the user-defined type "address"`. */
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
  /** Whether it may be null where it is returned. */
  readonly nullable: boolean;
  /** Whether it must be given. */
  readonly required: boolean;
}

/**
 * The form of a kind whose values are those of a scalar.
 *
 * @param scalar its values within the schema are those of the columns. A string names a scalar that the builder has
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

/** What GraphQL's type takes for a value, or an error in its place. */
export function shownPart(
  form: Form,
  value: unknown,
  unshown: (expects: string) => Error,
): unknown {
  if (!canShow(form, value)) return unshown(expectsOf(form));
  return form.show ? form.show(value, unshown) : value;
}

/** Whether a form can show a value. */
export function canShow(form: Form, value: unknown): boolean {
  return form.shows?.(value) ?? true;
}

/** What a value must be so that a form can show it. */
export function expectsOf({ expects = "one that can be shown" }: Form): string {
  return expects;
}

/** The value of what GraphQL's type gives. */
export function readPart(form: Form, given: unknown): unknown {
  return form.read ? form.read(given) : given;
}
