#!/usr/bin/env node
// Plain JavaScript, so that a Node.js too old to read the rest can say so.
import module from "node:module";
import { join } from "node:path";

const NEEDED = "24.9";
const NODE_TOO_OLD = 3;

const [major, minor] = process.versions.node.split(".").map(Number);
const [neededMajor, neededMinor] = NEEDED.split(".").map(Number);
if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  console.error(
    `partyfinder needs Node.js ${NEEDED} or newer, but this is ${process.versions.node} (${process.execPath}). ` +
      'In a clone "npm start" brings its own.',
  );
  process.exitCode = NODE_TOO_OLD;
} else {
  void start();
}

async function start() {
  // Read by graphql when it is imported.
  process.env.NODE_ENV ??= "production";
  await cacheCompiled();
  const { main } = await import("./index.ts");
  await main(process.argv.slice(2));
}

/**
 * Lets Node.js keep what it has compiled, which halves the time of the imports of later starts; in a directory that is
 * this user's own, because what is in it is run. Without a directory that can be written it does nothing.
 */
async function cacheCompiled() {
  try {
    const { readPlaces } = await import("../local/places.ts");
    const { makeDirectory } = await import("../local/directory.ts");
    const directory = join(readPlaces(process.env).cacheDir, "compiled");
    // Node.js would do that by itself, but may not return from it (see makeDirectory).
    await makeDirectory(directory);
    module.enableCompileCache(directory);
  } catch {
    // It is slower then, and what needs the directory says why it cannot be used.
  }
}
