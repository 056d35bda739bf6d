import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { BenchOptions } from "../index.ts";
import { interleave, type Result } from "../comparison.ts";
import { compile, type Cost } from "./compile.ts";
import { type Library, sourceOf } from "./sources.ts";

const TABLES = 30;
const COLUMNS = 30;

/** Measures the compiler's work for the types of tables: ours, and the same tables with the types of two query builders. */
export async function benchTypes({
  rounds,
  only,
  progress,
}: BenchOptions): Promise<readonly Result[]> {
  const what = `types of ${TABLES} tables of ${COLUMNS} columns`;
  if (!what.includes(only)) return [];
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const cache = join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  // Inside the project, so that the compiler finds the libraries.
  const folder = await mkdtemp(join(cache, "bench-types-"));
  try {
    progress("types: building our declarations");
    await declare(root, join(folder, "dist"));
    const modules: Readonly<Record<Library, string>> = {
      ours: "../dist/cassandra/index.js",
      drizzle: "drizzle-orm",
      kysely: "kysely",
    };
    const costOf = (library: Library) => async (): Promise<Cost> => {
      const check = (tables: number) =>
        compile(
          join(folder, library),
          sourceOf[library]({ tables, columns: COLUMNS }, modules[library]),
        );
      const [bare, full] = [await check(0), await check(TABLES)];
      return {
        instantiations: full.instantiations - bare.instantiations,
        time: full.time - bare.time,
      };
    };
    const runs = { ours: costOf("ours"), drizzle: costOf("drizzle"), kysely: costOf("kysely") };
    const cheaper = (of: (cost: Cost) => number, costs: Readonly<Record<Library, Cost>>) =>
      Math.min(of(costs.drizzle), of(costs.kysely));
    const figures = [
      ["instantiations", ({ instantiations }: Cost) => instantiations],
      ["check time, ms", ({ time }: Cost) => time],
    ] as const;
    return await interleave<Library, Cost>(
      {
        what,
        runs,
        figures: figures.flatMap(([name, of]) => [
          {
            name: `${name}, × the cheaper of the two`,
            of: (costs) => of(costs.ours) / cheaper(of, costs),
            atMost: 2,
          },
          { name, of: ({ ours }) => of(ours) },
          { name: `drizzle-orm: ${name}`, of: ({ drizzle }) => of(drizzle) },
          { name: `kysely: ${name}`, of: ({ kysely }) => of(kysely) },
        ]),
      },
      { rounds, progress },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds the declarations against which users of the package compile. */
async function declare(root: string, outDir: string): Promise<void> {
  const args = ["-p", join(root, "src/tsconfig.build.json"), "--outDir", outDir];
  await promisify(execFile)(join(root, "node_modules/.bin/tsc"), [
    ...args,
    "--emitDeclarationOnly",
  ]);
}
