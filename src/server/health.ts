import type { IncomingMessage } from "node:http";
import {
  CassandraError,
  columnOf,
  type ColumnType,
  type SchemaWatch,
  type Key,
  selectEach,
  type Table,
} from "../cassandra/index.ts";
import { reused } from "../support/reused.ts";
import { within } from "../support/within.ts";
import type { IsOperator } from "./is-operator.ts";
import type { Log } from "./mask.ts";
import type { Answer } from "./routes.ts";

/** How long a read may take before the database counts as not answering, in milliseconds. */
const READY_WITHIN = 2000;

/** How long the outcome of a check is reused, in milliseconds, so that nobody can keep the database busy with checks. */
const REUSED_FOR = 1000;

/** The answers for load balancers and orchestrators. Both take GET and HEAD only. */
export interface Health {
  /** 200 while the process runs. */
  readonly health: Answer;
  /** 200 if the database has all tables as defined and answers a read of each; else 503, for operators with the reason. */
  readonly ready: Answer;
}

export interface HealthOptions {
  readonly tables: readonly Table[];
  /** Whether the sender of a request may know why the database is not ready. */
  readonly isOperator: IsOperator;
  readonly log: Log;
}

/** Creates the answers about a database. It is checked once a second at most, however many ask. */
export function createHealth(
  { session, check }: Pick<SchemaWatch, "session" | "check">,
  { tables, isOperator, log }: HealthOptions,
): Health {
  const probes = tables.flatMap(probesOf);
  const logChange = createChangeLog(log);
  const look = reused(
    async () => {
      await check();
      await Promise.all(probes.map((probe) => session.run(probe)));
    },
    { time: REUSED_FOR },
  );
  return {
    health: stateAnswer(async () => ({ status: "ok" })),
    ready: stateAnswer(async (request) => {
      const reason = await databaseProblem(look);
      logChange(reason);
      if (reason === undefined) return { status: "ready" };
      const isShown = await isOperator(request);
      return { status: "unavailable", ...(isShown && { reason }) };
    }),
  };
}

/** Returns a function that logs what is wrong with a database, once until that changes. */
function createChangeLog(log: Log): (reason: string | undefined) => void {
  let last: string | undefined;
  return (reason) => {
    if (reason === last) return;
    last = reason;
    log(reason === undefined ? "/ready: the database is ready." : `/ready: ${reason}`);
  };
}

/** Returns a read of all columns in a partition that is unlikely to exist; none if no value of its key can be made. */
function probesOf(table: Table) {
  const names = table.partition;
  const values = names.map((name) => sampleOf(columnOf(table, name).type));
  if (values.includes(undefined)) return [];
  const key = Object.fromEntries(names.map((name, at) => [name, values[at]]));
  return [selectEach(table, key as Key<Table>, { limit: 1 })];
}

/** Texts of which most types accept one. */
const samples = ["/ready", "0", "00000000-0000-4000-8000-000000000000", "1970-01-01T00:00:00.000Z"];

function sampleOf(type: ColumnType): unknown {
  for (const text of samples) {
    try {
      return type.fromText(text);
    } catch {
      // The type accepts another one.
    }
  }
  return undefined;
}

/** Returns what is wrong with the database; undefined if nothing is. */
async function databaseProblem(read: () => Promise<unknown>): Promise<string | undefined> {
  const late = () => `Cassandra did not answer within ${READY_WITHIN / 1000} s.`;
  const fine = read().then(() => undefined, unreadiness);
  return within(READY_WITHIN, fine, late);
}

/** While a database is not open yet, the cause of its error says why. */
function unreadiness(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof CassandraError ? error.cause.message : error.message;
}

function stateAnswer(
  state: (
    request: IncomingMessage,
  ) => Promise<{ readonly status: string; readonly reason?: string }>,
): Answer {
  return async (request, response) => {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    const found = await state(request);
    const body = JSON.stringify(found);
    response.writeHead(found.status === "unavailable" ? 503 : 200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
    });
    response.end(method === "HEAD" ? undefined : body);
  };
}
