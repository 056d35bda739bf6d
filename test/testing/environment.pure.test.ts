import { expect, test } from "vitest";
import { readTestEnvironment, readTestRepository } from "../../src/testing/environment.ts";

test("an environment without values has no options", () => {
  const nothing = {
    contactPoints: undefined,
    localDataCenter: undefined,
    runtime: undefined,
    reuse: false,
  };
  expect(readTestEnvironment({})).toEqual(nothing);
  expect(readTestEnvironment({ CASSANDRA_TEST: "", CASSANDRA_TEST_CONTACT_POINTS: "" })).toEqual(
    nothing,
  );
});

test("the variables that are set are read", () => {
  const environment = {
    CASSANDRA_TEST_CONTACT_POINTS: "10.0.0.1, node.example:9043,[::1]:9044",
    CASSANDRA_TEST_LOCAL_DATA_CENTER: "dc1",
    CASSANDRA_TEST: "jars",
    CASSANDRA_TEST_REUSE: "true",
  };
  expect(readTestEnvironment(environment)).toEqual({
    contactPoints: ["10.0.0.1", "node.example:9043", "[::1]:9044"],
    localDataCenter: "dc1",
    runtime: "jars",
    reuse: true,
  });
});

test("the settings of the service are not read", () => {
  const service = {
    CASSANDRA_CONTACT_POINTS: "10.0.0.1",
    CASSANDRA_LOCAL_DATA_CENTER: "production",
    CASSANDRA_EMBEDDED: "docker",
  };
  expect(readTestEnvironment(service)).toEqual(readTestEnvironment({}));
});

test.each([
  ["CASSANDRA_TEST", "podman", 'CASSANDRA_TEST must be docker or jars, but is "podman".'],
  ["CASSANDRA_TEST_REUSE", "1", 'CASSANDRA_TEST_REUSE must be true or false, but is "1".'],
  [
    "CASSANDRA_TEST_CONTACT_POINTS",
    "10.0.0.1,",
    'CASSANDRA_TEST_CONTACT_POINTS must be a comma-separated list of host or host:port (one of them is empty), but is "10.0.0.1,".',
  ],
  [
    "CASSANDRA_TEST_CONTACT_POINTS",
    "10.0.0.1:cql",
    'CASSANDRA_TEST_CONTACT_POINTS must be a comma-separated list of host or host:port ("10.0.0.1:cql" needs a port from 1 to 65535), but is "10.0.0.1:cql".',
  ],
])("%s must not be %s", (name, text, message) => {
  expect(() => readTestEnvironment({ [name]: text })).toThrow(message);
});

test("the repository of the jars is read, and no message contains its password", () => {
  const repository = "https://ada:secret@maven.example.com/maven2";
  expect(readTestRepository({ CASSANDRA_TEST_REPOSITORY: repository })).toBe(repository);
  expect(readTestRepository({ CASSANDRA_TEST_REPOSITORY: "" })).toBeUndefined();
  const refused = () => readTestRepository({ CASSANDRA_TEST_REPOSITORY: "ada:secret@maven" });
  expect(refused).toThrow(/^CASSANDRA_TEST_REPOSITORY must be the URL of a Maven repository\.$/);
});
