import { readFileSync } from "node:fs";
import { driverVersion } from "../cassandra/index.ts";
import { type Config, ConfigError, readConfig, readSettings } from "../settings/config.ts";
import { merged, type Sources } from "../settings/sources.ts";
import { command } from "./command.ts";
import { clusterGroups } from "./doctor/cluster.ts";
import { embeddedGroups } from "./doctor/embedded.ts";
import { type Finding, type Group, ok } from "./doctor/finding.ts";
import { groupText, verdict } from "./doctor/report.ts";
import { settingsGroup } from "./doctor/settings.ts";
import { exitCodes } from "./exit.ts";

/** `partyfinder doctor`. */
export const doctor = command({
  name: "doctor",
  summary: "show what is configured, what answers, and what is wrong with it",
  details:
    "It starts and changes nothing, shows no secret, and ends within ten seconds. What it says of a failure is what\nthe other commands say of it; so is its exit status. Warnings end with 0.",
  options: {},
  example: {
    call: "CASSANDRA_CONTACT_POINTS=10.0.0.1 partyfinder doctor",
    does: "to look at a cluster of your own",
  },
  async run(_, terminal) {
    const findings: Finding[] = [];
    const stop = stopped(terminal.signal);
    const groups = examine();
    for (;;) {
      const { done, value } = await Promise.race([groups.next(), stop]);
      if (done) break;
      findings.push(...value.findings);
      terminal.print(groupText(value, terminal));
    }
    terminal.print(verdict(findings, terminal));
    const failure = findings.find((each) => each.state === "failure");
    process.exitCode = exitCodes[failure?.reason ?? "done"];
  },
});

/** Gives what there is to see, group by group, as soon as it is known. */
async function* examine(): AsyncGenerator<Group, void> {
  const { sources, config, problems } = readAll();
  yield settingsGroup(sources, config?.cassandra, problems);
  yield versionsGroup();
  if (config === undefined) return;
  const { cassandra, keyspace } = config;
  yield* cassandra.kind === "embedded"
    ? embeddedGroups(cassandra, keyspace)
    : clusterGroups(cassandra, keyspace);
}

/** What is configured, as far as it can be read, and what is wrong with it, a line each. */
interface Read {
  readonly sources: Sources;
  readonly config?: Config;
  readonly problems?: readonly string[];
}

function readAll(): Read {
  let sources: Sources = { environment: process.env, file: {}, oversights: [] };
  try {
    sources = readSettings();
    return { sources, config: readConfig(merged(sources)) };
  } catch (error) {
    if (error instanceof ConfigError) return { sources, problems: error.message.split("\n") };
    throw error;
  }
}

function versionsGroup(): Group {
  const file = new URL("../../package.json", import.meta.url);
  const { version }: { version: string } = JSON.parse(readFileSync(file, "utf8"));
  return {
    title: "Versions",
    findings: [
      ok("partyfinder", version),
      ok("Node.js", process.versions.node),
      ok("cassandra-driver", driverVersion),
    ],
  };
}

/** Rejects when somebody asks to stop: nobody then waits for what hangs. */
function stopped(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason));
  return promise;
}
