import { chmod, copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findJars } from "../../../src/local/jars.ts";
import { jvmArguments } from "../../../src/local/jvm.ts";
import { readPlaces } from "../../../src/local/places.ts";

// A program that writes Cassandra's part of the image into the directory in its argument: the jars, and the Java options
// that open packages to them. The rest of the configuration belongs to the image.

const [dir = ""] = process.argv.slice(2);
const { cacheDir } = readPlaces(process.env);
const jars = await findJars({ cacheDir, progress: (line) => console.log(line) });
for (const name of jars.names) {
  await copyFile(join(jars.dir, name), join(dir, "lib", name));
  // In the cache they may be readable by their owner only, but the image runs them as another user.
  await chmod(join(dir, "lib", name), 0o644);
}

const opened = jvmArguments({ jars: { names: [] }, heap: "", dir: "/", nodes: 1 }).filter((argument) =>
  argument.startsWith("--add-"),
);
await writeFile(join(dir, "conf", "packages.options"), `${opened.join("\n")}\n`);
