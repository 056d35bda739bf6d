import { setTimeout as sleep } from "node:timers/promises";
import { CassandraError, NotSynced, passOn, targetText, type Session } from "../cassandra/index.ts";
import type { Cluster } from "../settings/config.ts";
import { type Database, type DatabaseProblem, openCluster, type OpenOptions } from "./database.ts";
import { exitOf } from "./exit.ts";

/** The pause after a failed attempt to open the database, in milliseconds. */
const RETRY_AFTER = 1000;

/** How long to wait for closing, in milliseconds. If a node does not answer, closing takes 2 s. */
const CLOSE_WITHIN = 500;

/**
 * Returns the database of a cluster immediately, and opens it in the background. If the cluster cannot be reached or does
 * not match the models, it tries again until the terminal's signal aborts, and prints each reason once. It never alters
 * the cluster.
 *
 * Until the database is open, its session fails with `UNAVAILABLE` or `NOT_SYNCED`, with the reason as the error's cause.
 */
export function openInBackground(cluster: Cluster, options: OpenOptions): Database {
  const { progress, signal } = options.terminal;
  const place = targetText(cluster);
  let reason: unknown = new CassandraError("NOT_CONNECTED", `Connecting to Cassandra ${place}.`);
  let opened: Database | undefined;
  const { promise: attempted, resolve: hasAttempted } = Promise.withResolvers<void>();
  const reported = new Set<string>();

  async function open(): Promise<void> {
    while (!signal.aborted) {
      try {
        const database = await openCluster(cluster, { ...options, createMissing: false });
        if (signal.aborted) return await database[Symbol.asyncDispose]();
        opened = database;
        hasAttempted();
        return progress(`Connected to Cassandra ${database.origin}.`);
      } catch (error) {
        reason = error;
        hasAttempted();
        report(exitOf(error)?.message ?? String(error));
        // The pause rejects when the signal aborts; the condition of the loop then ends it.
        await sleep(RETRY_AFTER, undefined, { signal }).catch(() => {});
      }
    }
  }

  function report(line: string): void {
    if (!reported.has(line)) progress(`${line} Trying again every second.`);
    reported.add(line);
  }

  function currentSession(): Session {
    if (opened) return opened.session;
    if (reason instanceof CassandraError && reason.code === "NOT_SYNCED") {
      const message = "The database does not match the models yet.";
      throw new CassandraError(reason.code, message, { cause: reason });
    }
    const message = "The database is not ready yet. Try again later.";
    throw new CassandraError("UNAVAILABLE", message, { cause: reason });
  }

  void open();
  return {
    session: passOn(currentSession),
    get origin() {
      return opened?.origin ?? place;
    },
    get problem() {
      return opened ? undefined : problemWith(reason);
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

/** Returns which part of the database an error concerns. It is the keyspace once Cassandra has answered. */
function problemWith(error: unknown): DatabaseProblem {
  const code = error instanceof CassandraError ? error.code : undefined;
  if (error instanceof NotSynced && error.remedy.startsWith("CREATE_KEYSPACE")) {
    return { part: "Keyspace", clause: "which does not exist" };
  }
  if (code === "NOT_SYNCED") return { part: "Keyspace", clause: "which does not match the models" };
  if (code === "FORBIDDEN") return { part: "Keyspace", clause: "which the role may not use" };
  return { part: "Cassandra", clause: "not reached yet" };
}
