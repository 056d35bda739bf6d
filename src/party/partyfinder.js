#!/usr/bin/env node
// Plain JavaScript, so that a Node.js that is too old to read the rest can say so.
const NEEDED = "24.9";
const NODE_TOO_OLD = 3;

const [major, minor] = process.versions.node.split(".").map(Number);
const [neededMajor, neededMinor] = NEEDED.split(".").map(Number);
if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  console.error(
    `partyfinder needs Node.js ${NEEDED} or newer, but this is ${process.versions.node} (${process.execPath}). ` +
      'In a clone, "npm start" brings its own.',
  );
  process.exitCode = NODE_TOO_OLD;
} else {
  const { cli } = await import("./cli.ts");
  await cli.run(process.argv.slice(2));
}
