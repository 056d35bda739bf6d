import { setTimeout as sleep } from "node:timers/promises";
import { FIRST, intend } from "./crowd.ts";
import type { Answer, Attempt, Key } from "./history.ts";
import type { Random } from "./random.ts";
import type { OpenOperation, Recorder } from "./recorder.ts";
import type { Client, Crowd, Sent, Server, Subject } from "./subject.ts";

/** Clients of the servers, whose operations are recorded. */
export interface Traffic extends Disposable {
  /** Creates the rows that stay. */
  prepare(): Promise<void>;
  /** Runs clients until they are stopped and have learned the outcomes that can be known. */
  run(clients: number, signal: AbortSignal): Promise<void>;
  /** Changes a row on a server repeatedly, until a change is applied or the limit in milliseconds is over. */
  probe(server: Server, key: Key, limit: number): Promise<void>;
}

/** How long an operation is repeated with its id, in milliseconds. A row remembers it for 60 s. */
const INSIST = 50_000;

/** How long a client waits after an error, in milliseconds. */
const BACK_OFF = 200;

export interface TrafficOptions {
  readonly subject: Subject;
  readonly servers: readonly Server[];
  readonly crowd: Crowd;
  readonly record: Recorder;
  readonly random: Random;
}

export function createTraffic(options: TrafficOptions): Traffic {
  const { subject, servers, crowd, record, random } = options;
  const clients = new Map(servers.map((server) => [server, subject.createClient(server)] as const));
  const seen = new Map<string, number>();
  const keyOf = ({ partition, id }: Key) => `${partition}/${id}`;

  async function attempt(operation: OpenOperation, server: Server, asOf: boolean): Promise<Answer> {
    const client = clients.get(server) as Client;
    const to = server.process;
    const start = record.now();
    const answer = await client.send(operation, asOf);
    operation.attempts.push({ server: to, start, end: record.now(), answer });
    const amount = amountIn(answer);
    if (amount !== undefined) seen.set(keyOf(operation), amount);
    return answer;
  }

  async function perform(intention: Sent, own: Random): Promise<boolean> {
    const operation = record.open(intention);
    const first = own.of(servers);
    const both = intention.operationId !== undefined && own.chance(0.15);
    const asOf = own.chance(0.3);
    await Promise.all((both ? servers : [first]).map((server) => attempt(operation, server, asOf)));
    if (intention.operationId !== undefined) await insist(operation);
    return operation.attempts.every(({ answer }) => answer.said !== "error");
  }

  /** Repeats an operation with an unknown outcome, at each process that has not resolved it. */
  async function insist(operation: OpenOperation): Promise<void> {
    const until = record.now() + INSIST;
    while (!isKnown(operation, servers) && record.now() < until) {
      await sleep(BACK_OFF);
      const owed = servers.find(({ process }) => owes(operation.attempts, process));
      await attempt(operation, owed ?? random.of(servers), false);
    }
  }

  async function live(own: Random, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const intention = intend(subject, crowd, own, (key) => seen.get(keyOf(key)) ?? FIRST);
      const fine = await perform(intention, own);
      await sleep((fine ? 20 : BACK_OFF) * (0.5 + own.next()));
    }
  }

  return {
    async prepare() {
      const [server] = servers as [Server];
      for (const key of [...crowd.hot, ...crowd.cold]) {
        const wish = { kind: "create", amount: FIRST, name: `Name ${key.id}` } as const;
        const operation = record.open({ ...key, wish });
        while ((await attempt(operation, server, false)).said === "error") await sleep(BACK_OFF);
      }
    },
    async run(count, signal) {
      await Promise.all(Array.from({ length: count }, () => live(random.fork(), signal)));
    },
    async probe(server, key, limit) {
      const until = record.now() + limit;
      let answer: Answer;
      do {
        const operation = record.open({ ...key, wish: { kind: "add", delta: 1 } });
        answer = await attempt(operation, server, false);
        if (answer.said !== "done") await sleep(BACK_OFF);
      } while (answer.said !== "done" && record.now() < until);
    },
    [Symbol.dispose]() {
      for (const client of clients.values()) client[Symbol.dispose]();
    },
  };
}

/** Whether the outcome is known: it was applied, or every living process that did not know it has resolved it. */
function isKnown({ attempts }: OpenOperation, servers: readonly Server[]): boolean {
  if (attempts.some(({ answer }) => answer.said === "done")) return true;
  if (servers.some(({ process }) => owes(attempts, process))) return false;
  const last = attempts.at(-1)?.answer;
  return last?.said !== "lost" && (last?.said !== "error" || attempts.every(isError));
}

/** Whether the last answer of a process, errors aside, is that the outcome is unknown. */
function owes(attempts: readonly Attempt[], process: string): boolean {
  const own = attempts.filter(
    ({ server, answer }) => server === process && answer.said !== "error",
  );
  return own.at(-1)?.answer.said === "unknown";
}

function isError({ answer }: Attempt): boolean {
  return answer.said === "error";
}

function amountIn(answer: Answer): number | undefined {
  if (answer.said === "stale") return answer.actual;
  return "amount" in answer ? answer.amount : undefined;
}
