import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { needs } from "../fixtures/needs.ts";
import { noRedis, startRedis } from "../fixtures/redis.ts";

// Each test runs a process of its own, which would not end if something stayed open.
const program = `
  const { createLive, loadRelay } = await import(process.argv[1]);
  const { PartyTable } = await import(process.argv[2]);
  const log = [];
  const relay = await loadRelay({ url: process.argv[3], keyspace: "test" }, (line) => log.push(line));
  const key = { city: "Rome", id: "00000000-0000-4000-8000-000000000001" };
  const run = async () => ({ ...key, people: 1, "writetime(people)": 1n });
  const session = { run, keyspace: "test", report: () => {} };
  const live = createLive({ session, relay, pollInterval: 1000, log: (line) => log.push(line) });
  const watched = await live.watch(PartyTable, key, { columns: ["people"] });
  await watched.next();
  await new Promise((resolve) => setTimeout(resolve, 300));
  live.hint(PartyTable, key, ["people"]);
  await live.close();
  live.hint(PartyTable, key, ["people"]);
  await live.leave();
  console.log(JSON.stringify(log));
`;

async function run(url: string): Promise<readonly string[]> {
  const modules = ["live/index", "party/index"].map(
    (name) => new URL(`../../src/${name}.ts`, import.meta.url).href,
  );
  const args = ["--input-type=module", "--eval", program, ...modules, url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return JSON.parse(stdout);
}

describe("a process ends after its live values were closed", () => {
  test("a process without Redis ends", async () => {
    expect(await run(await noRedis())).toHaveLength(1);
  });

  describe("with a Redis", () => {
    needs("redis-server");

    test("a process with a Redis that answers ends", async () => {
      await using redis = await startRedis();
      expect(await run(redis.url)).toEqual([]);
    });

    test("a process with a frozen Redis ends", async () => {
      await using redis = await startRedis();
      redis.freeze();
      expect(await run(redis.url)).toEqual([]);
    });
  });
});
