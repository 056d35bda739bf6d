import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// `npm run chaos`, `fuzz`, `soak` and `bench` check their arguments before they start anything.

test.each([
  ["chaos --minutes x", '--minutes must be a whole number from 1 to 1440, but is "x".'],
  ["chaos --seconds 0", '--seconds must be a whole number from 1 to 86400, but is "0".'],
  ["chaos --clients 1e9", '--clients must be a whole number from 1 to 1000, but is "1e9".'],
  ["chaos --seed=-1", '--seed must be a whole number from 0 to 4294967295, but is "-1".'],
  ["chaos --check none", "The history none cannot be read: it does not exist."],
  ["chaos --chek none", "Unknown option '--chek'"],
  ["fuzz --seconds 0", '--seconds must be a whole number from 1 to 86400, but is "0".'],
  ["fuzz --seed x", '--seed must be a whole number from 0 to 4294967295, but is "x".'],
  ["fuzz --case 1.5", '--case must be a whole number from 0 to 9007199254740991, but is "1.5".'],
  [
    "fuzz --only none",
    '--only must be in one of bodies, documents, variables, headers, urls, frames, messages, event streams, but is "none".',
  ],
  ["fuzz parties", 'Expected queries or nothing, but got "parties".'],
  ["fuzz queries --only urls", "queries takes no --only."],
  ["soak --minutes 0", '--minutes must be a whole number from 1 to 1440, but is "0".'],
  ["soak --rate x", '--rate must be a whole number from 1 to 10000, but is "x".'],
  ["bench", "Expected one of abuse, counts, live, reads, types, but got nothing."],
  ["bench toString", 'Expected one of abuse, counts, live, reads, types, but got "toString".'],
  [
    "bench counts live",
    'Expected one of abuse, counts, live, reads, types, but got "counts live".',
  ],
  ["bench counts --rounds x", '--rounds must be a whole number from 1 to 1000, but is "x".'],
  ["bench counts --seconds=-1", '--seconds must be a whole number from 1 to 3600, but is "-1".'],
  [
    "bench live --subscribers 1.5",
    '--subscribers must be a whole number from 1 to 100000, but is "1.5".',
  ],
  ["bench counts --stub", '--stub is for reads, but got "counts".'],
  ["bench counts --only", "Option '--only <value>' argument missing"],
])("%s fails with: %s", async (call, message) => {
  const [command, ...args] = call.split(" ");
  const program = fileURLToPath(new URL(`${command}/index.ts`, import.meta.url));
  const failed = await promisify(execFile)(process.execPath, [program, ...args]).catch(
    (error: unknown) => error,
  );
  expect(failed).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("npm run") });
  expect((failed as { stderr: string }).stderr.split("\n")[0]).toBe(message);
});
