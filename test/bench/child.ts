import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** What a process of the benchmark's own can be asked. */
// oxlint-disable-next-line typescript/no-explicit-any
type Answers = Readonly<Record<string, (...args: any[]) => unknown>>;

/** A process of the benchmark's own. It ends with this one. */
export interface Child<Asked extends Answers> extends AsyncDisposable {
  readonly pid: number;
  /** Asks it something. @throws Error if it cannot say, or has ended */
  readonly ask: <Name extends keyof Asked & string>(
    name: Name,
    ...args: Parameters<Asked[Name]>
  ) => Promise<Awaited<ReturnType<Asked[Name]>>>;
}

interface Question {
  readonly number: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

type Reply = { readonly number: number } & (
  | { readonly answer: unknown }
  | { readonly failure: string }
);

/** What all of them are run with. */
const env = { ...process.env, NODE_ENV: "production" };
const execArgv = ["--expose-gc", "--disable-warning=MaxListenersExceededWarning"];

/** Runs a program that calls {@link answer}. */
export function startChild<Asked extends Answers>(
  program: URL,
  args: readonly string[] = [],
): Child<Asked> {
  const child = fork(program, args, {
    env,
    execArgv,
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const open = new Map<number, PromiseWithResolvers<never>>();
  let asked = 0;
  child.on("message", (reply: Reply) => {
    const waiting = open.get(reply.number);
    open.delete(reply.number);
    if ("failure" in reply) waiting?.reject(new Error(reply.failure));
    else waiting?.resolve(reply.answer as never);
  });
  const failAll = () => {
    for (const { reject } of open.values()) reject(new Error(`${program.pathname} ended.`));
    open.clear();
  };
  child.on("exit", failAll);
  return {
    pid: child.pid ?? NaN,
    ask(name, ...args) {
      const number = asked++;
      const waiting = Promise.withResolvers<never>();
      open.set(number, waiting);
      child.send({ number, name, args } satisfies Question, (error) => {
        if (error) failAll();
      });
      return waiting.promise;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The processor time that this process has used, in microseconds. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** In such a process: answers what it is asked. */
export function answer(answers: Answers): void {
  process.on("message", ({ number, name, args }: Question) => {
    const tell = (reply: Reply) => process.connected && process.send?.(reply);
    Promise.resolve()
      .then(() => answers[name]!(...args))
      .then(
        (value) => tell({ number, answer: value }),
        (error: unknown) => tell({ number, failure: messageOf(error) }),
      );
  });
  process.on("disconnect", () => process.exit());
  // Ctrl-C is for the whole group: the process that asks ends this one.
  process.on("SIGINT", () => {});
}
