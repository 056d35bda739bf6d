import { setTimeout as sleep } from "node:timers/promises";
import type { Embedded, EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import type { ProcessId } from "./process.ts";
import { currentHolder, type Holder } from "./lock.ts";
import { answersCql } from "./answers-cql.ts";
import { localDataCenter } from "./yaml.ts";

/** How long a Cassandra that was started by somebody else may take to answer, in milliseconds. */
const patience = 120_000;

/** Waits for the Cassandra that another process runs or prepares; undefined if that process lets go of it. */
export async function share(
  dir: string,
  holder: Holder,
  { progress, meanwhile, signal }: Pick<EmbeddedOptions, "progress" | "meanwhile" | "signal">,
): Promise<Embedded | undefined> {
  const { owner } = holder;
  const { pid } = owner;
  progress(`Sharing the Cassandra that process ${pid} runs in ${dir}.`);
  meanwhile?.();
  let startedAt: number | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const now = heldBy(dir, owner);
    if (now === undefined) return undefined;
    const { contactPoint } = now;
    if (contactPoint !== undefined) {
      if (await answers(contactPoint)) return shared(dir, now, contactPoint);
      startedAt ??= Date.now();
      if (Date.now() - startedAt > patience) throw silent(dir, pid, contactPoint);
    }
    await sleep(50);
  }
}

/** What runs in the directory; undefined if the process has let go of it, or has ended. */
function heldBy(dir: string, { pid, started }: ProcessId): Holder | undefined {
  const holder = currentHolder(dir);
  const isSame = holder?.owner.pid === pid && holder.owner.started === started;
  return isSame ? holder : undefined;
}

function answers(contactPoint: string): Promise<boolean> {
  const [ip = "", port] = contactPoint.split(":");
  return answersCql(ip, Number(port));
}

function ownerEnded(dir: string, { pid }: ProcessId): LocalError {
  return new LocalError(
    "OWNER_ENDED",
    `The Cassandra in ${dir} was shared: process ${pid} ran it, and has ended it. Start again to run it from here.`,
  );
}

function silent(dir: string, pid: number, contactPoint: string): LocalError {
  return new LocalError(
    "DIRECTORY_UNUSABLE",
    `${dir} is in use by process ${pid}, but its Cassandra does not answer on ${contactPoint}. ` +
      "End that process, or name another directory.",
  );
}

/** It lasts as long as its owner holds the directory: a Cassandra that died meanwhile is restarted by the owner. */
function shared(dir: string, { owner, runtime = "jars" }: Holder, contactPoint: string): Embedded {
  const { promise: died, resolve } = Promise.withResolvers<LocalError>();
  const watch = setInterval(() => {
    if (heldBy(dir, owner) !== undefined) return;
    clearInterval(watch);
    resolve(ownerEnded(dir, owner));
  }, 1000).unref();
  const stop = async () => clearInterval(watch);
  return {
    contactPoint,
    localDataCenter,
    runtime,
    owned: false,
    died,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
