import { answer, cpu } from "../../fixtures/child.ts";
import { drive, percentile } from "../load.ts";
import { type Connection, openConnection } from "./connection.ts";
import { type PreparedRequest, prepareRequest } from "./request.ts";
import type { Requests } from "./requests.ts";

// The clients of a server, in their own process. Each has its own connection and sends one request after the other.

/** What the clients measured. */
export interface Measured {
  /** How many requests were answered. */
  readonly requests: number;
  readonly rate: number;
  /** The percentiles of the time until an answer, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

let url = "";
let count = 0;
let requests: readonly PreparedRequest[] = [];
let sent = 0;

const answers = { prepare, texts, run, cpu };
export type ClientsAnswers = typeof answers;
answer(answers);

function prepare(server: string, { clients, query, variables }: Requests): void {
  url = server;
  count = clients;
  requests = variables.map((each) => prepareRequest(server, { query, variables: each }));
}

/** Sends each request once. Returns the answers. */
async function texts(): Promise<readonly string[]> {
  using connection = await openConnection(url);
  const found: string[] = [];
  for (const request of requests) {
    const body = await connection.send(request.bytes);
    found.push(String(body));
    request.answered(body);
  }
  return found;
}

/** Sends requests for some time, in milliseconds. */
async function run(time: number): Promise<Measured> {
  using opened = new DisposableStack();
  const connections: Connection[] = [];
  while (connections.length < count) connections.push(opened.use(await openConnection(url)));
  const load = await drive({ clients: count, time }, async (client) => {
    const request = requests[sent++ % requests.length]!;
    request.answered(await connections[client]!.send(request.bytes));
    return 1;
  });
  const { rate, times } = load;
  return {
    requests: times.length,
    rate,
    p50: percentile(load, 0.5),
    p99: percentile(load, 0.99),
  };
}
