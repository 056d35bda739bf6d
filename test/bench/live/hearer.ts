import { createLive, loadRelay } from "../../../src/live/index.ts";
import { PartyTable } from "../../../src/party/index.ts";
import { answer } from "../../fixtures/child.ts";
import { now } from "./clock.ts";

// A process that watches a party, and notes when it begins to read it: that is when it heard of a change.

const [redis = ""] = process.argv.slice(2);
const key = { city: "Rome", id: "00000000-0000-4000-8000-000000000001" };
const heard: number[] = [];
let awaited = Promise.withResolvers<void>();
const live = createLive({
  session: { run: read, keyspace: "bench", report: () => {} },
  relay: await loadRelay({ url: redis, keyspace: "bench" }, console.error),
});
await live.watch(PartyTable, key, { columns: ["people"] });

const answers = { hint, heardAt, times: () => heard.length };
export type HearerAnswers = typeof answers;
answer(answers);

/** Notes a read, and answers it with a newer count than the last one. */
function read<Result>(): Promise<Result> {
  heard.push(now());
  awaited.resolve();
  awaited = Promise.withResolvers();
  const people = heard.length;
  return Promise.resolve({ ...key, people, "writetime(people)": BigInt(people) } as Result);
}

/** Tells, here and everywhere; gives when it was heard here. */
function hint(): number {
  live.hint(PartyTable, key, ["people"]);
  return heard.at(-1)!;
}

/** When it was heard for the time of this number. */
async function heardAt(time: number): Promise<number> {
  while (heard.length <= time) await awaited.promise;
  return heard[time]!;
}
