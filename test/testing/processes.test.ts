import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { answersCql } from "../../src/local/port.ts";
import { isAlive } from "../../src/local/process.ts";
import type { TestCassandraOptions } from "../../src/testing/index.ts";
import { javaOf, temporaryDirectory } from "../local/place.ts";

// Test runs in processes of their own, with nothing of the environment that this one was started with.

const program = fileURLToPath(new URL("run.ts", import.meta.url));

/** What a run tells, and its end. */
interface Run {
  readonly contactPoint: string;
  readonly keyspace: string;
  readonly keyspaces: readonly string[];
  /** Lets it end as it should. */
  end(): Promise<void>;
  kill(): Promise<void>;
}

async function startRun(options: TestCassandraOptions): Promise<Run> {
  const { HOME = "", PATH = "", JAVA_HOME = "", XDG_CACHE_HOME = "" } = process.env;
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    env: { HOME, PATH, JAVA_HOME, XDG_CACHE_HOME },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), ended]);
  if (typeof line !== "string") throw new Error("The run has ended before it told anything");
  return {
    ...JSON.parse(line),
    async end() {
      child.stdin.end();
      expect(await ended).toEqual([0, null]);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const answers = (contactPoint: string) => {
  const [ip = "", port] = contactPoint.split(":");
  return answersCql(ip, Number(port));
};

test("two runs at once have each a Cassandra of their own, which ends with them", async () => {
  const runs = await Promise.all([startRun({ runtime: "jars" }), startRun({ runtime: "jars" })]);
  const [one, other] = runs.map(({ contactPoint }) => contactPoint);
  expect(one).not.toBe(other);
  await Promise.all(runs.map((run) => run.end()));
  expect(await Promise.all([one!, other!].map(answers))).toEqual([false, false]);
}, 120_000);

describe("a Cassandra that is reused", () => {
  const place = temporaryDirectory();
  const dir = join(place.path, "jars");
  const lock = join(dir, "lock.json");
  const start = () => startRun({ runtime: "jars", reuse: { dir: place.path, idle: 6000 } });
  const gone = async () => {
    while (existsSync(lock)) await sleep(100);
  };

  afterAll(async () => {
    await gone();
    place[Symbol.dispose]();
  });

  test("is shared by two runs that start it at once, each with a keyspace of its own", async () => {
    const runs = await Promise.all([start(), start()]);
    const [one, other] = runs;
    expect(one!.contactPoint).toBe(other!.contactPoint);
    expect(one!.keyspace).not.toBe(other!.keyspace);
    await Promise.all(runs.map((run) => run.end()));
  }, 60_000);

  test("is there for the next run, which finds no keyspace of the others", async () => {
    const java = javaOf(dir);
    const next = await start();
    expect(javaOf(dir)).toEqual(java);
    expect(next.keyspaces).toEqual([next.keyspace]);
    await next.end();
  });

  test("ends when nobody has used it for a while, with what a killed run has left", async () => {
    const killed = await start();
    const java = javaOf(dir);
    await killed.kill();
    await gone();
    expect(isAlive(java)).toBe(false);
    const next = await start();
    expect(next.keyspaces).toEqual([next.keyspace]);
    await next.end();
  }, 60_000);

  test("is started anew when its keeper was killed", async () => {
    const { owner } = JSON.parse(readFileSync(lock, "utf8"));
    const java = javaOf(dir);
    process.kill(owner.pid, "SIGKILL");
    const next = await start();
    expect(javaOf(dir)).not.toEqual(java);
    await next.end();
  }, 60_000);
});
