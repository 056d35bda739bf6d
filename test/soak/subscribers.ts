import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import type { Random } from "../chaos/random.ts";
import { WATCH } from "../fixtures/parties.ts";
import type { Crowd } from "./crowd.ts";
import type { Operation } from "./requests.ts";
import type { Tally } from "./tally.ts";

const FOLLOW = `subscription ($city: String!) { partiesChanged(city: $city) { __typename } }`;

/** How long a subscriber stays before it leaves and another one comes, in milliseconds: up to twice as long. */
const STAY = 30_000;

export interface SubscriberOptions {
  readonly port: number;
  readonly crowd: Crowd;
  readonly random: Random;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** Subscribes over a WebSocket or an event stream, again and again, until the signal aborts. */
export async function subscribe(
  transport: "WebSocket" | "event stream",
  options: SubscriberOptions,
): Promise<void> {
  const { crowd, random, tally, signal } = options;
  const listen = transport === "WebSocket" ? listenOnSocket : listenOnStream;
  while (!signal.aborted) {
    const key = random.of(crowd.staying);
    const operation = random.chance(0.5)
      ? { query: WATCH, variables: key }
      : { query: FOLLOW, variables: { city: key.city } };
    const leave = AbortSignal.timeout(STAY + random.whole(STAY));
    const over = AbortSignal.any([signal, leave]);
    try {
      await listen(operation, { ...options, signal: over });
      // The rows stay, so only the subscriber ends a subscription.
      if (!over.aborted) tally.failed(`${transport} ended`);
    } catch (error) {
      if (!over.aborted) tally.failed(`${transport}: ${String(error)}`);
    }
    // A subscription that fails at once must not be repeated without end.
    if (!over.aborted) await sleep(1000);
  }
}

type Listen = (operation: Operation, options: SubscriberOptions) => Promise<void>;

const listenOnSocket: Listen = async ({ query, variables }, { port, tally, signal }) => {
  const client = createClient({ url: `ws://127.0.0.1:${port}/graphql`, retryAttempts: 0 });
  const leave = () => void client.dispose();
  signal.addEventListener("abort", leave);
  try {
    for await (const { errors } of client.iterate({ query, variables: { ...variables } })) {
      if (errors) throw new Error(errors[0]?.message);
      tally.event();
    }
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
};

const listenOnStream: Listen = async (operation, { port, tally, signal }) => {
  const headers = { "content-type": "application/json", accept: "text/event-stream" };
  const url = `http://127.0.0.1:${port}/graphql`;
  const sent = request(url, { method: "POST", headers, agent: false, signal });
  sent.end(JSON.stringify(operation));
  const [response] = await once(sent, "response");
  response.setEncoding("utf8");
  for await (const text of response) {
    if (text.includes('"errors"')) throw new Error(text.slice(0, 300));
    for (const _ of text.matchAll(/^event: next$/gm)) tally.event();
  }
};
