import { setTimeout as sleep } from "node:timers/promises";
import { CassandraError, NotSynced, passOn, targetText, type Session } from "../cassandra/index.ts";
import type { Cluster } from "../settings/config.ts";
import { type Database, type DatabaseProblem, openCluster, type OpenOptions } from "./database.ts";
import { exitOf } from "./exit.ts";

/** The pause after a failed attempt, in milliseconds. */
const RETRY_AFTER = 1000;

/** How long closing may take, in milliseconds: with a node that does not answer it takes 2 s. */
const CLOSE_WITHIN = 500;

/**
 * Returns the database of a cluster at once, and opens it in the background. While it cannot be reached or does not match
 * the tables, it prints each reason once, and tries again until the terminal's signal aborts. It never alters the cluster.
 *
 * Until the database is open, its session fails with `UNAVAILABLE` or `NOT_SYNCED`, with the reason as the error's cause.
 */
export function openPatiently(cluster: Cluster, options: OpenOptions): Database {
  const { progress, signal } = options.terminal;
  const place = targetText(cluster);
  let reason: unknown = new CassandraError("NOT_CONNECTED", `Connecting to Cassandra ${place}.`);
  let opened: Database | undefined;
  const { promise: attempted, resolve: hasAttempted } = Promise.withResolvers<void>();
  const reported = new Set<string>();

  async function open(): Promise<void> {
    while (!signal.aborted) {
      try {
        const database = await openCluster(cluster, false, options);
        if (signal.aborted) return await database[Symbol.asyncDispose]();
        opened = database;
        hasAttempted();
        return progress(`Cassandra is there: ${database.origin}.`);
      } catch (error) {
        reason = error;
        hasAttempted();
        report(exitOf(error)?.message ?? String(error));
        // Rejects when the signal aborts, which ends the loop.
        await sleep(RETRY_AFTER, undefined, { signal }).catch(() => {});
      }
    }
  }

  function report(line: string): void {
    if (!reported.has(line)) progress(`${line} Trying again each second.`);
    reported.add(line);
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

/** Returns which part of the database an error is about: the keyspace, once Cassandra has answered. */
function problemWith(error: unknown): DatabaseProblem {
  const code = error instanceof CassandraError ? error.code : undefined;
  if (error instanceof NotSynced && error.remedy.startsWith("CREATE_KEYSPACE")) {
    return { part: "Keyspace", found: "which does not exist" };
  }
  if (code === "NOT_SYNCED") return { part: "Keyspace", found: "which does not match the models" };
  if (code === "FORBIDDEN") return { part: "Keyspace", found: "which the role may not use" };
  return { part: "Cassandra", found: "not reached yet" };
}
