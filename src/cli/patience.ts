import { setTimeout as sleep } from "node:timers/promises";
import { CassandraError, NotSynced, passOn, targetText, type Session } from "../cassandra/index.ts";
import type { Cluster } from "../settings/config.ts";
import { type Database, openCluster, type Problem } from "./database.ts";
import { exitOf } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/** How long after a failed attempt the next one begins, in milliseconds. */
const RETRY_AFTER = 1000;

/** How long the closing may take, in milliseconds: a node that does not answer would hold it for 2 s. */
const CLOSE_WITHIN = 500;

/**
 * Gives the database of a configured cluster at once, and opens it in the background: when it cannot be reached or
 * does not match the models it tells so, once for each reason, and tries again until the terminal's signal aborts.
 * It never alters the cluster.
 *
 * Until the database is open its session fails with `UNAVAILABLE` or `NOT_SYNCED`, the reason in the error's cause.
 */
export function openPatiently(
  cluster: Cluster,
  keyspace: string,
  { progress, signal }: Terminal,
): Database {
  const place = targetText(cluster);
  let reason: unknown = new CassandraError("NOT_CONNECTED", `Connecting to Cassandra ${place}.`);
  let opened: Database | undefined;
  const { promise: attempted, resolve: hasAttempted } = Promise.withResolvers<void>();
  const told = new Set<string>();

  async function open(): Promise<void> {
    while (!signal.aborted) {
      try {
        const database = await openCluster(cluster, keyspace, { progress }, { sync: false });
        if (signal.aborted) return await database[Symbol.asyncDispose]();
        opened = database;
        hasAttempted();
        return progress(`Cassandra is there: ${database.origin}.`);
      } catch (error) {
        reason = error;
        hasAttempted();
        tell(exitOf(error)?.message ?? String(error));
        // Ended early by the signal, which the loop looks at.
        await sleep(RETRY_AFTER, undefined, { signal }).catch(() => {});
      }
    }
  }

  function tell(line: string): void {
    if (!told.has(line)) progress(`${line} Trying again each second.`);
    told.add(line);
  }

  function present(): Session {
    if (opened) return opened.session;
    if (reason instanceof CassandraError && reason.code === "NOT_SYNCED") {
      const message = "The database does not match the models yet.";
      throw new CassandraError(reason.code, message, { cause: reason });
    }
    const message = "The database is not ready yet: try again later.";
    throw new CassandraError("UNAVAILABLE", message, { cause: reason });
  }

  void open();
  return {
    session: passOn(present),
    get origin() {
      return opened?.origin ?? place;
    },
    get problem() {
      return opened ? undefined : problemOf(reason);
    },
    attempted,
    added: [],
    died: new Promise(() => {}),
    async [Symbol.asyncDispose]() {
      await Promise.race([
        opened?.[Symbol.asyncDispose](),
        sleep(CLOSE_WITHIN, undefined, { ref: false }),
      ]);
    },
  };
}

/** Which part of the database an error is about, as far as it shows: the keyspace, once Cassandra has answered. */
function problemOf(error: unknown): Problem {
  const code = error instanceof CassandraError ? error.code : undefined;
  if (error instanceof NotSynced && error.remedy.startsWith("CREATE_KEYSPACE")) {
    return { part: "Keyspace", found: "which does not exist" };
  }
  if (code === "NOT_SYNCED") return { part: "Keyspace", found: "which does not match the models" };
  if (code === "FORBIDDEN") return { part: "Keyspace", found: "which the role may not use" };
  return { part: "Cassandra", found: "not reached yet" };
}
