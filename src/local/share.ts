import { setTimeout as sleep } from "node:timers/promises";
import type { Embedded, EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import { currentHolder, type Holder } from "./lock.ts";
import { answersCql } from "./port.ts";
import { localDataCenter } from "./yaml.ts";

/** How long a Cassandra that was started by somebody else may take to answer, in milliseconds. */
const patience = 120_000;

/** Waits for the Cassandra that another process runs or prepares; undefined if that process lets go of it. */
export async function share(
  dir: string,
  holder: Holder,
  { progress, signal }: Pick<EmbeddedOptions, "progress" | "signal">,
): Promise<Embedded | undefined> {
  const { pid } = holder.owner;
  progress(`Sharing the Cassandra that process ${pid} runs in ${dir}.`);
  let startedAt: number | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const now = currentHolder(dir);
    if (now === undefined || now.owner.pid !== pid) return undefined;
    const { contactPoint } = now;
    if (contactPoint !== undefined) {
      if (await answers(contactPoint)) return shared(dir, now, contactPoint);
      startedAt ??= Date.now();
      if (Date.now() - startedAt > patience) throw silent(dir, pid, contactPoint);
    }
    await sleep(50);
  }
}

function answers(contactPoint: string): Promise<boolean> {
  const [ip = "", port] = contactPoint.split(":");
  return answersCql(ip, Number(port));
}

function silent(dir: string, pid: number, contactPoint: string): LocalError {
  return new LocalError(
    "DIRECTORY_UNUSABLE",
    `${dir} is in use by process ${pid}, but its Cassandra does not answer on ${contactPoint}. ` +
      "End that process, or name another directory.",
  );
}

function shared(dir: string, holder: Holder, contactPoint: string): Embedded {
  const { pid } = holder.owner;
  const { promise: died, resolve } = Promise.withResolvers<LocalError>();
  const watch = setInterval(() => {
    if (currentHolder(dir)?.contactPoint === contactPoint) return;
    clearInterval(watch);
    resolve(
      new LocalError("DIED", `Process ${pid}, which ran the shared Cassandra, has ended it.`),
    );
  }, 1000).unref();
  const stop = async () => clearInterval(watch);
  return {
    contactPoint,
    localDataCenter,
    runtime: holder.runtime ?? "jars",
    owned: false,
    died,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
