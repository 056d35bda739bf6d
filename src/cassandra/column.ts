import { CassandraError } from "./error.ts";
import type { ColumnType } from "./type.ts";

/** Where a value is kept: in its row, once per partition, or as a counter in either. */
export type Role = "regular" | "static" | "counter" | "static counter";

/**
 * A column of a table: a type, and what is known of its presence.
 *
 * `Nullable`: a row may lack it. `Optional`: an insert may leave it out. `Field`: its name in GraphQL, if that is another
 * one.
 */
export interface Column<
  Value = unknown,
  Nullable extends boolean = boolean,
  Optional extends boolean = boolean,
  R extends Role = Role,
  Field extends string | undefined = string | undefined,
> {
  readonly type: ColumnType<Value>;
  readonly nullable: Nullable;
  readonly optional: Optional;
  readonly role: R;
  /** Returns what an insert writes when the value is left out. */
  readonly initial?: () => Value;
  /** Returns what a stored null reads as. */
  readonly ifNull?: () => Value;
  /** Returns what a value that cannot be represented reads as in a page. */
  readonly ifUnreadable?: () => Value;
  /** The name of its GraphQL field and argument. Default: its own. */
  readonly field: Field;
  readonly description?: string;
}

/** A column being defined: each method returns a new one. */
export interface ColumnBuilder<
  Value = unknown,
  Nullable extends boolean = boolean,
  Optional extends boolean = boolean,
  R extends Role = Role,
  Field extends string | undefined = string | undefined,
> extends Column<Value, Nullable, Optional, R, Field> {
  /** Every insert gives it; a row without it is an error when read. */
  required(): ColumnBuilder<Value, false, false, R, Field>;
  /**
   * An insert may leave it out. A constant, which must fit the column, is also what a stored null reads as, except in a
   * collection that is not frozen: there null is an empty one. A function runs once per insert, and a stored null is an
   * error when read.
   */
  default(value: Value | (() => Value)): ColumnBuilder<Value, false, true, R, Field>;
  /**
   * What a null reads as that another program has left, and in a page also a value that cannot be represented: so that one
   * such row does not fail a whole page. It may be beyond the bounds of the model, e.g. an empty text.
   */
  nullAs(value: Value): ColumnBuilder<Value, false, Optional, R, Field>;
  /** The partition has one value of it, which all its rows share. */
  static(): ColumnBuilder<Value, Nullable, Optional, StaticRole<R>, Field>;
  /** Names its GraphQL field and argument, where the column's own name is not to be shown. */
  as<const Name extends string>(field: Name): ColumnBuilder<Value, Nullable, Optional, R, Name>;
  /** Shown to the readers of the GraphQL schema. */
  describe(description: string): ColumnBuilder<Value, Nullable, Optional, R, Field>;
}

type StaticRole<R extends Role> = R extends "counter" | "static counter"
  ? "static counter"
  : "static";

/**
 * Makes a column of a type of your own.
 *
 * @example
 * // A text that is an e-mail address, in the form of text.
 * const email = () => column(defineType<string>({ ...text().type, check: checkedAddress }));
 */
export function column<Value>(
  type: ColumnType<Value>,
): ColumnBuilder<Value, true, true, "regular", undefined> {
  return build({ type, nullable: true, optional: true, role: "regular", field: undefined });
}

/** Makes a column of a collection that is not frozen: Cassandra cannot tell an empty one from none. */
export function collectionColumn<Value>(
  type: ColumnType<Value>,
): ColumnBuilder<Value, false, true, "regular", undefined> {
  const ifNull = () => type.decode(NO_ELEMENTS);
  return build({
    type,
    nullable: false,
    optional: true,
    role: "regular",
    field: undefined,
    ifNull,
  });
}

/** A collection of none, in the native protocol. */
const NO_ELEMENTS = Buffer.alloc(4);

/** Makes a column of a counter: one that was never added to is 0. */
export function counterColumn(
  type: ColumnType<bigint>,
): ColumnBuilder<bigint, false, true, "counter", undefined> {
  return build({
    type,
    nullable: false,
    optional: true,
    role: "counter",
    field: undefined,
    ifNull: () => 0n,
  });
}

/**
 * Returns the type of a column that another type is made of, which has only its values.
 *
 * @throws CassandraError `BAD_TABLE` if more is said of it
 */
export function partOf<Value>(column: Column<Value>): ColumnType<Value> {
  const { type, optional, initial, ifUnreadable } = column;
  if (optional && !initial && !ifUnreadable && !isStatic(column)) return type;
  const message = `A column of ${type.cql} that is required, static or has a default cannot be frozen or within another type: say so of the whole column.`;
  throw new CassandraError("BAD_TABLE", message);
}

/** Whether a partition has one value of a column, which all its rows share. */
export function isStatic({ role }: Column): boolean {
  return role === "static" || role === "static counter";
}

/** Whether what an insert writes of a column that is left out is always the same. */
export function hasConstantDefault({ initial, ifNull, ifUnreadable }: Column): boolean {
  return initial !== undefined && (initial === ifNull || initial === ifUnreadable);
}

/** Whether a column is a counter. */
export function isCounter({ role }: Column): boolean {
  return role === "counter" || role === "static counter";
}

/** Returns copies of a value: a row's `Date` or `Set` is its own. */
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
>(
  state: Column<Value, Nullable, Optional, R, Field>,
): ColumnBuilder<Value, Nullable, Optional, R, Field> {
  return Object.freeze({
    ...state,
    required: () =>
      build<Value, false, false, R, Field>({ ...state, nullable: false, optional: false }),
    default(value: Value | (() => Value)) {
      const present = { ...state, nullable: false, optional: true } as const;
      if (value instanceof Function) {
        return build<Value, false, true, R, Field>({ ...present, initial: value });
      }
      const constant = copies(state.type, state.type.check(value));
      return build<Value, false, true, R, Field>({
        ...present,
        initial: constant,
        ifNull: (state.type.isMulticell ? state.ifNull : undefined) ?? constant,
        ifUnreadable: constant,
      });
    },
    nullAs(value: Value) {
      const constant = copies(state.type, state.type.match(value));
      return build({ ...state, nullable: false, ifNull: constant, ifUnreadable: constant });
    },
    static() {
      const role = isCounter(state) ? "static counter" : "static";
      return build<Value, Nullable, Optional, StaticRole<R>, Field>({
        ...state,
        role: role as StaticRole<R>,
      });
    },
    as: <const Name extends string>(field: Name) =>
      build<Value, Nullable, Optional, R, Name>({ ...state, field }),
    describe: (description: string) => build({ ...state, description }),
  });
}
