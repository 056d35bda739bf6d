import { pinned } from "./artifacts.ts";

/** A jar in a Maven repository. */
export interface Artifact {
  /** The file name, e.g. `guava-32.0.1-jre.jar`. */
  readonly name: string;
  /** The path in a repository, with slashes. */
  readonly path: string;
  /** The platform of a native library, e.g. `linux-x86_64`. */
  readonly classifier: string | undefined;
  /** In bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Returns Cassandra's jars for a platform, without the native libraries of other platforms. */
export function artifactsOf(platform: string, arch: string): readonly Artifact[] {
  const system = platform === "darwin" ? "osx" : platform;
  const machine = arch === "arm64" ? "aarch_64" : arch === "x64" ? "x86_64" : arch;
  return readPinned(pinned).filter(
    ({ classifier }) => classifier === undefined || classifier === `${system}-${machine}`,
  );
}

/** Parses a list of artifacts, one per line: checksum, size and coordinates. */
export function readPinned(list: string): readonly Artifact[] {
  const lines = list.split("\n").filter(Boolean);
  return lines.map((line) => {
    const [sha256 = "", size, coordinates = ""] = line.split(" ");
    const [group = "", artifact = "", version = "", classifier] = coordinates.split(":");
    const name = [artifact, version, ...(classifier ? [classifier] : [])].join("-") + ".jar";
    const path = [...group.split("."), artifact, version, name].join("/");
    return { name, path, classifier, size: Number(size), sha256 };
  });
}
