import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fileProblem } from "../support/file.ts";
import type { GeneratedSchemaOptions } from "../generated/index.ts";
import type { Application } from "./application.ts";
import { Exit } from "./exit.ts";
import { importProblem, shownPath } from "./import-problem.ts";
import { loadApplication } from "./load.ts";
import { useOwnCopies } from "./own-copies.ts";

/**
 * Loads and checks the application that a file exports: an {@link Application}. Its tables are the export `tables` or,
 * without it, all exported tables. Without a schema, one is generated from its tables, with the names in the exports `api`
 * and `udts`.
 *
 * @throws Exit with the reason and the remedy
 */
export function loadApplicationFile(path: string): Promise<Application<object>> {
  return loadApplication(async () => {
    checkFile(path);
    useOwnCopies();
    return applicationOf(path, await importFile(resolve(path)));
  }, path);
}

/** @throws Exit if there is no such file */
function checkFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (cause) {
    throw unusable(path, fileProblem(cause, path), cause);
  }
  throw unusable(path, "it is not a file");
}

function unusable(path: string, problem: string, cause?: unknown): Exit {
  return new Exit("settings", `${path} cannot be loaded: ${problem}.`, { cause });
}

type Exports = Readonly<Record<string, unknown>>;

async function importFile(file: string): Promise<Exports> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const problem = importProblem(cause, shownPath(file));
    throw problem === undefined ? cause : new Exit("application", problem, { cause });
  }
}

async function applicationOf(path: string, exports: Exports): Promise<Application<object>> {
  const { isTable } = await import("../cassandra/index.ts");
  const entries = Object.entries(exports);
  const exported = entries.flatMap(([, value]) => (isTable(value) ? [value] : []));
  const others = Object.fromEntries(entries.filter(([, value]) => !isTable(value)));
  const { api, udts, ...rest } = others;
  const { tables = exported, schema } = rest;
  // `loadApplication` checks both.
  if (schema !== undefined) return { ...others, tables } as unknown as Application<object>;
  if (!Array.isArray(tables) || tables.length === 0) {
    throw new Exit(
      "application",
      `${path} cannot be loaded. It exports neither tables nor a schema.`,
    );
  }
  const { createGeneratedSchema } = await import("../generated/index.ts");
  try {
    const options = { tables, api, udts } as GeneratedSchemaOptions;
    return { ...rest, tables, schema: createGeneratedSchema(options) };
  } catch (cause) {
    const { message } = cause as Error;
    throw new Exit("application", `${path} cannot be served. ${message}`, { cause });
  }
}
