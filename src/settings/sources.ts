import { type Oversight, readEnvFile } from "./env-file.ts";
import { likelyName } from "../support/misspelling.ts";
import { ConfigError } from "./setting.ts";

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings come from: the environment, and what `.env` in the working directory would add to it. */
export interface Sources {
  readonly environment: Environment;
  readonly file: Environment;
  /** Likely mistakes in both of them. */
  readonly oversights: readonly Oversight[];
}

/**
 * Reads where settings come from.
 *
 * @param names of all settings
 * @throws ConfigError if there is a `.env` that cannot be read
 */
export function readSources(names: readonly string[]): Sources {
  requireWorkingDirectory();
  const environment = { ...process.env };
  const { values: file, oversights } = readEnvFile(names);
  return {
    environment,
    file,
    oversights: [...misspelled({ environment, file }, names), ...oversights],
  };
}

/** Returns all variables; the real environment wins. */
export function merged({ environment, file }: Pick<Sources, "environment" | "file">): Environment {
  return { ...file, ...environment };
}

/** Lists the names that are likely misspelled; not where the right name is set as well. */
export function misspelled(
  sources: Pick<Sources, "environment" | "file">,
  names: readonly string[],
): readonly Oversight[] {
  const all = merged(sources);
  return Object.keys(all).flatMap((what) => {
    const likely = likelyName(what, names);
    if (likely === undefined || all[likely]) return [];
    return { what, found: `has no effect (did you mean ${likely}?)` };
  });
}

function requireWorkingDirectory(): void {
  try {
    process.cwd();
  } catch (cause) {
    const message = "The working directory has been deleted: change to another one.";
    throw new ConfigError(message, { cause });
  }
}
