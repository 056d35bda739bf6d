import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

// A program (`npm run pin`) that asks Maven which jars a release of Cassandra needs and writes them with their
// checksums into src/local/artifacts.ts. Its argument is the release. Default: the pinned one.

const file = new URL("../../src/local/artifacts.ts", import.meta.url);
const pinned = /cassandraVersion = "(.*)"/.exec(await readFile(file, "utf8"))![1]!;
const version = process.argv[2] ?? pinned;
const dir = await mkdtemp(join(tmpdir(), "pin-"));
try {
  await writeFile(join(dir, "pom.xml"), pom(version));
  const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  const layout = ["-Dmdep.useRepositoryLayout=true", "-DoutputDirectory=jars"];
  await promisify(execFile)("mvn", ["-B", goal, "-DincludeScope=runtime", ...layout], { cwd: dir });
  const lines = await linesOf(join(dir, "jars"));
  await writeFile(file, source(version, lines));
  console.log(`Pinned the ${lines.length} jars of Cassandra ${version}.`);
} finally {
  await rm(dir, { recursive: true });
}

async function linesOf(jars: string): Promise<readonly string[]> {
  const paths = await readdir(jars, { recursive: true });
  const lines = paths
    .filter((path) => path.endsWith(".jar"))
    .toSorted()
    .map(async (path) => {
      const content = await readFile(join(jars, path));
      const sha256 = createHash("sha256").update(content).digest("hex");
      return `${sha256} ${content.length} ${coordinates(path)}`;
    });
  return Promise.all(lines);
}

/** @example "io/netty/netty-all/4.1/netty-all-4.1-osx-x86_64.jar" → "io.netty:netty-all:4.1:osx-x86_64" */
function coordinates(path: string): string {
  const parts = path.split("/");
  const [artifact = "", of = "", jar = ""] = parts.slice(-3);
  const classifier = jar.slice(`${artifact}-${of}`.length, -".jar".length).replace("-", ":");
  return `${parts.slice(0, -3).join(".")}:${artifact}:${of}${classifier}`;
}

function source(of: string, lines: readonly string[]): string {
  return `// Written by test/local/pin.ts: run \`npm run pin\` to update it, \`npm run pin -- 5.0.7\` for another Cassandra.

/** The embedded release of Cassandra. */
export const cassandraVersion = "${of}";

/**
 * All jars of that release: SHA-256, size in bytes, and Maven coordinates (group, artifact, version, and a classifier
 * for the native libraries of one platform).
 */
export const pinned = \`
${lines.join("\n")}
\`;
`;
}

function pom(of: string): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>partyfinder</groupId>
  <artifactId>pin</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId>
      <artifactId>cassandra-all</artifactId>
      <version>${of}</version>
    </dependency>
  </dependencies>
</project>
`;
}
