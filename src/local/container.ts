import { dockerAnswers, startDocker } from "./docker.ts";
import type { Embedded, EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import type { Lock } from "./lock.ts";
import { choosePort } from "./port.ts";

/** Runs Cassandra in Docker, for a directory that is locked; resolves when it answers. */
export async function runInDocker(options: EmbeddedOptions, lock: Lock): Promise<Embedded> {
  if (!(await dockerAnswers())) {
    const message =
      "Cassandra was to run in Docker, but no engine answers. Start Docker, or use Java 17.";
    throw new LocalError("NO_DOCKER", message);
  }
  const { dir, keep = true, progress, signal } = options;
  const port = await choosePort("127.0.0.1", options.port, progress);
  const docker = await startDocker({
    dataDir: keep ? dir : undefined,
    port,
    progress,
    signal,
  });
  const { contactPoint, localDataCenter, died } = docker;
  lock.publish({ runtime: "docker", contactPoint });
  void died.then(() => lock.release());
  const stop = async () => {
    await docker.stop();
    lock.release();
  };
  return {
    contactPoint,
    localDataCenter,
    runtime: "docker",
    owned: true,
    died,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
