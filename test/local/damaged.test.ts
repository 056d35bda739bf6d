import { copyFileSync, constants, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startEmbedded } from "../../src/local/index.ts";
import { findJars } from "../../src/local/jars.ts";
import { startRepository } from "../fixtures/maven-repository.ts";
import { cacheDir, temporaryDirectory } from "./place.ts";

it("fetches a damaged jar again if Cassandra does not start because of it", async () => {
  using place = temporaryDirectory();
  const jars = await findJars({ cacheDir, progress: () => {} });
  const cached = join(place.path, "cache", "cassandra-5.0.6");
  mkdirSync(cached, { recursive: true });
  for (const name of jars.names) {
    copyFileSync(join(jars.dir, name), join(cached, name), constants.COPYFILE_FICLONE);
  }
  const damaged = jars.names.find((name) => name.startsWith("guava-"))!;
  const right = readFileSync(join(cached, damaged));
  // As a power cut can leave a file: with its size, but without its content.
  writeFileSync(join(cached, damaged), Buffer.alloc(right.length));

  await using repository = await startRepository(jars);
  const lines: string[] = [];
  await using embedded = await startEmbedded({
    dir: join(place.path, "data"),
    cacheDir: join(place.path, "cache"),
    runtime: "jars",
    port: 0,
    heap: "256m",
    repository: `http://127.0.0.1:${repository.port}/maven2/`,
    progress: (line) => lines.push(line),
  });
  expect(embedded.owned).toBe(true);
  expect(lines).toContain(
    `Cassandra did not start, and some cached files in ${join(place.path, "cache")} are damaged: ${damaged}. Fetching them again.`,
  );
  expect(readFileSync(join(cached, damaged)).equals(right)).toBe(true);
  expect(repository.requests).toHaveLength(1);
}, 180_000);
