import { type Config, settings } from "../../settings/config.ts";
import { looksSecret, printable } from "../../support/quote.ts";
import type { Sources } from "../../settings/sources.ts";
import { failure, type Group, ok, warning } from "./finding.ts";

/** A setting that has a value. */
interface InUse {
  readonly name: string;
  /** Its text; of a secret nothing but that it is set. */
  readonly shown: string;
  readonly source: "environment" | ".env" | "default";
}

/** How wide the column of the values may get; what is longer pushes the rest of its line. */
const WIDEST = 32;

/**
 * Shows what is configured, where each value comes from, and likely mistakes.
 *
 * @param problems what is wrong with it: a line of a ConfigError each
 */
export function settingsGroup(
  sources: Sources,
  cassandra: Config["cassandra"] | undefined,
  problems: readonly string[] = [],
): Group {
  const all = settingsInUse(sources);
  const without = withoutEffect(cassandra, all);
  const inUse = all.filter(({ name, source }) => source !== "default" || !without.includes(name));
  const width = Math.min(WIDEST, Math.max(...inUse.map(({ shown }) => shown.length)));
  const listed = inUse.map(({ name, shown, source }) => {
    const problem = problems.find((line) => isAbout(line, name));
    if (problem !== undefined) return failure("settings", name, problem);
    const text = `${shown.padEnd(width)}  ${source}`;
    return without.includes(name)
      ? warning(name, `${text}, without effect (set CASSANDRA_CONTACT_POINTS)`)
      : ok(name, text);
  });
  const others = problems.filter((line) => !inUse.some(({ name }) => isAbout(line, name)));
  return {
    title: "Settings",
    findings: [
      ...listed,
      ...sources.oversights.map(({ what, found }) => warning(what, found)),
      ...others.map((line) => failure("settings", "settings", line)),
    ],
  };
}

/** Lists the settings that have a value, in the order in which people look for them. */
export function settingsInUse({
  environment,
  file,
}: Pick<Sources, "environment" | "file">): readonly InUse[] {
  return Object.entries(settings).flatMap(([name, setting]): readonly InUse[] => {
    const standard = "default" in setting ? setting.default : undefined;
    // As an empty variable hides the line of the file.
    const [given, source] =
      environment[name] === undefined
        ? [file[name], ".env" as const]
        : [environment[name], "environment" as const];
    const text = given?.trim();
    if (text) {
      const isSecret = "secret" in setting || looksSecret(text);
      return [{ name, shown: isSecret ? "set, not shown" : printable(text), source }];
    }
    return standard === undefined ? [] : [{ name, shown: standard, source: "default" }];
  });
}

/** What of the settings counts for nothing beside the others. */
function withoutEffect(
  cassandra: Config["cassandra"] | undefined,
  all: readonly InUse[],
): readonly string[] {
  if (cassandra === undefined) return [];
  if (cassandra.kind === "embedded") return forClusters;
  const named = all.some(({ name }) => name === "ASTRA_DB_KEYSPACE") ? ["CASSANDRA_KEYSPACE"] : [];
  return cassandra.bundle === undefined
    ? []
    : ["CASSANDRA_PORT", "CASSANDRA_LOCAL_DATA_CENTER", ...named];
}

function isAbout(line: string, name: string): boolean {
  return line.startsWith(`${name} `);
}

/** What the embedded Cassandra does not ask for. */
const forClusters = Object.keys(settings).filter(
  (name) =>
    name.startsWith("CASSANDRA_") &&
    name !== "CASSANDRA_KEYSPACE" &&
    !name.startsWith("CASSANDRA_EMBEDDED"),
);
