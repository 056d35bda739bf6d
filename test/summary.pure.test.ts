import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const fixture = (name: string) => join(root, "test/fixtures", name);

test("a run on a machine that lacks programs passes, and ends with each reason and the counts", async () => {
  const directory = await mkdtemp(join(root, "node_modules/.summary-"));
  try {
    await writeFile(
      join(directory, "machine.test.ts"),
      `import { beforeEach, describe, expect, test } from "vitest";
       import { needs } from "${fixture("needs.ts")}";
       describe("with Redis", () => {
         const path = needs("redis-server");
         if (path) beforeEach(() => {});
         test("one", () => expect(path).toBe("found"));
         test("another", () => expect(path).toBe("found"));
       });
       describe("with a browser", () => {
         needs("Chromium");
         test("one", () => expect.fail());
       });
       test("without any", () => {});
       test.skip("never", () => expect.fail());`,
    );
    const config = join(directory, "vitest.config.ts");
    await writeFile(
      config,
      `export default { root: "${directory}", test: { reporters: ["${fixture("summary.ts")}"] } };`,
    );
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [vitest, "run", "--config", config],
      {
        env: { HOME: directory, PATH: directory },
      },
    );
    expect(stdout.trimEnd().split("\n").slice(-4)).toEqual([
      "2 skipped: There is no redis-server in PATH (apt-get install redis-server).",
      "1 skipped: There is no Chromium in PATH (apt-get install chromium).",
      "1 skipped: They were not selected.",
      "1 passed, 0 failed",
    ]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 30_000);
