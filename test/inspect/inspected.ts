import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inject } from "vitest";
import { isTable, type Table } from "../../src/cassandra/index.ts";
import { createDirectory, runCommand } from "../fixtures/command.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

const cluster = () => ({
  CASSANDRA_CONTACT_POINTS: inject("cassandra").contactPoints.join(","),
  CASSANDRA_LOCAL_DATA_CENTER: inject("cassandra").localDataCenter,
});

/** Runs the command `inspect`. */
export const inspect = (...args: readonly string[]) =>
  runCommand(["inspect", ...args], { env: cluster() });

/** Creates a keyspace by statements, each of which ends a line. */
export async function createKeyspaceBy(text: string): Promise<TestKeyspace> {
  const keyspace = await createKeyspace();
  const statements = text.replaceAll(/^--.*$/gm, "").split(/;\s*$/m);
  for (const statement of statements.map((each) => each.trim()).filter((each) => each !== "")) {
    await keyspace.session.cql(statement);
  }
  return keyspace;
}

/** Imports definitions, with the package's own source. */
export async function tablesIn(text: string): Promise<readonly Table[]> {
  await using directory = await createDirectory();
  const source = fileURLToPath(new URL("../../src/cassandra/index.ts", import.meta.url));
  const file = join(directory.path, "tables.ts");
  await writeFile(file, text.replace("partyfinder/cassandra", pathToFileURL(source).href));
  const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, Table>>;
  return Object.values(exported).filter(isTable);
}

/** Returns definitions without their comments. */
export const withoutComments = (text: string) => text.replaceAll(/^ *\/\/.*\n/gm, "");
