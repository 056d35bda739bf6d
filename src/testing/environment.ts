import { readContactPoints } from "../cassandra/index.ts";
import { isRepositoryUrl } from "../local/index.ts";
import { quoted } from "../support/quote.ts";
import type { TestCassandraOptions } from "./cassandra.ts";

type TestEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the options of the Cassandra for tests from an environment. An empty variable counts as not set.
 *
 * - `CASSANDRA_TEST_CONTACT_POINTS`: the nodes to use, a comma-separated list of host or host:port
 * - `CASSANDRA_TEST_LOCAL_DATA_CENTER`: the data centre of these nodes
 * - `CASSANDRA_TEST`: `docker` or `jars`
 * - `CASSANDRA_TEST_REUSE`: `true` or `false`
 *
 * {@link readTestRepository} reads the remaining one.
 *
 * @throws Error naming a variable that is wrong, and what is expected
 */
export function readTestEnvironment(environment: TestEnvironment): TestCassandraOptions {
  const read = <Value>(name: string, parse: (text: string, name: string) => Value) => {
    const text = environment[name]?.trim();
    return text ? parse(text, name) : undefined;
  };
  return {
    contactPoints: read("CASSANDRA_TEST_CONTACT_POINTS", parseContactPoints),
    localDataCenter: read("CASSANDRA_TEST_LOCAL_DATA_CENTER", (text) => text),
    runtime: read("CASSANDRA_TEST", parseWord("docker", "jars")),
    reuse: read("CASSANDRA_TEST_REUSE", parseWord("true", "false")) === "true",
  };
}

/**
 * Reads `CASSANDRA_TEST_REPOSITORY`: the URL of the Maven repository to fetch the jars from. Returns undefined if it is
 * not set.
 *
 * @throws Error if it is not such a URL
 */
export function readTestRepository(environment: TestEnvironment): string | undefined {
  const text = environment["CASSANDRA_TEST_REPOSITORY"]?.trim();
  if (!text || isRepositoryUrl(text)) return text || undefined;
  // The message omits the value, which may contain a password.
  throw new Error("CASSANDRA_TEST_REPOSITORY must be the URL of a Maven repository.");
}

function parseContactPoints(text: string, name: string): readonly string[] {
  try {
    return readContactPoints(text);
  } catch (cause) {
    throw wrongVariable(name, { text, expected: (cause as Error).message });
  }
}

function parseWord<const Word extends string>(...words: readonly Word[]) {
  return (text: string, name: string): Word => {
    const word = words.find((each) => each === text);
    if (word === undefined) throw wrongVariable(name, { text, expected: words.join(" or ") });
    return word;
  };
}

function wrongVariable(
  name: string,
  { text, expected }: { readonly text: string; readonly expected: string },
): Error {
  return new Error(`${name} must be ${expected}, but is ${quoted(text)}.`);
}
