import { pinned } from "./artifacts.ts";

/** A jar in a Maven repository. */
export interface Artifact {
  /** Its name as a file, e.g. `guava-32.0.1-jre.jar`. */
  readonly name: string;
  /** Where it is in a repository, with slashes. */
  readonly path: string;
  /** Of a native library the platform that it is for, e.g. `linux-x86_64`. */
  readonly classifier: string | undefined;
  /** In bytes. */
  readonly size: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** Lists the jars of Cassandra that a platform needs, native libraries of that platform only. */
export function artifactsOf(platform: string, arch: string): readonly Artifact[] {
  const system = platform === "darwin" ? "osx" : platform;
  const machine = arch === "arm64" ? "aarch_64" : arch === "x64" ? "x86_64" : arch;
  return readPinned(pinned).filter(
    ({ classifier }) => classifier === undefined || classifier === `${system}-${machine}`,
  );
}

/** Reads a list of artifacts, each in a line: checksum, size and coordinates. */
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
