import {
  type Embedded,
  type EmbeddedOptions,
  LocalError,
  startEmbedded,
  readPlaces,
} from "../local/index.ts";
import { readTestRepository } from "./environment.ts";

/** What a Cassandra for tests runs on. */
export type TestRuntime = "docker" | "jars";

/**
 * Runs a Cassandra for tests in a directory, on any free port.
 *
 * @throws LocalError
 */
export function runCassandra(
  options: Pick<EmbeddedOptions, "dir" | "progress"> & { readonly runtime: TestRuntime },
): Promise<Embedded> {
  return startEmbedded({
    ...options,
    ...readPlaces(process.env),
    repository: readTestRepository(process.env),
    port: 0,
    keep: false,
    heap: "400m",
  });
}

/** Starts Cassandra with the first runtime that works. Throws the LocalError of the last one if none works. */
export async function tryRuntimes<Started>(
  [runtime, ...others]: readonly TestRuntime[],
  start: (runtime: TestRuntime) => Promise<Started>,
): Promise<Started> {
  if (runtime === undefined) throw new Error("There is no runtime to start Cassandra with.");
  try {
    return await start(runtime);
  } catch (error) {
    if (!(error instanceof LocalError) || others.length === 0) throw error;
    return tryRuntimes(others, start);
  }
}
