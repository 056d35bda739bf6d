import type { Expression } from "./expression.ts";

/** What a file of table definitions says of a keyspace. */
export interface KeyspaceDescription {
  readonly keyspace: string;
  /** The user-defined types, each after those that its fields have. */
  readonly types: readonly TypeDescription[];
  readonly tables: readonly TableDescription[];
  /** What of the keyspace is in no definition, one text each. */
  readonly notes: readonly string[];
}

/** A user-defined type: a constant that holds `udt(…)`. */
export interface TypeDescription {
  readonly constant: string;
  readonly name: string;
  /** Its name in GraphQL, if it does not follow from its name in the database. */
  readonly graphql: string | undefined;
  readonly fields: readonly ColumnDescription[];
  readonly notes: readonly string[];
}

/** A column of a table, or a field of a user-defined type. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: Expression;
  readonly isStatic: boolean;
  /** Its GraphQL name, if it differs. */
  readonly field: string | undefined;
  readonly notes: readonly string[];
}

/** A table or view: an exported constant that holds `table(…)`. */
export interface TableDescription {
  readonly constant: string;
  readonly name: string;
  /** Its names in GraphQL that do not follow from others. */
  readonly api: { readonly type: string; readonly row?: string; readonly partition?: string };
  readonly columns: readonly ColumnDescription[];
  readonly partition: readonly string[];
  readonly clustering: readonly { readonly name: string; readonly order: "ASC" | "DESC" }[];
  readonly indexes: readonly IndexDescription[];
  /** Its other options by their names in TypeScript. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** What a reader should know of it. */
  readonly notes: readonly string[];
  /** What of its columns, indexes and options is not in the definition, and why. */
  readonly missing: readonly string[];
}

/** An index: the arguments of `sai`. */
export interface IndexDescription {
  readonly column: string;
  readonly options: Readonly<Record<string, string | boolean>>;
}

/** The value of a table's option. */
export type OptionValue = string | number | Readonly<Record<string, string | number>>;
