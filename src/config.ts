import { readFileSync } from "node:fs";
import { loadEnvFile } from "node:process";
import {
  checkOptions,
  type ConnectOptions,
  isContactPoint,
  MIN_REQUEST_TIMEOUT,
  type Replication,
} from "./cassandra/index.ts";
import { readPlaces } from "./local/index.ts";

/** What the environment asks for. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly keyspace: string;
  readonly cassandra: Cluster | EmbeddedCassandra;
}

/** A Cassandra that is there already. */
export interface Cluster extends ConnectOptions {
  readonly kind: "cluster";
  /** With which `sync` creates a missing keyspace. */
  readonly replication: Replication | undefined;
}

/** The Cassandra that partyfinder runs by itself. */
export interface EmbeddedCassandra {
  readonly kind: "embedded";
  readonly dir: string;
  readonly cacheDir: string;
  readonly runtime: "jars" | "docker" | undefined;
  readonly javaHome: string | undefined;
}

/** An environment variable: what it means, its default, and how its text is read. */
interface Setting<Value> {
  readonly meaning: string;
  /** As one would write it; absent: none. */
  readonly default?: string;
  readonly example?: string;
  /** @throws Error saying what was needed */
  readonly read: (text: string) => Value;
}

/** Settings that contradict each other or cannot be read: one line for each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Every setting, in the order in which people look for them. */
export const settings = {
  PORT: {
    meaning: "The port of the HTTP server.",
    default: "4000",
    read: wholeNumber(0, 65_535),
  },
  HOST: {
    meaning: "The address that the HTTP server listens on; 0.0.0.0 for every one of this machine.",
    default: "127.0.0.1",
    read: text,
  },
  CASSANDRA_CONTACT_POINTS: {
    meaning:
      "Nodes of your cluster, each host or host:port, with commas between. Without it an embedded Cassandra is run.",
    example: "10.0.0.1,10.0.0.2:9043",
    read: list,
  },
  CASSANDRA_PORT: {
    meaning: "The port of contact points that name none, and of the nodes that they tell of.",
    default: "9042",
    read: wholeNumber(1, 65_535),
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
  CASSANDRA_PASSWORD: { meaning: "Its password.", read: text },
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
  CASSANDRA_CONSISTENCY: {
    meaning: "LOCAL_QUORUM for one data centre, QUORUM for several.",
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
      "What the embedded Cassandra runs on, jars or docker. Default: jars where Java and Maven are found.",
    example: "docker",
    read: oneOf("jars", "docker"),
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

type Settings = typeof settings;
type Values = {
  readonly [Name in keyof Settings]:
    | ReturnType<Settings[Name]["read"]>
    | (Settings[Name] extends { readonly default: string } ? never : undefined);
};
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment, and what `.env` in the working directory adds to it: the real environment wins.
 *
 * @throws ConfigError naming every wrong setting
 */
export function loadConfig(): Config {
  try {
    loadEnvFile();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return readConfig(process.env);
}

/** Makes the configuration of an environment. @throws ConfigError naming every wrong setting */
export function readConfig(environment: Environment): Config {
  const values = readValues(environment);
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    keyspace: values.CASSANDRA_KEYSPACE,
    cassandra: Object.freeze(readCassandra(values, environment)),
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
  const contactPoints = values.CASSANDRA_CONTACT_POINTS;
  if (!contactPoints) {
    return {
      kind: "embedded",
      dir: ".cassandra",
      ...readPlaces(environment),
      runtime: values.CASSANDRA_EMBEDDED,
    };
  }
  if (values.CASSANDRA_EMBEDDED) {
    throw new ConfigError(
      "CASSANDRA_CONTACT_POINTS names your cluster and CASSANDRA_EMBEDDED asks for another: set one of them.",
    );
  }
  return checked({
    kind: "cluster",
    contactPoints,
    port: values.CASSANDRA_PORT,
    localDataCenter: values.CASSANDRA_LOCAL_DATA_CENTER,
    replication: values.CASSANDRA_REPLICATION,
    consistency: values.CASSANDRA_CONSISTENCY,
    serialConsistency: values.CASSANDRA_SERIAL_CONSISTENCY,
    requestTimeout: values.CASSANDRA_REQUEST_TIMEOUT,
    fetchSize: values.CASSANDRA_FETCH_SIZE,
    ...readCredentials(values),
    ...readTls(values),
  });
}

function checked(cluster: Cluster): Cluster {
  try {
    checkOptions(cluster);
    return cluster;
  } catch (cause) {
    throw new ConfigError((cause as Error).message, { cause });
  }
}

function readCredentials(values: Values): Pick<Cluster, "credentials"> {
  requireBoth(values, "CASSANDRA_USERNAME", "CASSANDRA_PASSWORD");
  const { CASSANDRA_USERNAME: username, CASSANDRA_PASSWORD: password } = values;
  return username && password ? { credentials: { username, password } } : {};
}

function readTls(values: Values): Pick<Cluster, "tls"> {
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
  requireBoth(values, "CASSANDRA_TLS_CERT", "CASSANDRA_TLS_KEY");
  return { tls: files };
}

/** @throws ConfigError if one of two settings is there without the other */
function requireBoth(values: Values, one: keyof Settings, other: keyof Settings): void {
  if ((values[one] === undefined) === (values[other] === undefined)) return;
  const [given, missing] = values[one] === undefined ? [other, one] : [one, other];
  throw new ConfigError(`${given} is set, ${missing} is not: set both or none.`);
}

function readValues(environment: Environment): Values {
  const problems: string[] = [];
  const entries: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);
  const values = entries.map(([name, { read, default: standard }]) => {
    const given = environment[name]?.trim() || standard;
    try {
      return [name, given === undefined ? undefined : read(given)];
    } catch (error) {
      problems.push(`${name} must be ${(error as Error).message}, but is "${given}".`);
      return [name, undefined];
    }
  });
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return Object.fromEntries(values) as Values;
}

function text(value: string): string {
  return value;
}

function list(value: string): readonly string[] {
  const items = value.split(",").map((item) => item.trim());
  if (items.every(isContactPoint)) return items;
  throw new Error("hosts with commas between, each host or host:port");
}

function wholeNumber(min: number, max: number, reason = "") {
  return (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw new Error(`a whole number from ${min} to ${max}${reason}`);
  };
}

function yesOrNo(value: string): boolean {
  return oneOf("true", "false")(value) === "true";
}

/** The text of a file; a path is relative to the working directory. */
function pemFile(path: string): string {
  const pem = readPem(path);
  if (pem.includes("-----BEGIN ")) return pem;
  throw new Error("the path of a PEM file, with a line -----BEGIN");
}

function readPem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    const reason = unreadable[code] ?? code;
    throw new Error(`the path of a PEM file that can be read (${reason})`, { cause });
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: "there is none",
  EACCES: "its permissions forbid it",
  EISDIR: "it is a directory",
};

/** Cassandra's own rule: it becomes a directory's name (SchemaConstants.NAME_LENGTH). */
function keyspaceName(value: string): string {
  if (/^\w{1,48}$/.test(value)) return value;
  throw new Error("1 to 48 letters, digits and underscores");
}

function oneOf<const Choice extends string>(...choices: readonly Choice[]) {
  return (value: string): Choice => {
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    throw new Error(choices.join(" or "));
  };
}

function replication(value: string): Replication {
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const pairs = value.split(",").map((pair) => /^\s*([^\s:]+):([1-9]\d?)\s*$/.exec(pair));
  if (pairs.every((pair) => pair !== null)) {
    return Object.fromEntries(pairs.map(([, name = "", copies]) => [name, Number(copies)]));
  }
  throw new Error("a number such as 3, or one a data centre such as dc1:3,dc2:3");
}
