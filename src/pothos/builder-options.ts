import { PothosSchemaError, type SchemaTypes } from "@pothos/core";
import type { Lanes } from "../lane/index.ts";
import type { Live } from "../live/index.ts";

/** A builder, without its types: a map from builders to their own values cannot express these. */
export type Builder = PothosSchemaTypes.SchemaBuilder<SchemaTypes>;

/** Returns the plugin's options of a builder. @throws PothosSchemaError if it has none */
export function pluginOptions<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
): PothosSchemaTypes.CassandraOptions<Types> {
  const { cassandra } = builder.options as Partial<typeof builder.options>;
  if (typeof cassandra?.session === "function") return cassandra;
  throw new PothosSchemaError(
    "The cassandra plugin needs the builder's option cassandra: { session: (context) => … }, which returns the session of a request.",
  );
}

/** Returns the function that returns the lanes of a request. @throws PothosSchemaError if the builder has none */
export function lanesOf(builder: Builder, method: string): (context: object) => Lanes {
  const { lanes } = pluginOptions(builder);
  if (typeof lanes === "function") return lanes as (context: object) => Lanes;
  throw missingOption(method, { option: "lanes", returns: "the lanes" });
}

/** Returns the function that returns the live values of a request. @throws PothosSchemaError if the builder has none */
export function liveOf(builder: Builder, method: string): (context: object) => Live {
  const { live } = pluginOptions(builder);
  if (typeof live === "function") return live as (context: object) => Live;
  throw missingOption(method, { option: "live", returns: "the live values" });
}

interface MissingOption {
  readonly option: string;
  readonly returns: string;
}

function missingOption(method: string, { option, returns }: MissingOption): PothosSchemaError {
  return new PothosSchemaError(
    `${method} needs the builder's option cassandra: { ${option}: (context) => … }, which returns ${returns} of a request.`,
  );
}
