import type { GraphQLSchema } from "graphql";
import type { Session } from "../../../src/cassandra/index.ts";
import { createRandom } from "../../chaos/random.ts";
import { createExecuteBoth, type ExecuteBoth } from "./execute.ts";
import { type Known, readKnown } from "./known.ts";
import type { Partitions } from "./rows.ts";
import { chooseSchema, createFuzzSchema } from "./schema.ts";
import { createTables } from "./tables.ts";
import { viewers } from "./viewers.ts";

/** What some successive cases share: a schema on new models, and what has been read by it. */
export interface Era {
  readonly schema: GraphQLSchema;
  readonly known: Known;
  readonly executions: readonly ExecuteBoth[];
}

export interface EraOptions {
  readonly session: Session;
  readonly partitions: Partitions;
  readonly seed: number;
}

/** Begins an era. Its seed determines all of its choices. */
export async function beginEra({ session, partitions, seed }: EraOptions): Promise<Era> {
  const choices = chooseSchema(createRandom(seed));
  const schema = createFuzzSchema(createTables(), choices);
  // Another schema, so that no set of columns is known of the one that is used.
  const reader = createFuzzSchema(createTables(), choices);
  const known = await readKnown(reader, partitions, { session, viewer: viewers.chief });
  return { schema, known, executions: createExecuteBoth(schema, session) };
}
