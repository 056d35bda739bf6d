import { singleFlight } from "../../support/single-flight.ts";
import { within } from "../../support/within.ts";
import { CassandraError } from "../error.ts";
import { agreedVersion, tableIds } from "./introspect.ts";
import { passOn } from "./pass-on.ts";
import type { Session } from "./session.ts";
import type { NotSynced } from "./not-synced.ts";
import { mismatchOf } from "./sync.ts";
import type { Table } from "../table.ts";

/** How often a watch looks whether the schema has changed, in milliseconds, unless it is told otherwise. */
export const SCHEMA_INTERVAL = 3000;

/** How long a statement waits for a look at the schema, in milliseconds, before it fails. */
const LOOK_WITHIN = 1000;

export interface SchemaWatchOptions {
  /** How often to look, in milliseconds. Default: {@link SCHEMA_INTERVAL}. */
  readonly interval?: number;
  /** Where a line goes when the database ceases to match, and when it matches again. Default: nowhere. */
  readonly log?: (line: string) => void;
}

/** A session that is used only while the database has what the models need. */
export interface SchemaWatch extends Disposable {
  /**
   * Passes everything on to the watched session. While the database does not match, a statement of a model is not sent:
   * it fails with `NOT_SYNCED`, which names the differences, unless a look finds them repaired. Raw CQL is sent.
   */
  readonly session: Session;
  /**
   * Looks at the database now, whoever asks at the same time by the same queries.
   *
   * @throws CassandraError `NOT_SYNCED` naming each difference; as `Session.run` if it cannot look
   */
  check(): Promise<void>;
  /** Looks no more. The watched session stays open. */
  close(): void;
}

/**
 * Watches whether a keyspace keeps what the models need: tables may be altered or dropped at any time.
 *
 * Nobody reports that: the driver has no event for it. So the watch asks for the version of the schema, again and again,
 * and whenever a statement fails in a way that a changed schema could explain. If the version is new, it compares the
 * tables, since every change of the schema makes a new one, even a comment on another table.
 *
 * A table that was dropped and created again has another id, also if nobody looked in between. Then the session
 * prepares its statements anew, for the driver may remember types that the table had meanwhile. The client stays the
 * same, so nothing that is under way is lost or repeated.
 *
 * @param session has a keyspace; it need not be there yet
 */
export function watchSchema(
  session: Session,
  tables: readonly Table[],
  { interval = SCHEMA_INTERVAL, log = () => {} }: SchemaWatchOptions = {},
): SchemaWatch {
  let known: Schema | undefined;
  /** The tables as they were when all nodes agreed last. */
  let agreed: string | undefined;
  /** How often the tables have changed. */
  let changes = 0;
  let problem: NotSynced | undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = singleFlight(async () => {
    const version = await agreedVersion(session);
    if (version !== undefined && version === known?.version) return;
    const found = { version, ...(await readTables(session, tables)) };
    const isAgreed = version !== undefined;
    // A node that was late may have prepared statements by its old tables.
    if (found.tables !== known?.tables || (isAgreed && found.tables !== agreed)) {
      session.prepareAnew();
      changes += 1;
    }
    // A single node that lags behind is no reason to stop.
    if (isAgreed || found.tables === known?.tables) tell(found.mismatch);
    if (isAgreed) agreed = found.tables;
    known = found;
  });

  /** Looks if it can. What keeps it from looking is not what a statement fails by. */
  const tryToLook = () => look().catch(() => {});
  const lookBriefly = () => within(LOOK_WITHIN, tryToLook(), () => {});

  function tell(found: NotSynced | undefined): void {
    if (found?.message !== problem?.message) {
      log(found?.message ?? "The database matches the models again.");
    }
    problem = found;
  }

  async function guarded<Result>(run: () => Promise<Result>): Promise<Result> {
    // It may have been repaired just now.
    if (problem) await lookBriefly();
    if (problem) throw problem;
    const before = changes;
    try {
      return await run();
    } catch (error) {
      if (!isOfSchema(error)) throw error;
      await lookBriefly();
      if (problem) throw problem;
      // It was not executed, and may have failed by what the driver remembered.
      if (changes !== before || error.code === "NOT_SYNCED") return run();
      throw error;
    }
  }

  function schedule(): void {
    timer = setTimeout(() => void tryToLook().finally(() => timer && schedule()), interval);
  }

  function close(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  void tryToLook();
  schedule();
  return {
    session: passOn(() => session, guarded),
    async check() {
      await look();
      if (problem) throw problem;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** What is known of a schema. */
interface Schema extends Tables {
  /** Undefined: the nodes did not agree on one. */
  readonly version: string | undefined;
}

interface Tables {
  /** Equal texts mean that the models' tables are the same. */
  readonly tables: string;
  /** How they differ from the models. */
  readonly mismatch: NotSynced | undefined;
}

async function readTables(session: Session, models: readonly Table[]): Promise<Tables> {
  const { keyspace } = session;
  if (keyspace === undefined) {
    throw new CassandraError("BAD_OPTIONS", "A session without a keyspace cannot be watched.");
  }
  const [ids, mismatch] = await Promise.all([
    tableIds(session, keyspace),
    mismatchOf(session, keyspace, models),
  ]);
  const tables = JSON.stringify([models.map(({ name }) => ids.get(name)), mismatch?.message]);
  return { tables, mismatch };
}

/** Whether a changed schema could be why a statement failed; it was not executed then. */
function isOfSchema(error: unknown): error is CassandraError {
  return (
    error instanceof CassandraError && (error.code === "NOT_SYNCED" || error.code === "REFUSED")
  );
}
