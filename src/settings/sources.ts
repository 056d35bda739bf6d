import { type Oversight, readEnvFile } from "./env-file.ts";
import { likelyName } from "../support/misspelling.ts";
import { ConfigError } from "./setting.ts";

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings come from: the environment, and `.env` in the working directory. */
export interface Sources {
  readonly environment: Environment;
  readonly file: Environment;
  /** Likely mistakes in either of them. */
  readonly oversights: readonly Oversight[];
}

/**
 * Reads the sources of settings.
 *
 * @param names the names of all settings
 * @throws ConfigError if `.env` exists but cannot be read
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

/** Returns the variables of both sources. If both have one, the environment wins. */
export function merged({ environment, file }: Pick<Sources, "environment" | "file">): Environment {
  return { ...file, ...environment };
}

/** Returns the names that are probably misspelled, unless the correct name is also set. */
export function misspelled(
  sources: Pick<Sources, "environment" | "file">,
  names: readonly string[],
): readonly Oversight[] {
  const all = merged(sources);
  return Object.keys(all).flatMap((subject) => {
    const likely = likelyName(subject, names);
    if (likely === undefined || all[likely]) return [];
    return { subject, message: `has no effect (did you mean ${likely}?)` };
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
