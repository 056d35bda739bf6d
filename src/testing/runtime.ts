import {
  type Embedded,
  type EmbeddedOptions,
  LocalError,
  startEmbedded,
  readPlaces,
} from "../local/index.ts";
import { readTestRepository } from "./environment.ts";

/** What a Cassandra for tests is run on. */
export type TestRuntime = "docker" | "jars";

/** Runs Cassandra for tests in a directory, on any free port. Fails with a LocalError. */
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

/** The first of the runtimes by which there is a Cassandra; what the last one lacks, if by none. */
export async function inTurn<Started>(
  [runtime, ...others]: readonly TestRuntime[],
  start: (runtime: TestRuntime) => Promise<Started>,
): Promise<Started> {
  if (runtime === undefined) throw new Error("There is no runtime to start Cassandra by.");
  try {
    return await start(runtime);
  } catch (error) {
    if (!(error instanceof LocalError) || others.length === 0) throw error;
    return inTurn(others, start);
  }
}
