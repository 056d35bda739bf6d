import type { GraphQLSchema } from "graphql";
import type { Table } from "../cassandra/index.ts";
import type { Admit } from "../order/index.ts";
import { admitOf } from "./admit.ts";
import type { Builder } from "./builder-options.ts";
import { tablesIn } from "./refs.ts";

/** What a schema that the plugin has built knows, in `extensions.cassandra`. */
interface SchemaExtension {
  readonly tables: readonly Table[];
  readonly admit: Admit;
}

/** Returns the extensions of a schema that a builder has built. */
export function schemaExtensions(builder: Builder): { readonly cassandra: SchemaExtension } {
  return { cassandra: { tables: tablesIn(builder), admit: admitOf(builder) } };
}

/**
 * Returns the check that a schema's lists make on rows: rows with values that GraphQL cannot represent are left out. For
 * programs that read or change rows beside the schema.
 *
 * @returns undefined if the schema was built without the plugin
 */
export function admitOfSchema(schema: GraphQLSchema): Admit | undefined {
  return extensionOf(schema)?.admit;
}

/**
 * Checks that a program knows all tables that a schema shows.
 *
 * @throws TypeError naming the first that is missing
 */
export function requireTables(schema: GraphQLSchema, tables: readonly Table[]): void {
  const missing = extensionOf(schema)?.tables.find((table) => !tables.includes(table));
  if (!missing) return;
  const found = tables.map(({ name }) => name).join(", ") || "none";
  throw new TypeError(
    `The schema shows table "${missing.name}", which is not among the tables given: ${found}.`,
  );
}

function extensionOf(schema: GraphQLSchema): SchemaExtension | undefined {
  return schema.extensions["cassandra"] as SchemaExtension | undefined;
}
