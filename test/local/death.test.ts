import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it, vi } from "vitest";
import { startEmbedded } from "../../src/local/index.ts";
import { isAlive } from "../../src/local/process.ts";
import { cacheDir, javaOf, temporaryDirectory } from "./place.ts";

const place = temporaryDirectory();
const dir = place.path;
afterAll(() => place[Symbol.dispose]());

/** Starts a process that starts Cassandra in the directory. */
async function startOwner() {
  const script = join(import.meta.dirname, "owner.ts");
  const child = spawn(process.execPath, [script, dir, cacheDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line]: Buffer[] = await once(child.stdout, "data");
  const state: { contactPoint: string; owned: boolean } = JSON.parse(String(line));
  return { child, ...state };
}

it("ends the Cassandra of an owner that was killed together with its guard", async () => {
  const { child: owner } = await startOwner();
  const java = javaOf(dir);
  const processes = execFileSync("ps", ["-axo", "pid=,ppid=,comm="], { encoding: "utf8" });
  const guard = Number(new RegExp(`(\\d+)\\s+${owner.pid}\\s.*sh$`, "m").exec(processes)?.[1]);
  process.kill(guard, "SIGKILL");
  owner.kill("SIGKILL");
  await sleep(300);
  expect(isAlive(java)).toBe(true);

  const lines: string[] = [];
  const progress = (line: string) => lines.push(line);
  await using embedded = await startEmbedded({ dir, cacheDir, port: 0, progress });
  expect(lines[0]).toBe(
    `Ending the Cassandra (process ${java.pid}) of a process that no longer runs.`,
  );
  expect(isAlive(java)).toBe(false);
  expect(embedded.owned).toBe(true);
}, 180_000);

it("is started only once by concurrent processes, and ends with its owner even if that is killed", async () => {
  const owners = await Promise.all([startOwner(), startOwner(), startOwner()]);
  const java = javaOf(dir);
  for (const { child } of owners) child.kill("SIGKILL");
  expect(owners.filter(({ owned }) => owned)).toHaveLength(1);
  expect(new Set(owners.map(({ contactPoint }) => contactPoint)).size).toBe(1);
  await vi.waitFor(() => expect(isAlive(java)).toBe(false), { timeout: 60_000 });
}, 180_000);

it("is ended at once when its start is aborted", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const progress = () => {};
  const { signal } = controller;
  const starting = startEmbedded({ dir, cacheDir, port: 0, progress, signal });
  const java = await vi.waitFor(() => javaOf(dir), { timeout: 60_000 });
  await sleep(500);
  controller.abort(reason);
  await expect(starting).rejects.toBe(reason);
  expect(isAlive(java)).toBe(false);
  expect(() => javaOf(dir)).toThrow("lock.json");
}, 180_000);
