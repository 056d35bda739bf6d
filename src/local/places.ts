import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";

/**
 * Reads the cache directory and the Java home from an environment: XDG_CACHE_HOME and JAVA_HOME.
 *
 * @throws LocalError `CACHE_UNUSABLE` if the environment has no cache directory and the user has no home
 */
export function readPlaces({
  XDG_CACHE_HOME,
  JAVA_HOME,
}: Readonly<Record<string, string | undefined>>): Required<
  Pick<EmbeddedOptions, "cacheDir" | "javaHome">
> {
  return {
    cacheDir: join(XDG_CACHE_HOME || join(homeDirectory(), ".cache"), "partyfinder"),
    javaHome: JAVA_HOME || undefined,
  };
}

/** Returns the directory in HOME or in the list of users. A user with only a numeric id may have neither. */
function homeDirectory(): string {
  try {
    return homedir() || userInfo().homedir;
  } catch (cause) {
    const message =
      "This user has no home directory to keep Cassandra's jars in. Set XDG_CACHE_HOME to a writable directory.";
    throw new LocalError("CACHE_UNUSABLE", message, { cause });
  }
}
