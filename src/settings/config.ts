import type {
  ConnectByBundle,
  ConnectByContactPoints,
  ConnectOptions,
  Replication,
} from "../cassandra/index.ts";
// From their own modules, which do not load the driver: settings are read before Java is started.
import { readBundle } from "../cassandra/session/bundle.ts";
import { checkOptions } from "../cassandra/session/check-options.ts";
import { MAX_PORT, readContactPoints } from "../cassandra/session/contact-point.ts";
import { MIN_REQUEST_TIMEOUT } from "../cassandra/session/options.ts";
import { POLL_INTERVAL } from "../live/poll.ts";
import { readPlaces } from "../local/index.ts";
import { readLogin } from "./login.ts";
import { looksSecret, quoted } from "../support/quote.ts";
import { limits } from "../server/limits.ts";
import {
  astraToken,
  bundlePath,
  ConfigError,
  isToken,
  keyspaceName,
  listenHost,
  oneOf,
  pemFile,
  redisUrl,
  replication,
  repositoryUrl,
  requireBoth,
  type Setting,
  text,
  wholeNumber,
  yesOrNo,
} from "./setting.ts";
import { type Environment, merged, readSources, type Sources } from "./sources.ts";

export { ConfigError } from "./setting.ts";

/** What the environment asks for. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** How long a connection without a request stays open, in milliseconds; 0: as long as its client wants. */
  readonly idle: number;
  /** Most tokens of a document. */
  readonly maxTokens: number;
  readonly keyspace: string;
  readonly cassandra: Cluster | EmbeddedCassandra;
  readonly live: LiveConfig;
}

/** How live values come from other processes. */
export interface LiveConfig {
  /** Of Redis. */
  readonly redisUrl: string | undefined;
  /** In milliseconds; 0: never. */
  readonly pollInterval: number;
}

/** A Cassandra that is there already. */
export type Cluster = ConnectOptions & {
  readonly kind: "cluster";
  /** With which `sync` creates a missing keyspace. */
  readonly replication: Replication | undefined;
};

/** The Cassandra that partyfinder runs by itself. */
export interface EmbeddedCassandra {
  readonly kind: "embedded";
  readonly dir: string;
  readonly cacheDir: string;
  readonly runtime: "jars" | "docker" | undefined;
  /** The Maven repository of its jars, perhaps with a login; undefined: as Maven is configured. */
  readonly repository: string | undefined;
  readonly javaHome: string | undefined;
}

/** Every setting, in the order in which people look for them. */
export const settings = {
  PORT: {
    meaning: "The port of the HTTP server.",
    default: "4000",
    read: wholeNumber(0, MAX_PORT),
  },
  HOST: {
    meaning: "The address that the HTTP server listens on; 0.0.0.0 for every one of this machine.",
    default: "127.0.0.1",
    read: listenHost,
  },
  HTTP_IDLE_TIMEOUT: {
    meaning:
      "How long a connection stays open for the next request, in milliseconds: longer than a load balancer before the service keeps it. 0: as long as the client wants.",
    default: String(limits.idle),
    read: wholeNumber(0, 3_600_000),
  },
  GRAPHQL_MAX_TOKENS: {
    meaning:
      "Most tokens (names, values, punctuation) of a GraphQL document. The time to validate one grows by their square: 0.1 s at 1000, 2 s at 5000.",
    default: String(limits.tokens),
    // The introspection of GraphiQL, with which everything begins, has 184.
    read: wholeNumber(200, 10_000),
  },
  CASSANDRA_CONTACT_POINTS: {
    meaning:
      "Nodes of your cluster, each host or host:port, with commas between; an IPv6 address in brackets. Without it, and without a bundle of Astra, an embedded Cassandra is run.",
    example: "10.0.0.1,10.0.0.2:9043",
    read: readContactPoints,
  },
  CASSANDRA_PORT: {
    meaning: "The port of contact points that name none, and of the nodes that they tell of.",
    default: "9042",
    read: wholeNumber(1, MAX_PORT),
  },
  CASSANDRA_LOCAL_DATA_CENTER: {
    meaning: "The data centre whose nodes are asked.",
    default: "datacenter1",
    read: text,
  },
  CASSANDRA_KEYSPACE: {
    meaning: "The keyspace of the tables.",
    default: "partyfinder",
    read: keyspaceName,
  },
  CASSANDRA_REPLICATION: {
    meaning:
      'Copies of each row in a keyspace that "sync" creates: a number a data centre, or one number.',
    example: "dc1:3,dc2:3",
    read: replication,
  },
  CASSANDRA_USERNAME: { meaning: "The role to log in as.", read: text },
  CASSANDRA_PASSWORD: { meaning: "Its password.", secret: true, read: text },
  CASSANDRA_TLS: {
    meaning:
      "Whether to connect by TLS, true or false; each node's certificate has to name its IP address. Default: true if one of the next three is set.",
    example: "true",
    read: yesOrNo,
  },
  CASSANDRA_TLS_CA: {
    meaning:
      "A PEM file of the authorities that signed the nodes' certificates. Default: those that Node.js knows.",
    example: "/etc/partyfinder/ca.pem",
    read: pemFile,
  },
  CASSANDRA_TLS_CERT: {
    meaning: "A PEM file of the certificate to show to nodes that ask for one.",
    example: "/etc/partyfinder/client.pem",
    read: pemFile,
  },
  CASSANDRA_TLS_KEY: {
    meaning: "A PEM file of its private key.",
    example: "/etc/partyfinder/client.key",
    read: pemFile,
  },
  ASTRA_DB_SECURE_BUNDLE_PATH: {
    meaning:
      "The secure connect bundle of a database of Astra, in the place of contact points, data centre and TLS.",
    example: "./secure-connect-parties.zip",
    read: bundlePath,
  },
  ASTRA_DB_APPLICATION_TOKEN: {
    meaning: "A token for it, by the name that version 0 of Astra's command line gives it.",
    example: "AstraCS:…",
    secret: true,
    read: astraToken,
  },
  ASTRA_DB_TOKEN: {
    meaning: "The same, by the name that version 1 gives it.",
    example: "AstraCS:…",
    secret: true,
    read: astraToken,
  },
  ASTRA_DB_CLIENT_ID: {
    meaning: "The client id of a token, in the place of the token.",
    read: text,
  },
  ASTRA_DB_CLIENT_SECRET: { meaning: "Its client secret.", secret: true, read: text },
  ASTRA_DB_KEYSPACE: {
    meaning: "CASSANDRA_KEYSPACE, by the name that Astra's command line gives it.",
    example: "partyfinder",
    read: keyspaceName,
  },
  CASSANDRA_CONSISTENCY: {
    meaning: "LOCAL_QUORUM for one data centre and for Astra, QUORUM for several.",
    default: "LOCAL_QUORUM",
    read: oneOf("LOCAL_QUORUM", "QUORUM"),
  },
  CASSANDRA_SERIAL_CONSISTENCY: {
    meaning: "LOCAL_SERIAL with LOCAL_QUORUM, SERIAL with QUORUM.",
    default: "LOCAL_SERIAL",
    read: oneOf("LOCAL_SERIAL", "SERIAL"),
  },
  CASSANDRA_REQUEST_TIMEOUT: {
    meaning:
      "How long a node may take to answer, in milliseconds, at least 2500; all nodes together 500 more.",
    default: "3000",
    read: wholeNumber(
      MIN_REQUEST_TIMEOUT,
      600_000,
      " (Cassandra itself takes up to 2000 to say what became of a write)",
    ),
  },
  CASSANDRA_FETCH_SIZE: {
    meaning: "Most rows that are fetched from Cassandra at once.",
    default: "1000",
    read: wholeNumber(1, 100_000),
  },
  CASSANDRA_EMBEDDED: {
    meaning:
      "What the embedded Cassandra runs on, jars or docker. Default: jars where Java is found, and Maven or a repository.",
    example: "docker",
    read: oneOf("jars", "docker"),
  },
  CASSANDRA_EMBEDDED_REPOSITORY: {
    meaning:
      "The URL of the Maven repository to fetch the embedded Cassandra's jars from, once; Maven is then not needed. Default: what Maven is configured for, with its mirrors, proxies and logins.",
    example: "https://user:password@maven.example.com/repository",
    secret: true,
    read: repositoryUrl,
  },
  REDIS_URL: {
    meaning:
      "A Redis by which several processes of the service tell each other at once what to read again for live values. It need not be there, and nothing is kept in it.",
    example: "redis://10.0.0.5:6379",
    secret: true,
    read: redisUrl,
  },
  LIVE_POLL_INTERVAL: {
    meaning:
      "How often watched parties and followed cities are compared with the database, in milliseconds: at most so late comes what no hint told of, as a change by another program, or by another process without Redis; one and a half times so late where a hint had just come, and later where very much is watched. 0: never.",
    default: String(POLL_INTERVAL),
    read: wholeNumber(0, 3_600_000),
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

type Settings = typeof settings;
type Values = {
  readonly [Name in keyof Settings]:
    | ReturnType<Settings[Name]["read"]>
    | (Settings[Name] extends { readonly default: string } ? never : undefined);
};

/**
 * Reads the environment, and what `.env` in the working directory adds to it: the real environment wins.
 *
 * @param warn called with one line for each likely mistake that is no error, e.g. a misspelled name
 * @throws ConfigError naming every wrong setting
 */
export function loadConfig(warn: (line: string) => void): Config {
  const sources = readSettings();
  for (const { what, found } of sources.oversights) warn(`Warning: ${what} ${found}.`);
  return readConfig(merged(sources));
}

/**
 * Reads where settings come from. What `.env` adds is put into the environment of this process, for the programs and
 * libraries that look there (`DOCKER_HOST`, `PATH`).
 *
 * @throws ConfigError if there is a `.env` that cannot be read
 */
export function readSettings(): Sources {
  const sources = readSources(Object.keys(settings));
  for (const [name, value] of Object.entries(sources.file)) process.env[name] ??= value;
  return sources;
}

/** Makes the configuration of an environment. @throws ConfigError naming every wrong setting */
export function readConfig(environment: Environment): Config {
  const values = readValues(environment);
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

/** `.env.template`: each setting with its meaning and default, to be copied and filled in. */
export function envTemplate(): string {
  const entries: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);
  const blocks = entries.map(([name, { meaning, default: standard, example }]) =>
    [
      `# ${meaning}`,
      ...(example === undefined ? [] : [`# Example: ${example}`]),
      `# ${name}=${standard ?? ""}`,
      "",
    ].join("\n"),
  );
  return [
    "# Copy to .env and uncomment what you need. The real environment wins.",
    "",
    ...blocks,
  ].join("\n");
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

function readValues(environment: Environment): Values {
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
