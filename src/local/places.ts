import { homedir } from "node:os";
import { join } from "node:path";
import type { EmbeddedOptions } from "./embedded.ts";

/** Where this user keeps downloads, and the Java that is named, as an environment says: XDG_CACHE_HOME, JAVA_HOME. */
export function readPlaces({
  XDG_CACHE_HOME,
  JAVA_HOME,
}: Readonly<Record<string, string | undefined>>): Required<
  Pick<EmbeddedOptions, "cacheDir" | "javaHome">
> {
  return {
    cacheDir: join(XDG_CACHE_HOME || join(homedir(), ".cache"), "partyfinder"),
    javaHome: JAVA_HOME || undefined,
  };
}
