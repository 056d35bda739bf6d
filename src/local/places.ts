import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";

/**
 * Where this user keeps downloads, and the Java that is named, as an environment says: XDG_CACHE_HOME, JAVA_HOME.
 *
 * @throws LocalError `CACHE_UNUSABLE` if the user has no home, and the environment names no place either
 */
export function readPlaces({
  XDG_CACHE_HOME,
  JAVA_HOME,
}: Readonly<Record<string, string | undefined>>): Required<
  Pick<EmbeddedOptions, "cacheDir" | "javaHome">
> {
  return {
    cacheDir: join(XDG_CACHE_HOME || join(home(), ".cache"), "partyfinder"),
    javaHome: JAVA_HOME || undefined,
  };
}

/** That of HOME; else of the list of users, which one who is known by a number alone is not in. */
function home(): string {
  try {
    return homedir() || userInfo().homedir;
  } catch (cause) {
    const message =
      "This user has no home directory to keep Cassandra's jars in. Set XDG_CACHE_HOME to a directory that can be written.";
    throw new LocalError("CACHE_UNUSABLE", message, { cause });
  }
}
