import { readContactPoints } from "../cassandra/index.ts";
import { isRepositoryUrl } from "../local/index.ts";
import { quoted } from "../support/quote.ts";
import type { TestCassandraOptions } from "./cassandra.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment says of the Cassandra for tests; what is empty counts as not set:
 *
 * - `CASSANDRA_TEST_CONTACT_POINTS`: the nodes to use, each host or host:port, with commas between
 * - `CASSANDRA_TEST_LOCAL_DATA_CENTER`: the data centre of these nodes
 * - `CASSANDRA_TEST`: `docker` or `jars`
 * - `CASSANDRA_TEST_REUSE`: `true` or `false`
 *
 * {@link readTestRepository} reads the rest.
 *
 * @throws Error naming the variable that is wrong, and what it has to be
 */
export function readTestEnvironment(environment: Environment): TestCassandraOptions {
  const read = <Value>(name: string, parse: (text: string, name: string) => Value) => {
    const text = environment[name]?.trim();
    return text ? parse(text, name) : undefined;
  };
  return {
    contactPoints: read("CASSANDRA_TEST_CONTACT_POINTS", contactPoints),
    localDataCenter: read("CASSANDRA_TEST_LOCAL_DATA_CENTER", (text) => text),
    runtime: read("CASSANDRA_TEST", oneOf("docker", "jars")),
    reuse: read("CASSANDRA_TEST_REUSE", oneOf("true", "false")) === "true",
  };
}

/**
 * Reads `CASSANDRA_TEST_REPOSITORY`: the URL of the Maven repository to fetch the jars from; undefined if it is not set.
 *
 * @throws Error if it is none
 */
export function readTestRepository(environment: Environment): string | undefined {
  const text = environment["CASSANDRA_TEST_REPOSITORY"]?.trim();
  if (!text || isRepositoryUrl(text)) return text || undefined;
  // It may have a password in it.
  throw new Error("CASSANDRA_TEST_REPOSITORY must be the URL of a Maven repository.");
}

function contactPoints(text: string, name: string): readonly string[] {
  try {
    return readContactPoints(text);
  } catch (cause) {
    throw wrong(name, text, (cause as Error).message);
  }
}

function oneOf<const Word extends string>(...words: readonly Word[]) {
  return (text: string, name: string): Word => {
    const word = words.find((each) => each === text);
    if (word === undefined) throw wrong(name, text, words.join(" or "));
    return word;
  };
}

function wrong(name: string, text: string, needed: string): Error {
  return new Error(`${name} must be ${needed}, but is ${quoted(text)}.`);
}
