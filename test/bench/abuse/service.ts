import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDirectory, startCommand } from "../../fixtures/command.ts";
import type { State } from "../../fixtures/probed/probe.ts";
import { askProbe, probeEnvironment } from "../../fixtures/probed/service.ts";
import type { Place } from "../counts/place.ts";

/** The service as its command starts it, with its defaults. */
export interface Service extends AsyncDisposable {
  /** The URL of GraphQL. */
  readonly url: string;
  /** Whether the process runs. */
  readonly isUp: boolean;
  /** Returns the resident memory in MiB; NaN if the process has ended. */
  resident(): number;
  /** Collects garbage, and returns the resident memory in MiB after it: what the service holds. */
  held(): Promise<number>;
  /** Returns the most resident memory in MiB since the last call of {@link resetPeak}. */
  peak(): number;
  resetPeak(): void;
  /** Returns the CPU time that the process has used, in milliseconds. */
  cpu(): number;
  /** Returns the last lines that it wrote, if it has ended. */
  lastWords(): Promise<string>;
}

/** The kernel's unit of CPU time, in milliseconds. */
const JIFFY = 10;

/** Starts `partyfinder serve` on a free port, and waits until it is ready. */
export async function startService({ cluster, keyspace }: Place): Promise<Service> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await createDirectory());
  const probe = join(path, "probe");
  const command = opened.use(
    startCommand(["serve"], {
      env: {
        ...probeEnvironment(probe),
        CASSANDRA_CONTACT_POINTS: cluster.contactPoints.join(","),
        CASSANDRA_LOCAL_DATA_CENTER: cluster.localDataCenter,
        CASSANDRA_KEYSPACE: keyspace,
        PORT: "0",
        NODE_ENV: "production",
        // The neighbours are distinguished by X-Forwarded-For, as if they were elsewhere.
        ALLOW_ANONYMOUS: "1",
      },
    }),
  );
  const banner = await command.printed("Ctrl-C stops everything.");
  const origin = `http://127.0.0.1:${/localhost:(\d+)\/graphql/.exec(banner)![1]}`;
  while (!(await fetch(`${origin}/ready`)).ok) await sleep(100);
  let isUp = true;
  void command.ended.then(() => (isUp = false));
  const status = (field: string) => {
    const text = read(`/proc/${command.pid}/status`);
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? NaN) / 1024;
  };
  const kept = opened.move();
  return {
    url: `${origin}/graphql`,
    get isUp() {
      return isUp;
    },
    resident: () => status("VmRSS"),
    async held() {
      const { resident } = (await askProbe(probe, "collected")) as State;
      return resident / 2 ** 20;
    },
    peak: () => status("VmHWM"),
    resetPeak() {
      if (isUp) writeFileSync(`/proc/${command.pid}/clear_refs`, "5");
    },
    cpu() {
      // The fields follow the name, which may contain any characters.
      const fields = read(`/proc/${command.pid}/stat`).split(") ").at(-1)!.split(" ");
      return (Number(fields[11]) + Number(fields[12])) * JIFFY;
    },
    async lastWords() {
      const { code, err } = await command.ended;
      return `ended with ${code}: ${err.trim().split("\n").slice(-3).join(" | ")}`;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Reads a file of a process; empty if the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
