import type { FieldKind, SchemaTypes } from "@pothos/core";
import type { DataName, Row, Session, Table } from "../cassandra/index.ts";
import type { Connection } from "./connection.ts";
import type { FormOfKind } from "./forms/form.ts";
import type { CassandraPlugin } from "./index.ts";

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      cassandra: CassandraPlugin<Types>;
    }

    export interface SchemaBuilderOptions<Types extends SchemaTypes> {
      /** How the generated fields reach the database, and what its types are in GraphQL. */
      cassandra: CassandraOptions<Types>;
    }

    export interface CassandraOptions<Types extends SchemaTypes> {
      /** The session of a request. */
      session: (context: Types["Context"]) => Session;
      /**
       * The GraphQL forms of types by their kind: of kinds of your own, or instead of ours.
       *
       * @example forms: { money: scalarForm(Money) }
       */
      forms?: Readonly<Record<string, FormOfKind>>;
      /**
       * The names of the GraphQL objects of user-defined types, by the names that these have in the database. Default: the
       * same name in PascalCase.
       *
       * @example udts: { address: "PostalAddress" }
       */
      udts?: Readonly<Record<string, string>>;
    }

    export interface SchemaBuilder<Types extends SchemaTypes> {
      /**
       * Defines the GraphQL object of a table's rows. The key columns are its fields by themselves;
       * the others are chosen by `t.column(name)`. A table can have several objects; then the fields that return them have
       * resolvers of your own, as `t.row` and `t.partition` cannot tell which one to return.
       *
       * @example
       * builder.tableObject("Party", PartyTable, { fields: (t) => ({ name: t.column("name") }) });
       */
      tableObject: <T extends Table>(
        name: string,
        table: T,
        options: TableObjectOptions<Types, T>,
      ) => ObjectRef<Types, Row<T>>;
    }

    export interface TableObjectOptions<Types extends SchemaTypes, T extends Table> {
      /** Shown before the key. Default: the table's description. */
      readonly description?: string;
      /**
       * The fields beside the key. A row is read with those columns that a selection set asks for. A field that is not made
       * by `t.column` needs the whole row, unless it says which columns its resolver reads.
       *
       * @example
       * (t) => ({
       *   body: t.column("body"),
       *   length: t.int({
       *     extensions: { cassandra: { columns: ["body"] } },
       *     resolve: ({ body }) => body.length,
       *   }),
       * })
       */
      readonly fields: (
        t: TableFieldBuilder<Types, T>,
      ) => Readonly<Record<string, FieldRef<Types, unknown>>>;
    }

    export type TableFieldBuilder<Types extends SchemaTypes, T extends Table> = ObjectFieldBuilder<
      Types,
      Row<T>
    > & {
      /** A field that shows a column, with its GraphQL type, nullability and description. */
      column: (name: DataName<T>) => FieldRef<Types, unknown>;
    };

    export interface RootFieldBuilder<
      Types extends SchemaTypes,
      ParentShape,
      Kind extends FieldKind = FieldKind,
    > {
      /**
       * Reads a partition page by page. Its arguments are the partition key, `first` (1–100, default 20)
       * and `after`; its type is a connection in clustering order.
       */
      partition: (table: Table, options?: TableFieldOptions) => FieldRef<Types, Connection>;
      /** Reads one row, null if there is none. Its arguments are the primary key. */
      row: <T extends Table>(
        table: T,
        options?: TableFieldOptions,
      ) => FieldRef<Types, Row<T> | null>;
    }

    export interface TableFieldOptions {
      /** Shown before the key by which the field reads. */
      readonly description?: string;
    }
  }
}
