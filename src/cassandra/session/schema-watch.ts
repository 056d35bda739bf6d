import { singleFlight } from "../../support/single-flight.ts";
import { within } from "../../support/within.ts";
import { CassandraError } from "../error.ts";
import { agreedVersion, tableIds } from "./introspect.ts";
import { passOn } from "./pass-on.ts";
import type { Session } from "./session.ts";
import type { NotSynced } from "./not-synced.ts";
import { buildingText } from "./index-state.ts";
import { findState } from "./sync.ts";
import type { Table } from "../table.ts";

/** The default interval between two checks of the schema, in milliseconds. */
export const SCHEMA_INTERVAL = 3000;

/** How long a failing statement waits for a check of the schema, in milliseconds. */
const CHECK_TIMEOUT = 1000;

/** How often {@link watchSchema} checks the schema, and who is told. */
export interface SchemaWatchOptions {
  /** The interval between two checks, in milliseconds. Default: {@link SCHEMA_INTERVAL}. */
  readonly interval?: number;
  /**
   * Called with a line when the database stops matching the models and when it matches again, and with one about indexes
   * that are being built. Default: does nothing.
   */
  readonly log?: (line: string) => void;
}

/** A session that runs statements of models only while the database matches the models. */
export interface SchemaWatch extends Disposable {
  /**
   * Passes everything on to the watched session. While the database does not match, a statement of a model first checks
   * the schema again; if the differences remain, it is not sent and fails with `NOT_SYNCED`, naming them. Raw CQL is
   * always sent.
   */
  readonly session: Session;
  /**
   * Checks the schema now. Concurrent calls share the same queries.
   *
   * @throws CassandraError `NOT_SYNCED` naming each difference; as `Session.run` if the check itself fails
   */
  check(): Promise<void>;
  /** Stops checking. The watched session stays open. */
  close(): void;
}

/**
 * Watches whether a keyspace matches the models: tables may be altered or dropped at any time.
 *
 * The driver has no event for that. So the watch polls the version of the schema, and also reads it whenever a
 * statement fails in a way that a changed schema could explain. If the version is new, it compares the tables, since
 * every change of the schema gives a new version, even a comment on another table.
 *
 * A table that was dropped and created again between two checks has another id. The session then prepares its
 * statements again, since the driver may have cached types that the table had in between. The client stays the same, so
 * running requests are neither lost nor repeated.
 *
 * @param session a session with a keyspace, which need not exist yet
 */
export function watchSchema(
  session: Session,
  tables: readonly Table[],
  { interval = SCHEMA_INTERVAL, log = () => {} }: SchemaWatchOptions = {},
): SchemaWatch {
  let known: Schema | undefined;
  /** The tables when all nodes last agreed. */
  let agreed: string | undefined;
  /** The number of times the tables have changed. */
  let changes = 0;
  let problem: NotSynced | undefined;
  let timer: NodeJS.Timeout | undefined;

  const checkSchema = singleFlight(async () => {
    const version = await agreedVersion(session);
    if (version !== undefined && version === known?.version) return;
    const found = { version, ...(await readTables(session, tables)) };
    const isAgreed = version !== undefined;
    // A node that lagged behind may have prepared statements with its old tables.
    if (found.tables !== known?.tables || (isAgreed && found.tables !== agreed)) {
      session.clearPrepared();
      changes += 1;
    }
    // A difference is not reported just because a single node lags behind.
    if (isAgreed || found.tables === known?.tables) update(found.mismatch);
    if (isAgreed) agreed = found.tables;
    if (found.building !== "" && found.building !== known?.building) log(found.building);
    known = found;
  });

  /** Ignores the error of a failed check: a statement fails with its own error. */
  const tryToCheck = () => checkSchema().catch(() => {});
  const checkBriefly = () => within(CHECK_TIMEOUT, tryToCheck(), () => {});

  function update(found: NotSynced | undefined): void {
    if (found?.message !== problem?.message) {
      log(found?.message ?? "The database matches the models again.");
    }
    problem = found;
  }

  async function guarded<Result>(run: () => Promise<Result>): Promise<Result> {
    // The schema may have been repaired since the last check.
    if (problem) await checkBriefly();
    if (problem) throw problem;
    const before = changes;
    try {
      return await run();
    } catch (error) {
      if (!isSchemaError(error)) throw error;
      await checkBriefly();
      if (problem) throw problem;
      // The statement was not executed, and it may have failed because of types that the driver had cached.
      if (changes !== before || error.code === "NOT_SYNCED") return run();
      throw error;
    }
  }

  function schedule(): void {
    timer = setTimeout(() => void tryToCheck().finally(() => timer && schedule()), interval);
  }

  function close(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  void tryToCheck();
  schedule();
  return {
    session: passOn(() => session, guarded),
    async check() {
      await checkSchema();
      if (problem) throw problem;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** The last known state of the schema. */
interface Schema extends Tables {
  /** Undefined if the nodes did not agree on a version. */
  readonly version: string | undefined;
}

interface Tables {
  /** A text that is equal as long as the models' tables are the same. */
  readonly tables: string;
  /** How the tables differ from the models. */
  readonly mismatch: NotSynced | undefined;
  /** A sentence about the indexes that are being built, or "". */
  readonly building: string;
}

async function readTables(session: Session, models: readonly Table[]): Promise<Tables> {
  const { keyspace } = session;
  if (keyspace === undefined) {
    throw new CassandraError("BAD_OPTIONS", "A session without a keyspace cannot be watched.");
  }
  const [ids, { mismatch, building }] = await Promise.all([
    tableIds(session, keyspace),
    findState(session, { keyspace, tables: models }),
  ]);
  const tables = JSON.stringify([models.map(({ name }) => ids.get(name)), mismatch?.message]);
  const clauses = building.map(buildingText).join("; ");
  return { tables, mismatch, building: clauses && `Reads by an index fail: ${clauses}.` };
}

/** Whether a changed schema could be the cause of an error. A statement with such an error was not executed. */
function isSchemaError(error: unknown): error is CassandraError {
  return (
    error instanceof CassandraError && (error.code === "NOT_SYNCED" || error.code === "REFUSED")
  );
}
