import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Node.js itself runs the tests: under Vite's runner they would get a second copy of graphql.
const experimental = { viteModuleRunner: false };
const pure = "test/**/*.pure.test.ts";
const docker = "test/**/*.docker.test.ts";

// What needs the whole machine: the others would take its time from it, or it theirs.
const busy = [
  "test/{chaos,fuzz}/*.test.ts",
  "test/live/{many,stalled}.test.ts",
  "test/server/memory.test.ts",
];

// Most tests wait most of the time, so that two at once take little longer than one, also on two cores.
const maxWorkers = Math.max(2, availableParallelism() - 1);

// For a machine that does something else as well: only a test that hangs takes so long. In Docker each start of Cassandra
// may take its two minutes.
const patience = { testTimeout: 60_000, hookTimeout: 180_000 };
const dockerPatience = { testTimeout: 400_000, hookTimeout: 400_000 };

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    reporters: ["default", "./test/fixtures/summary.ts"],
    projects: [
      {
        test: {
          name: "pure",
          include: [pure],
          ...patience,
          typecheck: { enabled: true, include: ["test/**/*.test-d.ts"] },
          maxWorkers,
          experimental,
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.test.ts"],
          exclude: [pure, docker, ...busy],
          globalSetup: ["./test/fixtures/cassandra.ts"],
          provide: { runtime: "jars" },
          ...patience,
          maxWorkers,
          experimental,
        },
      },
      {
        test: {
          name: "busy",
          include: busy,
          exclude: [pure, docker],
          globalSetup: ["./test/fixtures/cassandra.ts"],
          provide: { runtime: "jars" },
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          ...patience,
          experimental,
        },
      },
      {
        test: {
          name: "docker",
          include: [docker, "test/demo.test.ts", "test/testing/*.test.ts"],
          exclude: [pure],
          globalSetup: ["./test/fixtures/docker.ts"],
          setupFiles: ["./test/fixtures/skipped.ts"],
          provide: { runtime: "docker" },
          // Never beside the others, some of which measure time; and one file at a time, for each starts containers.
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          ...dockerPatience,
          experimental,
        },
      },
    ],
  },
});
