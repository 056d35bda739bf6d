export {
  startTestCassandra,
  type TestCassandra,
  type TestCassandraOptions,
  type TestRuntime,
} from "./cassandra.ts";
export type { ReuseOptions } from "./reuse.ts";
export { createTestKeyspace, type TestKeyspace, type TestKeyspaceOptions } from "./keyspace.ts";
