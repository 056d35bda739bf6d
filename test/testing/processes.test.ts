import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, inject, test } from "vitest";
import { answersCql } from "../../src/local/answers-cql.ts";
import type { TestCassandraOptions } from "../../src/testing/index.ts";
import { temporaryDirectory } from "../local/place.ts";

// Test runs in separate processes. Their environment has only the variables of this one that are needed to run
// Cassandra.

const program = fileURLToPath(new URL("run.ts", import.meta.url));
const runtime = inject("runtime");
const way = /^(HOME|PATH|JAVA_HOME|XDG_CACHE_HOME|DOCKER_.*|TESTCONTAINERS_.*)$/;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => way.test(name)));

/** The output of a run, and its end. */
interface Run {
  readonly contactPoint: string;
  readonly keyspace: string;
  readonly keyspaces: readonly string[];
  /** Ends the run normally. */
  end(): Promise<void>;
  kill(): Promise<void>;
}

async function startRun(options: TestCassandraOptions): Promise<Run> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    env,
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

test("two concurrent runs each have their own Cassandra, which ends with them", async () => {
  const runs = await Promise.all([startRun({ runtime }), startRun({ runtime })]);
  const [one, other] = runs.map(({ contactPoint }) => contactPoint);
  expect(one).not.toBe(other);
  await Promise.all(runs.map((run) => run.end()));
  expect(await Promise.all([one!, other!].map(answers))).toEqual([false, false]);
}, 400_000);

describe("a reused Cassandra", () => {
  const place = temporaryDirectory();
  const dir = join(place.path, runtime);
  const lock = join(dir, "lock.json");
  const start = () => startRun({ runtime, reuse: { dir: place.path, idle: 6000 } });
  const running = (): { contactPoint: string; owner: { pid: number } } =>
    JSON.parse(readFileSync(lock, "utf8"));
  const gone = async () => {
    while (existsSync(lock)) await sleep(100);
  };

  afterAll(async () => {
    await gone();
    place[Symbol.dispose]();
  });

  test("is shared by two runs that start it at once, each with its own keyspace", async () => {
    const runs = await Promise.all([start(), start()]);
    const [one, other] = runs;
    expect(one!.contactPoint).toBe(other!.contactPoint);
    expect(one!.keyspace).not.toBe(other!.keyspace);
    await Promise.all(runs.map((run) => run.end()));
  }, 400_000);

  test("is used by the next run, which finds no keyspaces of other runs", async () => {
    const { contactPoint } = running();
    const next = await start();
    expect(next.contactPoint).toBe(contactPoint);
    expect(next.keyspaces).toEqual([next.keyspace]);
    await next.end();
  });

  test("ends after being unused for a while, and drops what a killed run has left", async () => {
    const killed = await start();
    await killed.kill();
    await gone();
    expect(await answers(killed.contactPoint)).toBe(false);
    const next = await start();
    expect(next.keyspaces).toEqual([next.keyspace]);
    await next.end();
  }, 400_000);

  test("is started again after its keeper was killed", async () => {
    const { contactPoint, owner } = running();
    process.kill(owner.pid, "SIGKILL");
    const next = await start();
    expect(next.contactPoint).not.toBe(contactPoint);
    await next.end();
  }, 400_000);
});
