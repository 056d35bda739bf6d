import { createRequire } from "node:module";
import type { Client } from "cassandra-driver";
import { isSelect } from "./bytes.ts";

/** What the driver prepares statements with (4.10.0, prepare-handler.js), which its type declarations do not have. */
interface PrepareHandler {
  /** Returns what is cached for a statement, or prepares it. */
  readonly getPrepared: (
    client: Client,
    loadBalancing: unknown,
    cql: string,
    keyspace: string | undefined,
  ) => Promise<{ readonly meta: object }>;
}

/** The parts of a client that its type declarations do not have. */
interface ClientParts {
  readonly profileManager: { readonly getDefaultLoadBalancing: () => unknown };
  readonly keyspace?: string;
}

const handler = createRequire(import.meta.url)(
  "cassandra-driver/lib/prepare-handler.js",
) as PrepareHandler;

/**
 * Prepares CQL unless it is prepared already, as the driver does before it executes a prepared statement. Returns whether
 * Cassandra says that it is a SELECT.
 *
 * @throws the driver's error; nothing has been executed then
 */
export async function prepareAsSelect(client: Client, cql: string): Promise<boolean> {
  const { profileManager, keyspace } = client as unknown as ClientParts;
  const loadBalancing = profileManager.getDefaultLoadBalancing();
  const { meta } = await handler.getPrepared(client, loadBalancing, cql, keyspace);
  return isSelect(meta);
}
