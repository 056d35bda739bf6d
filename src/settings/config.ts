import type {
  ConnectByBundle,
  ConnectByContactPoints,
  ConnectOptions,
  Replication,
} from "../cassandra/index.ts";
// From modules that do not load the driver: settings are read before Java is started.
import { readBundle } from "../cassandra/session/bundle.ts";
import { checkOptions } from "../cassandra/session/check-options.ts";
import { readPlaces } from "../local/index.ts";
import { looksSecret, quoted } from "../support/quote.ts";
import { readLogin } from "./login.ts";
import { ConfigError, isToken, requireBoth, type Setting } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { type Environment, merged, readSources, type Sources } from "./sources.ts";

export { ConfigError } from "./setting.ts";

/** What the settings ask for. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** How long a connection without a request stays open, in milliseconds; 0: until its client closes it. */
  readonly idle: number;
  /** The maximum number of tokens of a document. */
  readonly maxTokens: number;
  readonly keyspace: string;
  readonly cassandra: Cluster | EmbeddedCassandra;
  readonly live: LiveConfig;
}

/** How the service learns of changes by other processes. */
export interface LiveConfig {
  readonly redisUrl: string | undefined;
  /** In milliseconds; 0: never. */
  readonly pollInterval: number;
}

/** A Cassandra that runs by itself. */
export type Cluster = ConnectOptions & {
  readonly kind: "cluster";
  /** The replication with which `sync` creates a missing keyspace. */
  readonly replication: Replication | undefined;
};

/** The Cassandra that the command runs. */
export interface EmbeddedCassandra {
  readonly kind: "embedded";
  readonly dir: string;
  readonly cacheDir: string;
  readonly runtime: "jars" | "docker" | undefined;
  /** The Maven repository of its jars, perhaps with a login; undefined: as Maven is configured. */
  readonly repository: string | undefined;
  readonly javaHome: string | undefined;
}

type Values = {
  readonly [Name in keyof Settings]:
    | ReturnType<Settings[Name]["read"]>
    | (Settings[Name] extends { readonly default: string } ? never : undefined);
};

/**
 * Reads the environment and `.env` in the working directory. If both have a setting, the environment wins.
 *
 * @param warn called with one line for each likely mistake that is no error, e.g. a misspelled name
 * @throws ConfigError naming every wrong setting
 */
export function loadConfig(settings: Settings, warn: (line: string) => void): Config {
  const sources = readSettings(settings);
  for (const { what, found } of sources.oversights) warn(`Warning: ${what} ${found}.`);
  return readConfig(settings, merged(sources));
}

/**
 * Reads the sources of settings. The values of `.env` are added to the environment of this process, for programs and
 * libraries that read it (`DOCKER_HOST`, `PATH`).
 *
 * @throws ConfigError if there is a `.env` that cannot be read
 */
export function readSettings(settings: Settings): Sources {
  const sources = readSources(Object.keys(settings));
  for (const [name, value] of Object.entries(sources.file)) process.env[name] ??= value;
  return sources;
}

/** Reads the configuration from an environment. @throws ConfigError naming every wrong setting */
export function readConfig(settings: Settings, environment: Environment): Config {
  const values = readValues(settings, environment);
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    idle: values.HTTP_IDLE_TIMEOUT,
    maxTokens: values.GRAPHQL_MAX_TOKENS,
    keyspace: readKeyspace(values, environment),
    cassandra: Object.freeze(readCassandra(values, environment)),
    live: Object.freeze({
      redisUrl: values.REDIS_URL,
      pollInterval: values.LIVE_POLL_INTERVAL,
    }),
  });
}

function readCassandra(values: Values, environment: Environment): Config["cassandra"] {
  const { ASTRA_DB_SECURE_BUNDLE_PATH: bundle, CASSANDRA_CONTACT_POINTS: contactPoints } = values;
  if (bundle) return readAstra(bundle, values, environment);
  refuseWithoutBundle(values);
  if (contactPoints) return readCluster(contactPoints, values);
  return {
    kind: "embedded",
    dir: ".cassandra",
    ...orRefused(() => readPlaces(environment)),
    runtime: values.CASSANDRA_EMBEDDED,
    repository: values.CASSANDRA_EMBEDDED_REPOSITORY,
  };
}

function readCluster(contactPoints: readonly string[], values: Values): Cluster {
  if (values.CASSANDRA_EMBEDDED) {
    throw new ConfigError(
      "CASSANDRA_CONTACT_POINTS names your cluster and CASSANDRA_EMBEDDED asks for another: set one of them.",
    );
  }
  const cluster: ConnectByContactPoints = {
    contactPoints,
    port: values.CASSANDRA_PORT,
    localDataCenter: values.CASSANDRA_LOCAL_DATA_CENTER,
    ...readManner(values),
    ...readLogin(values),
    ...readTls(values),
  };
  return checked({ kind: "cluster", replication: values.CASSANDRA_REPLICATION, ...cluster });
}

function readAstra(bundle: string, values: Values, environment: Environment): Cluster {
  refuseBesideBundle(environment);
  const login = readLogin(values);
  if (!login.credentials && !orRefused(() => readBundle(bundle)).hasLogin) {
    throw new ConfigError(
      "ASTRA_DB_SECURE_BUNDLE_PATH is set, a login is not: set ASTRA_DB_TOKEN to a token, which begins with AstraCS:, or ASTRA_DB_CLIENT_ID and ASTRA_DB_CLIENT_SECRET.",
    );
  }
  const astra: ConnectByBundle = { bundle, ...readManner(values), ...login };
  return checked({ kind: "cluster", replication: undefined, ...astra });
}

function readManner(values: Values) {
  return {
    consistency: values.CASSANDRA_CONSISTENCY,
    serialConsistency: values.CASSANDRA_SERIAL_CONSISTENCY,
    requestTimeout: values.CASSANDRA_REQUEST_TIMEOUT,
    fetchSize: values.CASSANDRA_FETCH_SIZE,
  };
}

function checked(cluster: Cluster): Cluster {
  orRefused(() => checkOptions(cluster));
  return cluster;
}

/** What is refused elsewhere is a wrong setting. */
function orRefused<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (cause) {
    throw new ConfigError((cause as Error).message, { cause });
  }
}

const saidByBundle = "the bundle says already where Cassandra is and how to reach it";

/** What does not go with a bundle, and why. */
const notBesideBundle: Partial<Record<keyof Settings, string>> = {
  CASSANDRA_CONTACT_POINTS: saidByBundle,
  CASSANDRA_PORT: saidByBundle,
  CASSANDRA_LOCAL_DATA_CENTER: saidByBundle,
  CASSANDRA_REPLICATION: "Astra decides itself how many copies there are",
  CASSANDRA_TLS: saidByBundle,
  CASSANDRA_TLS_CA: saidByBundle,
  CASSANDRA_TLS_CERT: saidByBundle,
  CASSANDRA_TLS_KEY: saidByBundle,
  CASSANDRA_EMBEDDED: "it asks for another Cassandra",
};

function refuseBesideBundle(environment: Environment): void {
  const problems = Object.entries(notBesideBundle)
    .filter(([name]) => isSet(environment, name))
    .map(
      ([name, reason]) =>
        `${name} does not go with ASTRA_DB_SECURE_BUNDLE_PATH: ${reason}. Set one of them.`,
    );
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
}

/** @throws ConfigError if something is said of a database of Astra that nothing leads to */
function refuseWithoutBundle(values: Values): void {
  const { CASSANDRA_CONTACT_POINTS: contactPoints, CASSANDRA_PASSWORD: password = "" } = values;
  const stray = ofAstra.find((name) => values[name] !== undefined);
  const name = stray ?? (!contactPoints && isToken(password) ? "CASSANDRA_PASSWORD" : undefined);
  if (name === undefined) return;
  throw new ConfigError(
    `${name} is set, ASTRA_DB_SECURE_BUNDLE_PATH is not: nothing says where the database of Astra is. Download its bundle by "astra db download-scb" or in the Astra portal, and set the path of the file; or leave ${name} out.`,
  );
}

const ofAstra = [
  "ASTRA_DB_APPLICATION_TOKEN",
  "ASTRA_DB_TOKEN",
  "ASTRA_DB_CLIENT_ID",
  "ASTRA_DB_CLIENT_SECRET",
  "ASTRA_DB_KEYSPACE",
] as const;

function readKeyspace(values: Values, environment: Environment): string {
  const { ASTRA_DB_KEYSPACE: astra, CASSANDRA_KEYSPACE: keyspace } = values;
  if (astra && isSet(environment, "CASSANDRA_KEYSPACE") && astra !== keyspace) {
    throw new ConfigError(
      "ASTRA_DB_KEYSPACE and CASSANDRA_KEYSPACE are two keyspaces: set one of them.",
    );
  }
  return astra ?? keyspace;
}

/** Whether there is more than a default. */
function isSet(environment: Environment, name: string): boolean {
  return Boolean(environment[name]?.trim());
}

function readTls(values: Values): Pick<ConnectByContactPoints, "tls"> {
  const { CASSANDRA_TLS: wanted, CASSANDRA_TLS_CA: ca } = values;
  const { CASSANDRA_TLS_CERT: cert, CASSANDRA_TLS_KEY: key } = values;
  const files = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const [first] = Object.keys(files);
  if (first === undefined) return wanted ? { tls: true } : {};
  if (wanted === false) {
    throw new ConfigError(
      `CASSANDRA_TLS is false and CASSANDRA_TLS_${first.toUpperCase()} is set: set CASSANDRA_TLS to true, or no file.`,
    );
  }
  requireBoth({ CASSANDRA_TLS_CERT: cert, CASSANDRA_TLS_KEY: key });
  return { tls: files };
}

function readValues(settings: Settings, environment: Environment): Values {
  const problems: string[] = [];
  const entries: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);
  const values = entries.map(([name, { read, secret, default: standard }]) => {
    const given = environment[name]?.trim() || standard;
    if (given === undefined) return [name, undefined];
    try {
      return [name, read(given)];
    } catch (error) {
      const found = secret || looksSecret(given) ? "another text" : quoted(given);
      problems.push(`${name} must be ${(error as Error).message}, but is ${found}.`);
      return [name, undefined];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return Object.fromEntries(values) as Values;
}
