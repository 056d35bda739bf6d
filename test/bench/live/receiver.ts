import { createLive, loadRelay } from "../../../src/live/index.ts";
import { PartyTable } from "../../../src/party/index.ts";
import { answer } from "../../fixtures/child.ts";
import { now } from "./clock.ts";

// A process that watches a party and records when it starts to read it, which is when it received a hint.

const [redis = ""] = process.argv.slice(2);
const key = { city: "Rome", id: "00000000-0000-4000-8000-000000000001" };
const received: number[] = [];
let awaited = Promise.withResolvers<void>();
const live = createLive({
  session: { run: read, keyspace: "bench", consistency: "LOCAL_QUORUM", report: () => {} },
  relay: await loadRelay({ url: redis, keyspace: "bench" }, console.error),
});
await live.watch(PartyTable, key, { columns: ["people"] });

const answers = { hint, receivedAt, hints: () => received.length };
export type ReceiverAnswers = typeof answers;
answer(answers);

/** Records a read, and returns a newer count than the last one. */
function read<Result>(): Promise<Result> {
  received.push(now());
  awaited.resolve();
  awaited = Promise.withResolvers();
  const people = received.length;
  return Promise.resolve({ ...key, people, "writetime(people)": BigInt(people) } as Result);
}

/** Publishes a hint to all processes. Returns when this process received it. */
function hint(): number {
  live.hint(PartyTable, key, ["people"]);
  return received.at(-1)!;
}

/** Returns when the hint with this number was received. */
async function receivedAt(number: number): Promise<number> {
  while (received.length <= number) await awaited.promise;
  return received[number]!;
}
