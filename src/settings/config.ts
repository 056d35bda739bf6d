import type {
  ConnectByBundle,
  ConnectByContactPoints,
  ConnectOptions,
  Replication,
} from "../cassandra/index.ts";
// From modules that do not load the driver: settings are read before Java is started.
import { readBundle } from "../cassandra/session/bundle.ts";
import { checkOptions } from "../cassandra/session/check-options.ts";
import { adjustableLimits, type LimitName, type Limits } from "../server/adjustable-limits.ts";
import type { DocumentList } from "../server/document-list.ts";
import { checkSignIn, type SignInOptions } from "../server/sign-in/options.ts";
import type { Introspection } from "../server/disclosure.ts";
import { readPlaces } from "../local/index.ts";
import { looksSecret, quoted } from "../support/quote.ts";
import { readLogin } from "./login.ts";
import { ConfigError, isToken, requireBoth, type Setting } from "./setting.ts";
import { type LimitSetting, limitSetting, type Settings } from "./settings.ts";
import { type Environment, merged, readSources, type Sources } from "./sources.ts";

export { ConfigError } from "./setting.ts";

/** The configuration that the settings describe. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** How long a connection without a request stays open, in milliseconds; 0: until its client closes it. */
  readonly idle: number;
  readonly limits: Limits;
  /** The only documents that clients may run. Undefined: those of the application, or all. */
  readonly documents: DocumentList | undefined;
  /** How callers sign in. Undefined: nobody signs in by token. */
  readonly signIn: SignInOptions | undefined;
  /** Undefined: those of this machine, in what they say of addresses only. */
  readonly trustedProxies: readonly string[] | undefined;
  /** By which names the service is called, beside those of this machine. */
  readonly hosts: readonly string[];
  /** The pages that may use the service, beside its own. */
  readonly origins: readonly string[];
  /** The prefix of all paths, without a slash at its end. */
  readonly path: string;
  readonly allowAnonymous: boolean;
  /** Undefined: whether browsers get GraphiQL depends on who can reach the service. */
  readonly graphiql: boolean | undefined;
  /** Undefined: it depends on who can reach the service. */
  readonly introspection: Introspection | undefined;
  readonly keyspace: string;
  readonly cassandra: Cluster | EmbeddedCassandra;
  readonly live: LiveConfig;
}

/** How the service learns of changes by other processes. */
export interface LiveConfig {
  readonly redisUrl: string | undefined;
  /** How often watched values are compared with the database, in milliseconds; 0: never. */
  readonly pollInterval: number;
}

/** How to connect to a Cassandra that the command does not run. */
export type Cluster = ConnectOptions & {
  readonly kind: "cluster";
  /** The replication with which `sync` creates a missing keyspace. */
  readonly replication: Replication | undefined;
};

/** How to run an embedded Cassandra. */
export interface EmbeddedCassandra {
  readonly kind: "embedded";
  /** The directory of its data. */
  readonly dir: string;
  /** The directory of its jars. */
  readonly cacheDir: string;
  /** Undefined: jars if this machine can run them, otherwise Docker. */
  readonly runtime: "jars" | "docker" | undefined;
  /** The URL of the Maven repository of its jars, which may contain a login; undefined: as Maven is configured. */
  readonly repository: string | undefined;
  readonly javaHome: string | undefined;
}

/** The value of each setting; undefined if it is not set and has no default. */
type Values = {
  readonly [Name in keyof Settings]:
    | ReturnType<Settings[Name]["read"]>
    | (Settings[Name] extends { readonly default: string } ? never : undefined);
};

/**
 * Reads the configuration from the environment and from `.env` in the working directory. If both have a setting, the
 * environment wins.
 *
 * @param warn called with one line for each likely mistake that is not an error, e.g. a misspelled name
 * @throws ConfigError naming every invalid setting
 */
export function loadConfig(settings: Settings, warn: (line: string) => void): Config {
  const sources = readSettings(settings);
  for (const { subject, message } of sources.oversights) warn(`Warning: ${subject} ${message}.`);
  return readConfig(settings, merged(sources));
}

/**
 * Reads the sources of settings. The values of `.env` are added to the environment of this process, for programs and
 * libraries that read it (`DOCKER_HOST`, `PATH`).
 *
 * @throws ConfigError if `.env` exists but cannot be read
 */
export function readSettings(settings: Settings): Sources {
  const sources = readSources(Object.keys(settings));
  for (const [name, value] of Object.entries(sources.file)) process.env[name] ??= value;
  return sources;
}

/** Reads the configuration from an environment. @throws ConfigError naming every invalid setting */
export function readConfig(settings: Settings, environment: Environment): Config {
  const values = readValues(settings, environment);
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    idle: values.HTTP_IDLE_TIMEOUT,
    limits: readLimits(values),
    documents: values.ALLOWED_DOCUMENTS,
    signIn: readSignIn(values, environment),
    trustedProxies: isSet(environment, "TRUSTED_PROXIES") ? values.TRUSTED_PROXIES : undefined,
    hosts: values.ALLOWED_HOSTS ?? [],
    origins: values.ALLOWED_ORIGINS ?? [],
    path: values.PATH_PREFIX ?? "",
    allowAnonymous: values.ALLOW_ANONYMOUS,
    graphiql: values.GRAPHIQL,
    introspection: values.INTROSPECTION,
    keyspace: readKeyspace(values, environment),
    cassandra: Object.freeze(readCassandra(values, environment)),
    live: Object.freeze({
      redisUrl: values.REDIS_URL,
      pollInterval: values.LIVE_POLL_INTERVAL,
    }),
  });
}

/** @throws ConfigError if only a part of what a sign-in needs is set */
function readSignIn(values: Values, environment: Environment): SignInOptions | undefined {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = values;
  const keys = [values.AUTH_JWKS_URL, values.AUTH_KEY_FILE, values.AUTH_SECRET].filter(
    (each) => each !== undefined,
  );
  if (keys.length > 1)
    throw new ConfigError("Of AUTH_JWKS_URL, AUTH_KEY_FILE and AUTH_SECRET, set only one.");
  const [key] = keys;
  const { AUTH_ALGORITHMS: algorithms, AUTH_ANONYMOUS_SCOPES: anonymous } = values;
  if (issuer !== undefined && audience !== undefined && key !== undefined) {
    const signIn: SignInOptions = {
      issuer,
      audience,
      keys: key,
      algorithms,
      clockTolerance: values.AUTH_CLOCK_TOLERANCE,
      scopesClaim: values.AUTH_SCOPES_CLAIM,
      anonymous,
    };
    requireFitting(signIn);
    return Object.freeze(signIn);
  }
  // Whoever has set one of them relies on a sign-in.
  const given = [issuer, audience, key, algorithms, anonymous];
  const isRelied =
    given.some((each) => each !== undefined) ||
    isSet(environment, "AUTH_SCOPES_CLAIM") ||
    isSet(environment, "AUTH_CLOCK_TOLERANCE");
  if (!isRelied) return undefined;
  const missing = [
    ...(issuer === undefined ? ["AUTH_ISSUER"] : []),
    ...(audience === undefined ? ["AUTH_AUDIENCE"] : []),
    ...(key === undefined ? ["one of AUTH_JWKS_URL, AUTH_KEY_FILE and AUTH_SECRET"] : []),
  ];
  throw new ConfigError(
    `Sign-in needs AUTH_ISSUER, AUTH_AUDIENCE and a key, but some are missing: set ${missing.join(", and ")}; or remove all AUTH settings.`,
  );
}

/** The settings of options of a sign-in that may not fit the others. */
const signInSettings: Readonly<Record<string, string>> = {
  "signIn.algorithms": "AUTH_ALGORITHMS",
  "signIn.anonymous": "AUTH_ANONYMOUS_SCOPES",
  "signIn.keys": "AUTH_KEY_FILE",
};

/** @throws ConfigError if the parts of a sign-in do not fit together */
function requireFitting(signIn: SignInOptions): void {
  try {
    checkSignIn(signIn);
  } catch (cause) {
    const problem = (cause as Error).message.replace(
      /signIn\.\w+/,
      (option) => signInSettings[option] ?? option,
    );
    throw new ConfigError(`The AUTH settings do not fit together. ${problem}`, { cause });
  }
}

function readLimits(values: Values): Limits {
  const names = Object.keys(adjustableLimits) as LimitName[];
  const set: Readonly<Record<LimitSetting, number>> = values;
  const limits = names.map((name) => [name, set[limitSetting(name)]]);
  return Object.freeze(Object.fromEntries(limits) as Record<LimitName, number>);
}

function readCassandra(values: Values, environment: Environment): Config["cassandra"] {
  const { ASTRA_DB_SECURE_BUNDLE_PATH: bundle, CASSANDRA_CONTACT_POINTS: contactPoints } = values;
  if (bundle) return readAstra(bundle, { values, environment });
  requireBundleForAstra(values);
  if (contactPoints) return readCluster(contactPoints, values);
  return {
    kind: "embedded",
    dir: ".cassandra",
    ...orConfigError(() => readPlaces(environment)),
    runtime: values.CASSANDRA_EMBEDDED,
    repository: values.CASSANDRA_EMBEDDED_REPOSITORY,
  };
}

function readCluster(contactPoints: readonly string[], values: Values): Cluster {
  if (values.CASSANDRA_EMBEDDED) {
    throw new ConfigError(
      "CASSANDRA_CONTACT_POINTS selects your cluster, and CASSANDRA_EMBEDDED selects an embedded Cassandra: set only one of them.",
    );
  }
  const cluster: ConnectByContactPoints = {
    contactPoints,
    port: values.CASSANDRA_PORT,
    localDataCenter: values.CASSANDRA_LOCAL_DATA_CENTER,
    ...readRequestOptions(values),
    ...readLogin(values),
    ...readTls(values),
  };
  return checkedCluster({ kind: "cluster", replication: values.CASSANDRA_REPLICATION, ...cluster });
}

interface AstraSettings {
  readonly values: Values;
  readonly environment: Environment;
}

function readAstra(bundle: string, { values, environment }: AstraSettings): Cluster {
  refuseSettingsOfBundle(environment);
  const login = readLogin(values);
  if (!login.credentials && !orConfigError(() => readBundle(bundle)).hasLogin) {
    throw new ConfigError(
      "ASTRA_DB_SECURE_BUNDLE_PATH is set without a login: set ASTRA_DB_TOKEN to a token, which begins with AstraCS:, or set ASTRA_DB_CLIENT_ID and ASTRA_DB_CLIENT_SECRET.",
    );
  }
  const astra: ConnectByBundle = { bundle, ...readRequestOptions(values), ...login };
  return checkedCluster({ kind: "cluster", replication: undefined, ...astra });
}

function readRequestOptions(values: Values) {
  return {
    consistency: values.CASSANDRA_CONSISTENCY,
    serialConsistency: values.CASSANDRA_SERIAL_CONSISTENCY,
    requestTimeout: values.CASSANDRA_REQUEST_TIMEOUT,
    fetchSize: values.CASSANDRA_FETCH_SIZE,
  };
}

function checkedCluster(cluster: Cluster): Cluster {
  orConfigError(() => checkOptions(cluster));
  return cluster;
}

/** Calls a check of another module, and turns its error into a ConfigError. */
function orConfigError<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (cause) {
    throw new ConfigError((cause as Error).message, { cause });
  }
}

const inBundle = "the bundle already contains the addresses and the TLS settings";

/** The settings that conflict with a bundle, and why. */
const conflictsWithBundle: Partial<Record<keyof Settings, string>> = {
  CASSANDRA_CONTACT_POINTS: inBundle,
  CASSANDRA_PORT: inBundle,
  CASSANDRA_LOCAL_DATA_CENTER: inBundle,
  CASSANDRA_REPLICATION: "Astra chooses the number of copies itself",
  CASSANDRA_TLS: inBundle,
  CASSANDRA_TLS_CA: inBundle,
  CASSANDRA_TLS_CERT: inBundle,
  CASSANDRA_TLS_KEY: inBundle,
  CASSANDRA_EMBEDDED: "it selects an embedded Cassandra",
};

/** @throws ConfigError naming every setting that conflicts with a bundle */
function refuseSettingsOfBundle(environment: Environment): void {
  const problems = Object.entries(conflictsWithBundle)
    .filter(([name]) => isSet(environment, name))
    .map(
      ([name, reason]) =>
        `${name} cannot be set together with ASTRA_DB_SECURE_BUNDLE_PATH: ${reason}. Set only one of them.`,
    );
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
}

/** @throws ConfigError if a setting is for an Astra database, but no bundle is set */
function requireBundleForAstra(values: Values): void {
  const { CASSANDRA_CONTACT_POINTS: contactPoints, CASSANDRA_PASSWORD: password = "" } = values;
  const stray = astraSettings.find((name) => values[name] !== undefined);
  const name = stray ?? (!contactPoints && isToken(password) ? "CASSANDRA_PASSWORD" : undefined);
  if (name === undefined) return;
  throw new ConfigError(
    `${name} is set without ASTRA_DB_SECURE_BUNDLE_PATH, so the address of the Astra database is unknown. Download its secure connect bundle with "astra db download-scb" or from the Astra portal, and set ASTRA_DB_SECURE_BUNDLE_PATH to the path of the file; or remove ${name}.`,
  );
}

const astraSettings = [
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
      "ASTRA_DB_KEYSPACE and CASSANDRA_KEYSPACE are different: set only one of them.",
    );
  }
  return astra ?? keyspace;
}

/** Whether the environment sets a setting, so that it is not a default. */
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
      `CASSANDRA_TLS is false, but CASSANDRA_TLS_${first.toUpperCase()} is set: set CASSANDRA_TLS to true, or remove the file settings.`,
    );
  }
  requireBoth({ CASSANDRA_TLS_CERT: cert, CASSANDRA_TLS_KEY: key });
  return { tls: files };
}

function readValues(settings: Settings, environment: Environment): Values {
  const problems: string[] = [];
  const entries: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);
  const values = entries.map(([name, { read, secret, blank, default: standard }]) => {
    if (blank !== undefined && environment[name]?.trim() === "") {
      problems.push(`${name} is set to nothing: ${blank}.`);
    }
    const given = environment[name]?.trim() || standard;
    if (given === undefined) return [name, undefined];
    try {
      return [name, read(given)];
    } catch (error) {
      const found = secret || looksSecret(given) ? "a different text" : quoted(given);
      problems.push(`${name} must be ${(error as Error).message}, but is ${found}.`);
      return [name, undefined];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return Object.fromEntries(values) as Values;
}
