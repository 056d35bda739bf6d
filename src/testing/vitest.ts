import type { TestProject } from "vitest/node";
import { startTestCassandra } from "./cassandra.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The address of the Cassandra of this test run. */
    cassandra: { readonly contactPoints: readonly string[]; readonly localDataCenter: string };
  }
}

/**
 * A global setup of vitest: starts the Cassandra that the environment describes, provides its address to the tests
 * (`inject("cassandra")`), and stops it after the last test.
 *
 * @throws Error as `startTestCassandra`
 * @example
 * export default defineConfig({ test: { globalSetup: ["partyfinder/testing/vitest"] } });
 */
export default async function setup(
  project: Pick<TestProject, "provide">,
): Promise<() => Promise<void>> {
  const cassandra = await startTestCassandra({ progress: (line) => console.log(line) });
  const { contactPoints, localDataCenter } = cassandra;
  project.provide("cassandra", { contactPoints, localDataCenter });
  return () => cassandra.stop();
}
