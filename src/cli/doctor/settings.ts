import type { Config } from "../../settings/config.ts";
import type { Settings } from "../../settings/settings.ts";
import { looksSecret, printable } from "../../support/quote.ts";
import type { Sources } from "../../settings/sources.ts";
import { failure, type Group, ok, warning } from "./finding.ts";

/** A setting that has a value. */
interface InUse {
  readonly name: string;
  /** Its text, or for a secret a note that it is set. */
  readonly shown: string;
  readonly source: "environment" | ".env" | "default";
}

/** The maximum width of the column of values. A longer one moves the rest of its line. */
const WIDEST_VALUE = 32;

interface SettingsOptions {
  readonly settings: Settings;
  readonly sources: Sources;
  readonly cassandra: Config["cassandra"] | undefined;
  /** The lines of a ConfigError. */
  readonly problems?: readonly string[] | undefined;
}

/** Reports the settings, the source of each value, and likely mistakes. Limits are left out unless they are set. */
export function settingsGroup({
  settings,
  sources,
  cassandra,
  problems = [],
}: SettingsOptions): Group {
  const all = settingsInUse(settings, sources);
  const without = withoutEffect({ settings, cassandra, inUse: all });
  // All limits at once would hide the settings that were made.
  const isSilent = (name: string) => without.includes(name) || name.startsWith("LIMIT_");
  const inUse = all.filter(({ name, source }) => source !== "default" || !isSilent(name));
  const width = Math.min(WIDEST_VALUE, Math.max(...inUse.map(({ shown }) => shown.length)));
  const listed = inUse.map(({ name, shown, source }) => {
    const problem = problems.find((line) => isAbout(line, name));
    if (problem !== undefined) return failure(name, problem, { reason: "settings" });
    const text = `${shown.padEnd(width)}  ${source}`;
    return without.includes(name)
      ? warning(name, `${text}, has no effect (set CASSANDRA_CONTACT_POINTS)`)
      : ok(name, text);
  });
  const others = problems.filter((line) => !inUse.some(({ name }) => isAbout(line, name)));
  return {
    title: "Settings",
    findings: [
      ...listed,
      ...sources.oversights.map(({ subject, message }) => warning(subject, message)),
      ...others.map((line) => failure("settings", line, { reason: "settings" })),
    ],
  };
}

/** Returns the settings that have a value, in the order of `.env.template`. */
export function settingsInUse(
  settings: Settings,
  { environment, file }: Pick<Sources, "environment" | "file">,
): readonly InUse[] {
  return Object.entries(settings).flatMap(([name, setting]): readonly InUse[] => {
    const standard = "default" in setting ? setting.default : undefined;
    // An empty variable also overrides the file.
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

interface EffectOptions {
  readonly settings: Settings;
  readonly cassandra: Config["cassandra"] | undefined;
  readonly inUse: readonly InUse[];
}

/** Returns the names of settings that have no effect because of other settings. */
function withoutEffect({ settings, cassandra, inUse }: EffectOptions): readonly string[] {
  if (cassandra === undefined) return [];
  if (cassandra.kind === "embedded") return Object.keys(settings).filter(isForClusters);
  const named = inUse.some(({ name }) => name === "ASTRA_DB_KEYSPACE")
    ? ["CASSANDRA_KEYSPACE"]
    : [];
  return cassandra.bundle === undefined
    ? []
    : ["CASSANDRA_PORT", "CASSANDRA_LOCAL_DATA_CENTER", ...named];
}

function isAbout(line: string, name: string): boolean {
  return line.startsWith(`${name} `);
}

/** Whether the embedded Cassandra ignores a setting. */
function isForClusters(name: string): boolean {
  return (
    name.startsWith("CASSANDRA_") &&
    name !== "CASSANDRA_KEYSPACE" &&
    !name.startsWith("CASSANDRA_EMBEDDED")
  );
}
