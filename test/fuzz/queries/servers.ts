import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Session } from "../../../src/cassandra/index.ts";
import { createServer, type Server } from "../../../src/server/index.ts";
import { roomyLimits } from "../../fixtures/roomy-limits.ts";
import type { Random } from "../../chaos/random.ts";
import type { QueryRun } from "./query.ts";
import { type Answers, isSame } from "./same.ts";
import { createFuzzSchema, withoutPlans } from "./schema.ts";
import { allTables, createTables } from "./tables.ts";
import { viewers } from "./viewers.ts";

/** An HTTP request. */
export interface FuzzRequest {
  readonly method: "GET" | "POST";
  readonly accept: string | undefined;
}

/** Two servers of one schema: one executes queries by plans when they come again, the other never. */
export interface Servers extends AsyncDisposable {
  /** Returns the answer of each as a text: status, headers and body. */
  ask(request: FuzzRequest, asked: Asked): Promise<Answers>;
  /** What the servers have logged that is not expected. */
  readonly log: readonly string[];
}

interface Asked {
  readonly source: string;
  readonly run: QueryRun;
}

const accepts = [
  undefined,
  "*/*",
  "application/json",
  "application/graphql-response+json",
  "application/graphql-response+json, application/json;q=0.9",
  "text/event-stream",
] as const;

export function chooseRequest(random: Random): FuzzRequest {
  return { method: random.chance(0.2) ? "GET" : "POST", accept: random.of(accepts) };
}

export async function startServers(session: Session): Promise<Servers> {
  await using opened = new AsyncDisposableStack();
  const log: string[] = [];
  const start = async (isPlanned: boolean) => {
    const tables = createTables();
    const schema = createFuzzSchema(tables, { cursorType: "String", hasNullableRows: false });
    return opened.use(
      await createServer({
        schema: isPlanned ? schema : withoutPlans(schema),
        tables: allTables(tables),
        session,
        signIn: "context",
        context: ({ headers }) => ({
          viewer: viewers[headers["x-viewer"] as keyof typeof viewers],
        }),
        limits: { ...roomyLimits, answerBytes: 2 ** 20, tokens: 10_000, rootFields: 1000 },
        log: (line) => log.push(line),
      }),
    );
  };
  const [planning, executing] = [await start(true), await start(false)];
  const agent = new Agent({ keepAlive: true, timeout: 2000 });
  opened.defer(() => agent.destroy());
  const kept = opened.move();
  return {
    log,
    async ask(how, asked) {
      const asking = { agent, how, asked };
      const expected = await answerOf(executing, asking);
      const first = await answerOf(planning, asking);
      if (!isSame({ expected, actual: first })) return { expected, actual: first };
      // It plans documents that come again.
      return { expected, actual: await answerOf(planning, asking) };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

interface Asking {
  readonly agent: Agent;
  readonly how: FuzzRequest;
  readonly asked: Asked;
}

async function answerOf({ url }: Server, { agent, how, asked }: Asking): Promise<string> {
  const { source, run } = asked;
  const { variables, operationName, viewer } = run;
  const parts = { query: source, variables, operationName };
  const isGet = how.method === "GET";
  const body = isGet ? "" : JSON.stringify(parts);
  const headers = {
    "x-viewer": viewer,
    ...(how.accept !== undefined && { accept: how.accept }),
    ...(!isGet && {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sent = request(isGet ? `${url}?${searchOf(parts)}` : url, {
    method: how.method,
    agent,
    headers,
  });
  sent.on("error", reject);
  sent.on("response", (response) => {
    text(response)
      .then((received) => resolve(shown(response, received)))
      .catch(reject);
  });
  sent.end(body);
  return promise;
}

interface Head {
  readonly statusCode?: number | undefined;
  readonly rawHeaders: readonly string[];
}

/** Returns an answer without what differs each time. */
function shown({ statusCode, rawHeaders }: Head, body: string): string {
  const headers = rawHeaders
    .map((part, at) => (at % 2 === 0 ? `${part}: ${rawHeaders[at + 1]}` : ""))
    .filter((line) => line !== "" && !/^date:/i.test(line));
  const steady = body.replace(/("requestId":")[^"]*/g, "$1…");
  return [`HTTP ${statusCode}`, ...headers, "", steady].join("\n");
}

function searchOf(parts: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined && value !== null);
  return new URLSearchParams(
    given.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  ).toString();
}
