import { CassandraError, InvalidValue } from "./error.ts";
import type { ColumnType } from "./type.ts";

/** Whether a column has one value per row or one per partition, and whether it is a counter. */
export type Role = "regular" | "static" | "counter" | "static counter";

/**
 * A column of a table.
 *
 * `Nullable`: the value may be null. `Optional`: an insert may omit it. `Field`: its name in GraphQL, if it differs.
 * `M`: the database stores each of its elements separately. It is `true` for collections and UDTs, `false` for frozen
 * ones, and `boolean` for all other types.
 */
export interface Column<
  Value = unknown,
  Nullable extends boolean = boolean,
  Optional extends boolean = boolean,
  R extends Role = Role,
  Field extends string | undefined = string | undefined,
  M extends boolean = boolean,
> {
  readonly type: ColumnType<Value>;
  /** Whether its type is a collection or UDT that is not frozen. */
  readonly isMulticell: M;
  readonly nullable: Nullable;
  readonly optional: Optional;
  readonly role: R;
  /** Returns the value that an insert writes if the value is omitted. */
  readonly initial?: () => Value;
  /** Returns the value that a stored null reads as. */
  readonly ifNull?: () => Value;
  /** Returns the value that an unreadable value reads as in a page. */
  readonly ifUnreadable?: () => Value;
  /** A constant that its type cannot hold. No table can have such a column. */
  readonly invalid?: InvalidConstant;
  /** The name of its GraphQL field and argument. Default: the name of the column. */
  readonly field: Field;
  readonly description?: string;
}

/** The value of `default` or `nullAs`, and why it is invalid: this continues a sentence that begins with its name. */
export interface InvalidConstant {
  readonly what: "default" | "nullAs value";
  readonly why: string;
}

/** A column under definition. Each method returns a new column. */
export interface ColumnBuilder<
  Value = unknown,
  Nullable extends boolean = boolean,
  Optional extends boolean = boolean,
  R extends Role = Role,
  Field extends string | undefined = string | undefined,
  M extends boolean = boolean,
> extends Column<Value, Nullable, Optional, R, Field, M> {
  /** Makes the column required in every insert. A row without it fails when it is read. */
  required(): ColumnBuilder<Value, false, false, R, Field, M>;
  /**
   * Sets the value that an insert writes if the value is omitted. A constant must be valid for the column; stored nulls
   * read as the constant too, except in a collection that is not frozen, where null is the empty collection. A function
   * is called once per insert; a row with a stored null then fails when it is read.
   */
  default(value: Value | (() => Value)): ColumnBuilder<Value, false, true, R, Field, M>;
  /**
   * Sets the value that a stored null reads as, and in a page also an unreadable value. So one row that another program
   * has written does not fail a whole page. The value may be outside the bounds of the model, e.g. an empty text.
   */
  nullAs(value: Value): ColumnBuilder<Value, false, Optional, R, Field, M>;
  /** Makes the column static: one value per partition, which all its rows share. */
  static(): ColumnBuilder<Value, Nullable, Optional, StaticRole<R>, Field, M>;
  /** Sets the name of its GraphQL field and argument. Default: the name of the column. */
  as<const Name extends string>(field: Name): ColumnBuilder<Value, Nullable, Optional, R, Name, M>;
  /** Sets the description of its GraphQL field. */
  describe(description: string): ColumnBuilder<Value, Nullable, Optional, R, Field, M>;
}

type StaticRole<R extends Role> = R extends "counter" | "static counter"
  ? "static counter"
  : "static";

/**
 * Creates a column of a custom type.
 *
 * @example
 * // A text that must be an e-mail address.
 * const email = () => column(defineType<string>({ ...text().type, check: checkedAddress }));
 */
export function column<Value, M extends boolean = boolean>(
  type: ColumnType<Value> & { readonly isMulticell?: M },
): ColumnBuilder<Value, true, true, "regular", undefined, M> {
  return build({
    type,
    isMulticell: (type.isMulticell === true) as M,
    nullable: true,
    optional: true,
    role: "regular",
    field: undefined,
  });
}

/** Creates a column of a collection that is not frozen. Cassandra does not distinguish an empty one from null. */
export function collectionColumn<Value>(
  type: ColumnType<Value>,
): ColumnBuilder<Value, false, true, "regular", undefined, true> {
  const ifNull = () => type.decode(NO_ELEMENTS);
  return build({
    type,
    isMulticell: true,
    nullable: false,
    optional: true,
    role: "regular",
    field: undefined,
    ifNull,
  });
}

/** An empty collection in the native protocol. */
const NO_ELEMENTS = Buffer.alloc(4);

/** Creates a counter column. A counter that was never added to is 0. */
export function counterColumn(
  type: ColumnType<bigint>,
): ColumnBuilder<bigint, false, true, "counter", undefined, false> {
  return build({
    type,
    isMulticell: false,
    nullable: false,
    optional: true,
    role: "counter",
    field: undefined,
    ifNull: () => 0n,
  });
}

/**
 * Returns the type of a column that is used as a part of another type.
 *
 * @throws CassandraError `BAD_TABLE` if the column is required, static or has a default
 */
export function partOf<Value>(column: Column<Value>): ColumnType<Value> {
  const { type, optional, initial, ifUnreadable } = column;
  if (optional && !initial && !ifUnreadable && !isStatic(column)) return type;
  const message = `A column of ${type.cql} that is required, static or has a default cannot be frozen or part of another type: set this on the whole column.`;
  throw new CassandraError("BAD_TABLE", message);
}

/** Returns whether a column is static: one value per partition, which all its rows share. */
export function isStatic({ role }: Column): boolean {
  return role === "static" || role === "static counter";
}

/** Returns whether a column has a default that is a constant. */
export function hasConstantDefault({ initial, ifNull, ifUnreadable }: Column): boolean {
  return initial !== undefined && (initial === ifNull || initial === ifUnreadable);
}

/** Returns whether a column is a counter. */
export function isCounter({ role }: Column): boolean {
  return role === "counter" || role === "static counter";
}

/**
 * Returns a function that returns copies of a checked constant. If the constant is invalid, the error is not thrown
 * here, but by the definition of the table, whose message names the column.
 */
function constantOf<Value>(
  type: ColumnType<Value>,
  { what, check }: { readonly what: InvalidConstant["what"]; readonly check: () => Value },
): { readonly constant: () => Value; readonly invalid?: InvalidConstant } {
  try {
    return { constant: copies(type, check()) };
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const constant = () => {
      throw error;
    };
    return { constant, invalid: { what, why: error.message } };
  }
}

/** Returns a function that returns copies of a value, so that no two rows share a `Date` or `Set`. */
function copies<Value>(type: ColumnType<Value>, value: Value): () => Value {
  const bytes = type.encode(value);
  return typeof value === "object" ? () => type.decode(bytes) : () => value;
}

function build<
  Value,
  Nullable extends boolean,
  Optional extends boolean,
  R extends Role,
  Field extends string | undefined,
  M extends boolean,
>(
  state: Column<Value, Nullable, Optional, R, Field, M>,
): ColumnBuilder<Value, Nullable, Optional, R, Field, M> {
  return Object.freeze({
    ...state,
    required: () =>
      build<Value, false, false, R, Field, M>({ ...state, nullable: false, optional: false }),
    default(value: Value | (() => Value)) {
      const present = { ...state, nullable: false, optional: true } as const;
      if (value instanceof Function) {
        return build<Value, false, true, R, Field, M>({ ...present, initial: value });
      }
      const { constant, ...invalid } = constantOf(state.type, {
        what: "default",
        check: () => state.type.check(value),
      });
      return build<Value, false, true, R, Field, M>({
        ...present,
        ...invalid,
        initial: constant,
        ifNull: (state.type.isMulticell ? state.ifNull : undefined) ?? constant,
        ifUnreadable: constant,
      });
    },
    nullAs(value: Value) {
      const { constant, ...invalid } = constantOf(state.type, {
        what: "nullAs value",
        check: () => state.type.match(value),
      });
      const read = { ifNull: constant, ifUnreadable: constant };
      return build({ ...state, ...invalid, nullable: false, ...read });
    },
    static() {
      const role = isCounter(state) ? "static counter" : "static";
      return build<Value, Nullable, Optional, StaticRole<R>, Field, M>({
        ...state,
        role: role as StaticRole<R>,
      });
    },
    as: <const Name extends string>(field: Name) =>
      build<Value, Nullable, Optional, R, Name, M>({ ...state, field }),
    describe: (description: string) => build({ ...state, description }),
  });
}
