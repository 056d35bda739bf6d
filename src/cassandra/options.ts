import { createSecureContext } from "node:tls";
import { type auth, type ClientOptions, policies, types } from "cassandra-driver";
import { CassandraError, messageOf } from "./error.ts";

/** How many replicas have to take part in a read or write: most of the own data centre, or most of all. */
export type Consistency = "LOCAL_QUORUM" | "QUORUM";

/** Among whom lightweight transactions agree: the replicas of the own data centre, or all. */
export type SerialConsistency = "LOCAL_SERIAL" | "SERIAL";

/** One or several PEM blocks, as text or as the bytes of a file. */
export type Pem = string | Buffer;

/** What TLS needs beside the certificate authorities that Node.js knows. */
export interface TlsOptions {
  /** The authorities that may have signed the nodes' certificates. Default: those that Node.js knows. */
  readonly ca?: Pem;
  /** The certificate to show to the nodes, where they ask for one. */
  readonly cert?: Pem;
  /** The private key of `cert`; neither goes without the other. */
  readonly key?: Pem;
}

/** Where Cassandra is, as whom to speak to it, and how. */
export interface ConnectOptions {
  /** Nodes to begin with, each `host` or `host:port`. */
  readonly contactPoints: readonly string[];
  /** The port of contact points that name none, and of the nodes that they tell of. Default: 9042. */
  readonly port?: number;
  /** The data centre whose nodes are asked, e.g. `datacenter1`. */
  readonly localDataCenter: string;
  /** The keyspace in which the tables are. Default: none, for work on keyspaces themselves. */
  readonly keyspace?: string;
  /** The role to log in as. Default: none, for a cluster that asks for no password. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Another way to log in, in the place of credentials. */
  readonly authProvider?: auth.AuthProvider;
  /**
   * TLS; true: with the authorities that Node.js knows. A node is connected to by its IP address, which its
   * certificate has to name, unless `driver.sslOptions.servername` says what else it names. Default: none.
   */
  readonly tls?: true | TlsOptions;
  /** Of reads and writes. Default: `LOCAL_QUORUM`, for one data centre; `QUORUM` is for several. */
  readonly consistency?: Consistency;
  /** Of lightweight transactions: `LOCAL_SERIAL` (default) with `LOCAL_QUORUM`, `SERIAL` with `QUORUM`. */
  readonly serialConsistency?: SerialConsistency;
  /**
   * How long one node may take to answer a statement of the models, in milliseconds; on all nodes together it may
   * take 500 more. Default: 3000. At least 2500, as Cassandra itself takes up to 2000 to say what became of a write.
   */
  readonly requestTimeout?: number;
  /** Most rows that one page brings. Default: 1000. */
  readonly fetchSize?: number;
  /**
   * Options of the driver, each in the place of ours. What protects the data stays: no client timestamps, BigInt for
   * `bigint`, writes that are never sent twice, and the consistency, time-out and page that the options above say.
   */
  readonly driver?: ClientOptions;
}

/** Whether a text is `host` or `host:port`, as a contact point is; an IPv6 address is in brackets. */
export function isContactPoint(text: string): boolean {
  return /^(\[[^\s\]]+\]|[^\s:[\]]+)(:\d{1,5})?$/.test(text);
}

/** How a session runs the statements of the models. */
export interface Manner {
  readonly consistency: types.consistencies;
  readonly serialConsistency: types.consistencies;
  /** On one node, in milliseconds. */
  readonly requestTimeout: number;
  readonly fetchSize: number;
}

/** Under this a client can give up on a write before Cassandra has said what became of it (its own bound is 2 s). */
export const MIN_REQUEST_TIMEOUT = 2500;

/** The serial consistency that sees the same replicas as a consistency. */
const serialOf: Readonly<Record<string, SerialConsistency>> = {
  LOCAL_QUORUM: "LOCAL_SERIAL",
  QUORUM: "SERIAL",
};

/**
 * Checks options without connecting.
 *
 * @throws CassandraError `BAD_OPTIONS` if they are unsafe, lack something or contradict each other
 */
export function checkOptions(options: ConnectOptions): void {
  checkConsistency(options);
  checkNumbers(options);
  checkLogin(options);
  checkTls(options);
}

/** How statements are run with these options. */
export function mannerOf({
  consistency = "LOCAL_QUORUM",
  serialConsistency = "LOCAL_SERIAL",
  requestTimeout = 3000,
  fetchSize = 1000,
}: ConnectOptions): Manner {
  const { localQuorum, quorum, localSerial, serial } = types.consistencies;
  return {
    consistency: consistency === "QUORUM" ? quorum : localQuorum,
    serialConsistency: serialConsistency === "SERIAL" ? serial : localSerial,
    requestTimeout,
    fetchSize,
  };
}

/** The driver's options: ours, the caller's over them, and over both what protects the data. */
export function clientOptions(options: ConnectOptions): ClientOptions {
  const merged = merge(ours(options), options.driver ?? {});
  return {
    ...merged,
    encoding: { ...merged.encoding, useBigIntAsLong: true },
    policies: {
      ...merged.policies,
      // So that the coordinators' clocks decide; null is the driver's word for it, which its types do not know.
      timestampGeneration: null as unknown as policies.timestampGeneration.TimestampGenerator,
    },
  };
}

function ours(options: ConnectOptions): ClientOptions {
  const { contactPoints, port, localDataCenter, keyspace, credentials, authProvider } = options;
  const { consistency, serialConsistency, requestTimeout, fetchSize } = mannerOf(options);
  const sslOptions = tlsOf(options);
  return {
    // The driver knows no brackets without a port after them.
    contactPoints: contactPoints.map((point) => point.replace(/^\[(.*)\]$/, "$1")),
    localDataCenter,
    ...(port !== undefined && { protocolOptions: { port } }),
    ...(keyspace !== undefined && { keyspace }),
    ...(credentials && { credentials }),
    ...(authProvider && { authProvider }),
    ...(sslOptions && { sslOptions }),
    queryOptions: { consistency, serialConsistency, fetchSize },
    socketOptions: { connectTimeout: 2000, readTimeout: requestTimeout },
    pooling: { heartBeatInterval: 2000 },
    policies: {
      // The driver's own wait grows to ten minutes.
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(100, 1000),
    },
  };
}

/** The driver by itself would trust any certificate. */
function tlsOf({ tls, driver }: ConnectOptions): ClientOptions["sslOptions"] {
  if (!tls && !driver?.sslOptions) return undefined;
  return { rejectUnauthorized: true, ...(tls !== true && tls) };
}

/** Puts options over others, group by group; an instance or a list takes the other's place. */
function merge(base: ClientOptions, over: ClientOptions): ClientOptions {
  const groups: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const known = groups[name];
    groups[name] = isGroup(known) && isGroup(value) ? { ...known, ...value } : value;
  }
  return groups;
}

function isGroup(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function checkConsistency({
  consistency = "LOCAL_QUORUM",
  serialConsistency = "LOCAL_SERIAL",
}: ConnectOptions): void {
  const serial = serialOf[consistency];
  if (serial === undefined) {
    refuse(
      `The consistency must be LOCAL_QUORUM (one data centre) or QUORUM (several), but is ${consistency}: with less, a read can miss what was written.`,
    );
  }
  if (serialConsistency !== serial) {
    refuse(
      `The consistency LOCAL_QUORUM goes with the serial consistency LOCAL_SERIAL (one data centre), QUORUM with SERIAL (several); ${consistency} does not go with ${serialConsistency}.`,
    );
  }
}

function checkNumbers({ requestTimeout, fetchSize }: ConnectOptions): void {
  if (requestTimeout !== undefined && !(requestTimeout >= MIN_REQUEST_TIMEOUT)) {
    refuse(
      `The request time-out must be at least ${MIN_REQUEST_TIMEOUT} ms, but is ${requestTimeout}: Cassandra itself takes up to 2000 ms to say what became of a write.`,
    );
  }
  if (fetchSize !== undefined && !(Number.isInteger(fetchSize) && fetchSize > 0)) {
    refuse(`The fetch size must be a whole number of rows from 1, but is ${fetchSize}.`);
  }
}

function checkLogin({ credentials, authProvider }: ConnectOptions): void {
  if (credentials && authProvider) {
    refuse("Credentials and an authProvider are two ways to log in: give one of them.");
  }
  if (credentials && !(credentials.username && credentials.password)) {
    refuse("Credentials need both, a user name and a password.");
  }
}

function checkTls(options: ConnectOptions): void {
  const { sslOptions } = clientOptions(options);
  if (!sslOptions) return;
  if ((sslOptions.cert === undefined) !== (sslOptions.key === undefined)) {
    refuse("A client certificate for TLS needs both, the certificate and its private key.");
  }
  try {
    createSecureContext(sslOptions);
  } catch (cause) {
    refuse(`The certificates or the key for TLS cannot be used: ${messageOf(cause)}.`, cause);
  }
}

function refuse(message: string, cause?: unknown): never {
  throw new CassandraError("BAD_OPTIONS", message, { cause });
}
