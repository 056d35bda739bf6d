import { PothosSchemaError, type SchemaTypes } from "@pothos/core";
import type { Lanes } from "../lane/index.ts";
import type { Live } from "../live/index.ts";

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

/** How a builder's fields get the lanes of a request. @throws PothosSchemaError if it does not say */
export function lanesOf(builder: Builder, method: string): (context: object) => Lanes {
  const { lanes } = optionsOf(builder);
  if (typeof lanes === "function") return lanes as (context: object) => Lanes;
  throw missing(method, "lanes", "the lanes");
}

/** How a builder's fields get the live values of a request. @throws PothosSchemaError if it does not say */
export function liveOf(builder: Builder, method: string): (context: object) => Live {
  const { live } = optionsOf(builder);
  if (typeof live === "function") return live as (context: object) => Live;
  throw missing(method, "live", "the live values");
}

function missing(method: string, option: string, what: string): PothosSchemaError {
  return new PothosSchemaError(
    `${method} needs the builder's option cassandra: { ${option}: (context) => … }, which returns ${what} of a request.`,
  );
}
