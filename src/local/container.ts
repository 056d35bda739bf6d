import { checkDocker, startDocker } from "./docker.ts";
import type { EmbeddedOptions, RunningCassandra } from "./embedded.ts";
import { choosePort } from "./port.ts";
import type { RunContext } from "./run.ts";

/** Runs Cassandra in Docker for a locked directory. Resolves when it answers. */
export async function runInDocker(
  options: EmbeddedOptions,
  { choice, lock }: RunContext,
): Promise<RunningCassandra> {
  const found = await checkDocker();
  if (found !== true) throw found;
  const { dir, keep = true, progress, signal } = options;
  const port = await choosePort("127.0.0.1", choice, progress);
  const dataDir = keep ? dir : undefined;
  options.meanwhile?.();
  const docker = await startDocker({ dataDir, port, progress, signal });
  lock.publish({ runtime: "docker", contactPoint: docker.contactPoint });
  return docker;
}
