import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import type { GraphQLSchema } from "graphql";
import { columnOf, type Session, type Table } from "../cassandra/index.ts";
import CassandraPlugin, { type CassandraScalars, restrictableColumns } from "../pothos/index.ts";
import { capital } from "../pothos/names.ts";
import { isOrder } from "../pothos/refs.ts";
import { type Api, type NamedTable, nameTables } from "./names.ts";
import { rowsByKeyField } from "./rows-by-key.ts";
import { staticsField } from "./statics.ts";

/** What a schema is generated from. */
export interface GeneratedSchemaOptions {
  readonly tables: readonly Table[];
  /** The names of tables in GraphQL. Default: those of {@link Api}. */
  readonly api?: Api | undefined;
  /** The names of user-defined types in GraphQL, by their names in the database. Default: the same in PascalCase. */
  readonly udts?: Readonly<Record<string, string>> | undefined;
}

/**
 * Creates a schema that reads tables, from their definitions alone. Each table has a type and, in `Query`, a field for each
 * kind of read that its primary key and its indexes can serve: a row, several rows, a part of a partition in either order, a
 * partition by indexes, and the static columns of a partition.
 *
 * @example
 * createGeneratedSchema({ tables: [ReadingTable], api: { readings: { type: "Reading" } } })
 * // type Query { reading(…): Reading  readings(…): ReadingConnection!  readingsWhere(…): ReadingConnection! }
 * @throws TypeError, PothosSchemaError if names clash or are not valid in GraphQL
 */
export function createGeneratedSchema({
  tables,
  api,
  udts,
}: GeneratedSchemaOptions): GraphQLSchema {
  const builder = createBuilder(udts);
  const named = nameTables(tables, api);
  for (const { table, type, row, partition } of named) {
    if (row === undefined) continue;
    builder.tableObject(type, table, {
      ...(table.description === undefined && { description: "A row." }),
      rowField: row,
      ...(partition !== undefined && { plural: capital(partition) }),
    });
  }
  builder.queryType({
    description: "Every field names a whole partition key: nothing scans the cluster.",
    fields: (t) => Object.assign({}, ...named.map((each) => readFields(t, each))),
  });
  return builder.toSchema({ sortSchema: false });
}

type GeneratedBuilder = ReturnType<typeof createBuilder>;

type QueryFields = Parameters<Parameters<GeneratedBuilder["queryFields"]>[0]>[0];

function readFields(t: QueryFields, named: NamedTable): object {
  const { table, row, partition, where, statics, staticsType, byKey, keys } = named;
  const indexed = isOrder(table) ? [] : restrictableColumns(table);
  return {
    ...(row !== undefined && {
      [row]: t.row(table, { description: "A row, or null if it does not exist." }),
    }),
    ...(byKey !== undefined && { [byKey]: rowsByKeyField(t as never, table, { argument: keys }) }),
    ...(partition !== undefined && {
      [partition]: t.partition(table, {
        description: "The rows of a partition, page by page.",
        range: true,
        order: true,
      }),
    }),
    ...(where !== undefined &&
      indexed.length > 0 && {
        [where]: t.partition(table, {
          description: "The rows of a partition that indexes find, in stored order.",
          range: hasPlainRange(table),
          where: indexed as never,
        }),
      }),
    ...(statics !== undefined && {
      [statics]: staticsField(t as never, table, { type: staticsType }),
    }),
  };
}

/** Returns whether the field that reads by indexes takes a range, too. It takes none of a `timeuuid`. */
function hasPlainRange(table: Table): boolean {
  const [first, ...others] = table.clustering;
  return others.length > 0 || columnOf(table, first!.name).type.kind !== "timeuuid";
}

/** In programs with `@pothos/plugin-scope-auth`, its types make this option mandatory; in others they do not know it. */
const NO_SCOPES = { scopeAuth: { authScopes: () => ({}) } };

function createBuilder(udts: Readonly<Record<string, string>> | undefined) {
  return new SchemaBuilder<{
    Context: { readonly session: Session };
    Scalars: CassandraScalars;
    DefaultFieldNullability: false;
    DefaultEdgesNullability: false;
    DefaultNodeNullability: false;
  }>({
    plugins: [RelayPlugin, CassandraPlugin],
    defaultFieldNullability: false,
    ...NO_SCOPES,
    relay: {
      cursorType: "String",
      nodesOnConnection: { description: "The rows." },
      edgesFieldOptions: { nullable: false, description: "The rows with their cursors." },
      nodeFieldOptions: { nullable: false, description: "The row." },
      cursorFieldOptions: { description: "Pass it as `after` to read the page after this row." },
    },
    cassandra: { session: ({ session }) => session, ...(udts && { udts }) },
  });
}
