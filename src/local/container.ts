import { checkDocker, startDocker } from "./docker.ts";
import type { EmbeddedOptions, Run } from "./embedded.ts";
import type { Lock } from "./lock.ts";
import { choosePort, type PortChoice } from "./port.ts";

/** Runs Cassandra in Docker, for a directory that is locked; resolves when it answers. */
export async function runInDocker(
  options: EmbeddedOptions,
  choice: PortChoice,
  lock: Lock,
): Promise<Run> {
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
