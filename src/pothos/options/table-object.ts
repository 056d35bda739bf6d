import type { FieldMap, SchemaTypes } from "@pothos/core";
import type { ColumnName, DataName, Row, Table } from "../../cassandra/index.ts";
import type { Nothing, PassedOn } from "./field.ts";
import type { ScopeName, ScopeOption, TableScopes } from "./scope.ts";

/** The options of Pothos and its plugins for a column's field. */
type ColumnOptions<Types extends SchemaTypes, T extends Table> = Omit<
  PassedOn<Types, Row<T>, Nothing>,
  "extensions"
> & {
  /**
   * The scope that the column needs, wherever it is shown or given: one of the table's, e.g. `"admin"`, or one of your own.
   * A caller without it gets an error instead of the value, and may not give one. Not for columns of the key, which cursors
   * and errors contain. Default: none.
   */
  readonly scope?: ScopeOption<Types, ScopeName>;
};

export type TableObjectOptions<Types extends SchemaTypes, T extends Table> = Omit<
  PothosSchemaTypes.ObjectTypeOptions<Types, Row<T>>,
  "name" | "description" | "fields" | "extensions" | "isTypeOf"
> & {
  /** The object's description; the key is appended to it. Default: the table's description. */
  readonly description?: string;
  /** The field that holds a row in results, e.g. `seat` in `SeatCreated`. Default: the object's name in camelCase. */
  readonly rowField?: string;
  /** The plural in the names of types, e.g. `Seats` in `SeatsReset`. Default: the object's name. */
  readonly plural?: string;
  /**
   * Prefixes for the types of single columns, e.g. `{ taken: "Taken" }` for `TakenChanged`, `TakenStale` and
   * `TakenOutOfRange`. Default: the names of object and column, as in `SeatTakenChanged`.
   */
  readonly names?: { readonly [Name in DataName<T>]?: string };
  /**
   * Pothos' options for the fields of columns; `false` hides a column. A hidden column has no field. Results and inputs do
   * not contain it either, except those of a field that names the column. Default: each column has a field with its GraphQL
   * type, nullability and description.
   *
   * @example columns: { secret: false, nick: { deprecationReason: "Use name." } }
   */
  readonly columns?: { readonly [Name in ColumnName<T>]?: false | ColumnOptions<Types, T> };
  /**
   * The scopes that the table's generated fields need; `true` names them after the table: `seat:read`, `seat:write` and
   * `seat:admin`. Pages of an order need those of its source. Fields of your own carry their own `authScopes`. Default: none,
   * so that everybody may use them.
   *
   * @example builder.tableObject("Seat", SeatTable, { scopes: true, columns: { pin: { scope: "admin" } } });
   */
  readonly scopes?: ScopeOption<Types, true | TableScopes>;
  /**
   * Additional fields. A row is read with the columns that the selection set needs. An additional field needs the whole row,
   * unless it declares which columns its resolver needs.
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
