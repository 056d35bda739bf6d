import type { GraphQLSchema } from "graphql";
import type { Table } from "../cassandra/index.ts";
import type { Admit } from "../order/index.ts";
import { admitOf } from "./admit.ts";
import type { Builder } from "./builder-options.ts";
import { tablesIn } from "./refs.ts";

/** The content of a schema's `extensions.cassandra`. */
interface SchemaExtension {
  readonly tables: readonly Table[];
  readonly admit: Admit;
  readonly authorizesOnSubscribe: boolean;
}

/** Returns the extensions for the schemas of a builder. */
export function schemaExtensions(builder: Builder): { readonly cassandra: SchemaExtension } {
  // An option of @pothos/plugin-scope-auth, whose types a program need not have.
  const { scopeAuth } = builder.options as {
    readonly scopeAuth?: { readonly authorizeOnSubscribe?: boolean };
  };
  const authorizesOnSubscribe = scopeAuth?.authorizeOnSubscribe === true;
  return {
    cassandra: { tables: tablesIn(builder), admit: admitOf(builder), authorizesOnSubscribe },
  };
}

/** Whether `@pothos/plugin-scope-auth` authorizes the fields of a schema's subscriptions when somebody subscribes. */
export function authorizesOnSubscribe(schema: GraphQLSchema): boolean {
  return schemaExtensionOf(schema)?.authorizesOnSubscribe ?? false;
}

/**
 * Returns the function that decides which rows a schema shows in lists. A row with a stored value that GraphQL cannot show
 * counts as absent. For programs that read or change rows outside of the schema.
 *
 * @returns undefined if the schema was built without the plugin
 */
export function admitOfSchema(schema: GraphQLSchema): Admit | undefined {
  return schemaExtensionOf(schema)?.admit;
}

/**
 * Checks that a program knows all tables that a schema shows.
 *
 * @throws TypeError with the first missing table
 */
export function requireTables(schema: GraphQLSchema, tables: readonly Table[]): void {
  const missing = schemaExtensionOf(schema)?.tables.find((table) => !tables.includes(table));
  if (!missing) return;
  const found = tables.map(({ name }) => name).join(", ") || "none";
  throw new TypeError(
    `The schema shows table "${missing.name}", which is not among the given tables: ${found}.`,
  );
}

function schemaExtensionOf(schema: GraphQLSchema): SchemaExtension | undefined {
  return schema.extensions["cassandra"] as SchemaExtension | undefined;
}
