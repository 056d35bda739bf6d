import { readFileSync } from "node:fs";
import { driverVersion } from "../cassandra/index.ts";
import { type Config, ConfigError, loadConfig, readSources } from "../config.ts";
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
  const sources = readSources();
  const config = configOrProblems();
  if (Array.isArray(config)) {
    yield settingsGroup(sources, undefined, config);
    yield versionsGroup();
    return;
  }
  const { cassandra, keyspace } = config;
  yield settingsGroup(sources, cassandra);
  yield versionsGroup();
  yield* cassandra.kind === "embedded"
    ? embeddedGroups(cassandra, keyspace)
    : clusterGroups(cassandra, keyspace);
}

function configOrProblems(): Config | string[] {
  try {
    return loadConfig();
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
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
