import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import type { Session, Table } from "../../src/cassandra/index.ts";
import type { Lanes } from "../../src/lane/index.ts";
import type { Live } from "../../src/live/index.ts";
import CassandraPlugin, { type CassandraScalars } from "../../src/pothos/index.ts";

/** The context of a test's schema. */
export interface Context {
  readonly session: Session;
  readonly lanes: Lanes;
  readonly live: Live;
}

interface Types {
  Context: Context;
  Scalars: CassandraScalars;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}

type Options = Partial<
  PothosSchemaTypes.CassandraOptions<PothosSchemaTypes.ExtendDefaultTypes<Types>>
>;

/** Returns a builder that uses the session of the context, unless the options define another one. */
export function createBuilder(options: Options = {}) {
  return new SchemaBuilder<Types>({
    plugins: [RelayPlugin, CassandraPlugin],
    defaultFieldNullability: false,
    relay: {
      cursorType: "String",
      nodesOnConnection: true,
      edgesFieldOptions: { nullable: false },
      nodeFieldOptions: { nullable: false },
    },
    // The plugin's types are in this program, and make its option mandatory.
    scopeAuth: { authScopes: () => ({}) },
    cassandra: {
      session: ({ session }) => session,
      lanes: ({ lanes }) => lanes,
      live: ({ live }) => live,
      ...options,
    },
  });
}

/** Returns a schema of one table: an object with every column, `row` by its key, and `rows` of a partition. */
export function schemaOf(table: Table, options?: Options) {
  const builder = createBuilder(options);
  builder.tableObject("Row", table);
  builder.queryType({
    fields: (t) => ({
      row: t.row(table),
      ...(table.clustering.length > 0 && { rows: t.partition(table) }),
    }),
  });
  return builder.toSchema({ sortSchema: false });
}
