import { type ChildProcess, spawn, type SpawnOptions, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { environmentTooLarge } from "./environment.ts";
import { hasCode } from "./error.ts";

/** How a child is started. */
export interface ChildOptions {
  readonly cwd: string;
  readonly stdio: StdioOptions;
  /** The child's environment; default: ours. Its PATH is where the command is looked up. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A process that does not outlive this one. */
export interface Child {
  readonly pid: number;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Resolves when it has ended, to how: `status 1`, `SIGKILL`. Never rejects. */
  readonly ended: Promise<string>;
  /** Sends a signal to it and to all that it has started; does nothing once it has ended. */
  kill(signal: NodeJS.Signals): void;
  /** This process may end while the child runs, or, as at first, waits for it. */
  unref(): void;
  ref(): void;
}

/**
 * Starts a process that Ctrl-C does not reach (it leads a group of its own), and that is ended when this process
 * dies, however it dies.
 *
 * Rejects if there is no such command (`ENOENT`, `EACCES`), or with `ENVIRONMENT_TOO_LARGE`.
 */
export async function startChild(
  command: string,
  args: readonly string[],
  { cwd, stdio, env }: ChildOptions,
): Promise<Child> {
  // The guard comes first: it then learns of the child in the same moment as we do.
  const guard = startGuard();
  const child = spawnOr(guard.dismiss, command, args, { cwd, stdio, env, detached: true });
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

/** Spawns a process. If Node.js throws at once, instead of telling later, something else is done before. */
function spawnOr(
  abandon: () => void,
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  try {
    return spawn(command, args, options);
  } catch (error) {
    abandon();
    throw hasCode(error, "E2BIG") ? environmentTooLarge(command, options.env, error) : error;
  }
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // It has ended, which we were not told yet; macOS then says EPERM.
    if (!hasCode(error, "ESRCH", "EPERM")) throw error;
  }
}

/**
 * A shell that reads from a pipe which only we hold open: first the process group to guard, then nothing until
 * we dismiss it or, whatever our end was, the pipe's end. Then it ends the group, after 10 s by force.
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
    // Ours may be too large to start anything with.
    env: { PATH: process.env["PATH"] },
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  // Nobody to write to any more: then there is nothing to guard either.
  shell.stdin.on("error", () => {});
  return {
    watch: (group: number) => shell.stdin.write(`${group}\n`),
    dismiss: () => shell.stdin.end("\n"),
  };
}
