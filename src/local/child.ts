import { type ChildProcess, spawn, type SpawnOptions, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { environmentTooLarge } from "./environment.ts";
import { hasCode } from "./error.ts";

/** Options of {@link startChild}. */
export interface ChildOptions {
  readonly cwd: string;
  readonly stdio: StdioOptions;
  /** The child's environment, in whose PATH the command is looked up. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A child process that does not outlive this process. */
export interface Child {
  readonly pid: number;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Resolves when the child has ended, with `status 1`, `SIGKILL` or the like. Never rejects. */
  readonly ended: Promise<string>;
  /** Sends a signal to the child and to all processes that it has started. Does nothing after the child has ended. */
  kill(signal: NodeJS.Signals): void;
  /** Lets this process end while the child runs. */
  unref(): void;
  /** Keeps this process running while the child runs, as at first. */
  ref(): void;
}

/**
 * Starts a process in its own process group, so that Ctrl-C does not reach it. It is ended when this process ends, even
 * if this process is killed.
 *
 * Rejects with the system's error if there is no such command (`ENOENT`, `EACCES`), or with a LocalError
 * `ENVIRONMENT_TOO_LARGE`.
 */
export async function startChild(
  command: string,
  args: readonly string[],
  { cwd, stdio, env }: ChildOptions,
): Promise<Child> {
  // The guard is started first, so that it knows the child as soon as this process does.
  const guard = startGuard();
  const options = { cwd, stdio, env, detached: true };
  const child = spawnGuarded({ command, args, options }, guard.dismiss);
  let running = true;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (status, signal) => {
      running = false;
      guard.dismiss();
      resolve(signal ?? `status ${status}`);
    });
  });
  const { pid } = child;
  if (pid === undefined) {
    guard.dismiss();
    const [error]: unknown[] = await once(child, "error");
    throw error;
  }
  guard.watch(pid);
  const kill = (signal: NodeJS.Signals) => {
    if (running) killGroup(pid, signal);
  };
  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    kill,
    ref: () => child.ref(),
    unref: () => child.unref(),
  };
}

interface Spawning {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

/** Spawns a process. Calls `dismiss` if Node.js throws synchronously instead of emitting an error. */
function spawnGuarded({ command, args, options }: Spawning, dismiss: () => void): ChildProcess {
  try {
    return spawn(command, args, options);
  } catch (error) {
    dismiss();
    if (!hasCode(error, "E2BIG")) throw error;
    throw environmentTooLarge(command, { environment: options.env, cause: error });
  }
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // The group has ended, but the exit event has not come yet. macOS reports EPERM in that case.
    if (!hasCode(error, "ESRCH", "EPERM")) throw error;
  }
}

/**
 * A shell script that reads from a pipe which only this process holds open. It first reads the process group to guard.
 * Then it reads either a line, which dismisses it, or the end of the pipe, when this process has ended in any way. In
 * that case it ends the group, after 10 s by force.
 */
const guardScript = `
read -r group || exit
read -r dismissed && exit
kill -s TERM -- "-$group" || exit
for i in 0 1 2 3 4 5 6 7 8 9; do
  for j in 0 1 2 3 4 5 6 7 8 9; do
    sleep 0.1
    kill -s 0 -- "-$group" || exit
  done
done
kill -s KILL -- "-$group"
`;

function startGuard() {
  const shell = spawn("/bin/sh", ["-c", guardScript], {
    cwd: "/",
    // The environment of this process may be too large to start a program.
    env: { PATH: process.env["PATH"] },
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  // If the guard has ended, there is no one to write to, and nothing left to guard.
  shell.stdin.on("error", () => {});
  return {
    watch: (group: number) => shell.stdin.write(`${group}\n`),
    dismiss: () => shell.stdin.end("\n"),
  };
}
