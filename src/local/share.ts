import { setTimeout as sleep } from "node:timers/promises";
import type { Embedded, EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import type { ProcessId } from "./process.ts";
import { currentHolder, type Holder } from "./lock.ts";
import { answersCql } from "./answers-cql.ts";
import { localDataCenter } from "./yaml.ts";

/** How long a Cassandra started by another process may take to answer, in milliseconds. */
const SHARE_TIMEOUT = 120_000;

/** Waits for the Cassandra that another process runs or starts. Returns undefined if that process releases the lock. */
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
      const running = { ...now, contactPoint };
      if (await answersAt(contactPoint)) return sharedEmbedded(dir, running);
      startedAt ??= Date.now();
      if (Date.now() - startedAt > SHARE_TIMEOUT) throw notAnswering(dir, running);
    }
    await sleep(50);
  }
}

/** A holder whose Cassandra has a contact point. */
interface RunningHolder extends Holder {
  readonly contactPoint: string;
}

/** Returns the holder of the directory's lock, or undefined if it is no longer this process. */
function heldBy(dir: string, { pid, started }: ProcessId): Holder | undefined {
  const holder = currentHolder(dir);
  const isSame = holder?.owner.pid === pid && holder.owner.started === started;
  return isSame ? holder : undefined;
}

function answersAt(contactPoint: string): Promise<boolean> {
  const [ip = "", port] = contactPoint.split(":");
  return answersCql(ip, Number(port));
}

function ownerEnded(dir: string, { pid }: ProcessId): LocalError {
  return new LocalError(
    "OWNER_ENDED",
    `The Cassandra in ${dir} was shared: process ${pid} ran it and has stopped it. Start again to run it in this process.`,
  );
}

function notAnswering(dir: string, { owner, contactPoint }: RunningHolder): LocalError {
  return new LocalError(
    "DIRECTORY_UNUSABLE",
    `${dir} is in use by process ${owner.pid}, but its Cassandra does not answer on ${contactPoint}. ` +
      "End that process, or use another directory.",
  );
}

/** Counts as running while its owner holds the lock: if Cassandra dies, the owner restarts it. */
function sharedEmbedded(
  dir: string,
  { owner, runtime = "jars", contactPoint }: RunningHolder,
): Embedded {
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
