import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { checkDocker } from "../../src/local/docker.ts";
import { type EmbeddedOptions, startEmbedded } from "../../src/local/index.ts";
import { findJava } from "../../src/local/java.ts";
import { cacheDir, temporaryDirectory } from "./place.ts";

const place = temporaryDirectory();
afterAll(() => place[Symbol.dispose]());

let lines: string[] = [];
beforeEach(() => void (lines = []));

/** Starts from the jars only, with an empty cache, unless the options say otherwise. */
function start(options: Partial<EmbeddedOptions>) {
  const dir = join(place.path, "node");
  const cache = join(place.path, "cache");
  const progress = (line: string) => lines.push(line);
  return startEmbedded({ dir, cacheDir: cache, runtime: "jars", port: 0, progress, ...options });
}

/** Creates a Java home whose `java` reports this version. */
function javaHome(version: string): string {
  const java = join(place.path, version, "bin", "java");
  mkdirSync(dirname(java), { recursive: true });
  writeFileSync(java, `#!/bin/sh\necho 'openjdk version "${version}" 2026-04-21' >&2\n`);
  chmodSync(java, 0o755);
  return join(place.path, version);
}

it.each(["25.0.3", "21.0.7", "1.8.0_452"])("refuses Java %s", async (version) => {
  const home = javaHome(version);
  await expect(start({ javaHome: home })).rejects.toMatchObject({
    code: "UNFIT_JAVA",
    message: expect.stringContaining(
      `Cassandra 5 runs on Java 17 or 11 only, but the one in JAVA_HOME (${home}) is ${version}. `,
    ),
  });
});

it.each(["17.0.15", "11.0.2", "17"])("accepts Java %s", async (version) => {
  const home = javaHome(version);
  expect(await findJava({ javaHome: home })).toMatchObject({
    command: join(home, "bin", "java"),
    version,
  });
});

it("says that there is no Java, and where it looked", async () => {
  const needed = "Cassandra needs Java 17 or 11, or Docker, but there is no java in";
  await expect(start({ javaHome: "/nowhere" })).rejects.toMatchObject({
    code: "NO_JAVA",
    message: expect.stringContaining(`${needed} JAVA_HOME (/nowhere). `),
  });
  await expect(start({ env: { PATH: "/nowhere" } })).rejects.toMatchObject({
    code: "NO_JAVA",
    message: expect.stringContaining(`${needed} PATH. `),
  });
});

it("says that there is no Maven", async () => {
  const options = { javaHome: javaHome("17.0.15"), env: { PATH: "/nowhere" } };
  await expect(start(options)).rejects.toMatchObject({
    code: "NO_MAVEN",
    message:
      "Cassandra's jars are fetched from the repository that Maven is configured for, but there is no mvn in PATH. Install Maven, or set CASSANDRA_EMBEDDED_REPOSITORY to the URL of a Maven repository, or start Docker.",
  });
});

it("shows the end of the log when Cassandra does not start", async () => {
  const log = join(place.path, "node", "cassandra.log");
  await expect(start({ heap: "1k", cacheDir })).rejects.toMatchObject({
    code: "NOT_STARTED",
    message: expect.stringMatching(
      `^Cassandra did not start: it ended with status 1. The end of its log ${log}:\n.*\n.*Too small`,
    ),
  });
}, 180_000);

it("refuses a path that cannot be a directory", async () => {
  const file = join(place.path, "file");
  writeFileSync(file, "");
  await expect(start({ dir: join(file, "data") })).rejects.toMatchObject({
    code: "DIRECTORY_UNUSABLE",
    message: expect.stringContaining(join(file, "data")),
  });
});

// An engine named only in that file is not found by this.
delete process.env["DOCKER_HOST"];
it("fails if Docker does not answer", async ({ skip }) => {
  skip((await checkDocker()) === true, "A Docker engine answers.");
  await expect(start({ runtime: "docker" })).rejects.toMatchObject({ code: "NO_DOCKER" });
});

it("does nothing if its signal is already aborted", async () => {
  const signal = AbortSignal.abort(new Error("never mind"));
  await expect(start({ signal })).rejects.toThrow("never mind");
  expect(lines).toEqual([]);
});
