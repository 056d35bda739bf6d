import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** The compiler's work to check a program. */
export interface Cost {
  /** The number of type instantiations. */
  readonly instantiations: number;
  /** The duration of the check in milliseconds. */
  readonly time: number;
}

const run = promisify(execFile);

/**
 * Checks a program with the project's own compiler.
 *
 * @param folder where the program is written; the compiler resolves its imports from there
 * @throws Error with the compiler's output if the program does not compile
 */
export async function compile(folder: string, source: string): Promise<Cost> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "program.ts");
  await writeFile(file, source);
  const root = new URL("../../../", import.meta.url).pathname;
  const options = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--extendedDiagnostics",
  ];
  const target = ["--target", "esnext", "--module", "nodenext", "--types", "node"];
  try {
    const { stdout } = await run(
      join(root, "node_modules/.bin/tsc"),
      [...options, ...target, file],
      {
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return {
      instantiations: figure(stdout, "Instantiations"),
      time: figure(stdout, "Check time") * 1000,
    };
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    throw new Error(`The program does not compile: ${stdout ?? String(error)}`, { cause: error });
  }
}

function figure(text: string, name: string): number {
  const [, value] = new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(text) ?? [];
  if (value === undefined) throw new Error(`The compiler does not report "${name}"`);
  return Number(value);
}
