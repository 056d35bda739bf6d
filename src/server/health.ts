import { CassandraError, select, type Session } from "../cassandra/index.ts";
import { singleFlight } from "../single-flight.ts";
import { PartyTable } from "../party/index.ts";
import { within } from "../within.ts";
import type { Answer } from "./routes.ts";

/** How long a read may take before the database counts as not answering, in milliseconds. */
const READY_WITHIN = 2000;

/** Answers those who watch over the process, not those who use it. Both refuse other methods than GET and HEAD. */
export interface Health {
  /** 200 as long as the process lives. */
  readonly health: Answer;
  /** 200 if the database answers a read just now, else 503 with the reason. */
  readonly ready: Answer;
}

/** A read of every column by key, in a city that nobody has parties in. */
const probe = select(PartyTable, { city: "/ready" }, { limit: 1 });

/** Makes the answers about a service on a session. However many ask, one read is in flight. */
export function createHealth(session: Session): Health {
  const read = singleFlight(() => session.run(probe));
  return {
    health: answer(async () => ({ status: "ok" })),
    ready: answer(async () => {
      const reason = await problemOf(read);
      return reason === undefined ? { status: "ready" } : { status: "unavailable", reason };
    }),
  };
}

/** What is the matter with the database; undefined if nothing is. */
async function problemOf(read: () => Promise<unknown>): Promise<string | undefined> {
  const late = () => `Cassandra did not answer within ${READY_WITHIN / 1000} s.`;
  const fine = read().then(() => undefined, reasonOf);
  return within(READY_WITHIN, fine, late);
}

/** A database that is not open yet tells why in its error's cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof CassandraError ? error.cause.message : error.message;
}

function answer(
  state: () => Promise<{ readonly status: string; readonly reason?: string }>,
): Answer {
  return async ({ method }, response) => {
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    const found = await state();
    const body = JSON.stringify(found);
    response.writeHead(found.status === "unavailable" ? 503 : 200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
    });
    response.end(method === "HEAD" ? undefined : body);
  };
}
