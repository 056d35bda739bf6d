import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connect } from "../../src/cassandra/index.ts";
import { startEmbedded } from "../../src/local/index.ts";
import { cacheDir, temporaryDirectory } from "./place.ts";

/** Starts Cassandra in a folder with environment variables, and runs statements. */
async function use(folder: string, variables: NodeJS.ProcessEnv): Promise<void> {
  using place = temporaryDirectory();
  const dir = join(place.path, folder);
  const env = { ...process.env, ...variables };
  const options = { runtime: "jars", port: 0, keep: false, heap: "256m", env } as const;
  await using embedded = await startEmbedded({ dir, cacheDir, progress: () => {}, ...options });
  const { contactPoint, localDataCenter } = embedded;
  await using session = await connect({ contactPoints: [contactPoint], localDataCenter });
  await session.cql(
    "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
  );
  await session.cql("CREATE TABLE k.city (name text PRIMARY KEY, INHABITANTS int)");
  await session.cql("INSERT INTO k.city (name, inhabitants) VALUES ('Iğdır', 1) IF NOT EXISTS");
  expect(await session.cql("SELECT name, inhabitants FROM k.city")).toMatchObject([
    { name: "Iğdır", inhabitants: 1 },
  ]);
  expect(existsSync(join(dir, "data/data/k"))).toBe(true);
}

it("starts with a Turkish locale, set in the environment or in Java's options", async () => {
  await use("node", {
    LC_ALL: "tr_TR.UTF-8",
    JAVA_TOOL_OPTIONS: "-Duser.language=tr -Duser.country=TR",
    JDK_JAVA_OPTIONS: "-Duser.language=tr",
    _JAVA_OPTIONS: "-Duser.language=tr",
  });
}, 180_000);

it("starts in a folder named ä with an ASCII locale", async () => {
  await use("ä", { LC_ALL: "C", LANG: "C" });
}, 180_000);

it("starts in a folder whose name has special characters", async () => {
  await use(`a b%20%zz:c$d \${HOME} "e' \\f #g?h&i;j {k} [l] *,@=\nm`, {});
}, 180_000);

it("starts despite the user's options for other Java programs", async () => {
  await use("node", {
    JAVA_TOOL_OPTIONS: "-XX:+UseG1GC -Dfile.encoding=UTF-16",
    JDK_JAVA_OPTIONS: "-Xmx16m @/nowhere",
    _JAVA_OPTIONS: "-Xmx16m",
    CLASSPATH: "/nowhere",
    TZ: "Nowhere/Land",
  });
}, 180_000);
