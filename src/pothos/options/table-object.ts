import type { FieldMap, SchemaTypes } from "@pothos/core";
import type { ColumnName, DataName, Row, Table } from "../../cassandra/index.ts";
import type { Nothing, PassedOn } from "./field.ts";

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
   * Pothos' options for the fields of columns; `false` where a column has no field. What is hidden so is in no answer, and
   * in no input, of a field that does not name it. Default: each column has a field, with its GraphQL type, nullability and description.
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
