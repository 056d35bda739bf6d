import { roomyLimits } from "../../fixtures/roomy-limits.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultFieldResolver, GraphQLObjectType } from "graphql";
import { connect, type Session } from "../../../src/cassandra/index.ts";
import { createLanes } from "../../../src/lane/index.ts";
import { schema } from "../../../src/party/schema.ts";
import * as application from "../../../src/party/application.ts";
import { createServer } from "../../../src/server/index.ts";
import { answer, cpu } from "../../fixtures/child.ts";
import { serveBare } from "./bare.ts";
import { now } from "./clock.ts";
import { serveRecipe } from "./recipe.ts";

// A server in its own process: the service or a reference, on the same Cassandra.

/**
 * `partyfinder` is the unchanged service, `counted` is the service with a counter of its executions, `bare` and `recipe`
 * are the references.
 */
export type Kind = "partyfinder" | "counted" | "bare" | "recipe";

const [kind, contactPoints = "", localDataCenter = "", keyspace = "", redis = "", poll = "2000"] =
  process.argv.slice(2);
const readAt = new Map<number, number>();
const session = timed(
  await connect({ contactPoints: contactPoints.split(","), localDataCenter, keyspace }),
);
let executions = 0;
let reads = 0;
const url = await serve(kind as Kind);

const answers = {
  url: () => url,
  cpu,
  memory,
  executions: () => executions,
  reads: () => reads,
  open: openResources,
  hadAt,
};
export type ServerAnswers = typeof answers;
answer(answers);

async function serve(as: Kind): Promise<string> {
  if (as === "bare") return serveBare({ session, lanes: createLanes(session) });
  if (as === "recipe") return serveRecipe({ session, lanes: createLanes(session) });
  if (as === "counted") countExecutions();
  const app = await createServer({
    ...application,
    session,
    redis: redis === "" ? undefined : { url: redis, keyspace },
    pollInterval: Number(poll),
    limits: roomyLimits,
  });
  return app.url.replace("localhost", "127.0.0.1");
}

/** Counts the reads of a count with its ballot, and records when each count was first read: from then on the server has it. */
function timed(untimed: Session): Session {
  return {
    ...untimed,
    async run(statement) {
      const result = await untimed.run(statement);
      for (const row of [result].flat()) recordRead(row);
      return result;
    },
  };
}

function recordRead(row: unknown): void {
  const { people, "writetime(people)": ballot } = (row ?? {}) as Record<string, unknown>;
  if (typeof people !== "number" || ballot === undefined) return;
  reads += 1;
  if (!readAt.has(people)) readAt.set(people, now());
}

/** Returns when the server has first read this count. */
function hadAt(people: number): number {
  const at = readAt.get(people);
  if (at === undefined) throw new Error(`The count ${people} has not been read.`);
  return at;
}

/** Returns the number of timers and sockets, by kind. */
function openResources(): Readonly<Record<string, number>> {
  const kinds = Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  return Object.fromEntries(Object.entries(kinds).map(([kind, all]) => [kind, all!.length]));
}

/** Returns the resident memory after garbage collection, in bytes. */
async function memory(): Promise<number> {
  for (let time = 0; time < 5; time++) {
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
    await sleep(100);
  }
  return process.memoryUsage.rss();
}

/** Counts executions by the field `people`, which each execution for subscribers resolves once. No other operation may select it. */
function countExecutions(): void {
  const type = schema.getType("PeopleChanged") as GraphQLObjectType;
  const field = type.getFields()["people"]!;
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (...args) => {
    executions += 1;
    return resolve(...args);
  };
}
