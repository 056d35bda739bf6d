import { readFileSync } from "node:fs";
import { driverVersion } from "../cassandra/index.ts";
import { type Config, ConfigError, readConfig, readSettings } from "../settings/config.ts";
import type { Settings } from "../settings/settings.ts";
import { merged, type Sources } from "../settings/sources.ts";
import { unlessAborted } from "../support/unless-aborted.ts";
import { command, type Invocation } from "./command.ts";
import { clusterGroups } from "./doctor/cluster.ts";
import { embeddedGroups } from "./doctor/embedded.ts";
import { type Finding, type Group, ok } from "./doctor/finding.ts";
import { groupText, verdict } from "./doctor/report.ts";
import { settingsGroup } from "./doctor/settings.ts";
import { exitCodes } from "./exit.ts";

/** The command `doctor`. */
export const doctorCommand = command({
  name: "doctor",
  takesFile: true,
  summary: "check the settings, the connection and the database, and report problems",
  details:
    "It starts and changes nothing, shows no secrets, and ends within ten seconds. It reports a failure with the same\nmessage and exit status as the other commands. With warnings only, the exit status is 0.",
  options: {},
  example: {
    call: (name) => `CASSANDRA_CONTACT_POINTS=10.0.0.1 ${name} doctor`,
    does: "to check your own cluster",
  },
  async run(_, invocation) {
    const { terminal } = invocation;
    const findings: Finding[] = [];
    const groups = findingGroups(invocation);
    for (;;) {
      const { done, value } = await unlessAborted(terminal.signal, () => groups.next());
      if (done) break;
      findings.push(...value.findings);
      terminal.print(groupText(value, terminal));
    }
    terminal.print(verdict(findings, terminal));
    const failure = findings.find((each) => each.state === "failure");
    process.exitCode = exitCodes[failure?.reason ?? "done"];
  },
});

/** Yields each group of findings as soon as it is known. */
async function* findingGroups({ settings, load }: Invocation): AsyncGenerator<Group, void> {
  const { sources, config, problems } = tryReadSettings(settings);
  yield settingsGroup({ settings, sources, cassandra: config?.cassandra, problems });
  yield versionsGroup();
  if (config === undefined) return;
  const { cassandra, keyspace } = config;
  const { tables } = await load();
  const expected = { keyspace, tables };
  yield* cassandra.kind === "embedded"
    ? embeddedGroups(cassandra, expected)
    : clusterGroups(cassandra, expected);
}

/** The settings. Invalid ones have no config, but one line for each problem. */
interface ReadSettings {
  readonly sources: Sources;
  readonly config?: Config;
  readonly problems?: readonly string[];
}

function tryReadSettings(settings: Settings): ReadSettings {
  let sources: Sources = { environment: process.env, file: {}, oversights: [] };
  try {
    sources = readSettings(settings);
    return { sources, config: readConfig(settings, merged(sources)) };
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
