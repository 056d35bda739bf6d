import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Node.js itself runs the tests: under Vite's runner they would get a second copy of graphql.
const experimental = { viteModuleRunner: false };
const pure = "test/**/*.pure.test.ts";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    reporters: ["default", "./test/fixtures/summary.ts"],
    projects: [
      {
        test: {
          name: "pure",
          include: [pure],
          typecheck: { enabled: true, include: ["test/**/*.test-d.ts"] },
          experimental,
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.test.ts"],
          exclude: [pure],
          globalSetup: ["./test/fixtures/cassandra.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          experimental,
        },
      },
    ],
  },
});
