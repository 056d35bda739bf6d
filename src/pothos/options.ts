import { PothosSchemaError, type SchemaTypes } from "@pothos/core";

/** A builder of any types: what is remembered of one is of its own types, which a map's key cannot say. */
export type Builder = PothosSchemaTypes.SchemaBuilder<SchemaTypes>;

/** The plugin's options of a builder. @throws PothosSchemaError if it has none */
export function optionsOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
): PothosSchemaTypes.CassandraOptions<Types> {
  const { cassandra } = builder.options as Partial<typeof builder.options>;
  if (typeof cassandra?.session === "function") return cassandra;
  throw new PothosSchemaError(
    "The cassandra plugin needs the builder's option cassandra: { session: (context) => … }, which returns the session of a request.",
  );
}
