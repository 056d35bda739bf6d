import type { auth, ClientOptions } from "cassandra-driver";

/** The replicas that have to take part in a read or write: a majority of the local data centre, or of all. */
export type Consistency = "LOCAL_QUORUM" | "QUORUM";

/** The replicas among which lightweight transactions agree: those of the local data centre, or all. */
export type SerialConsistency = "LOCAL_SERIAL" | "SERIAL";

/** One or more PEM blocks, as text or as the bytes of a file. */
export type Pem = string | Buffer;

/** Certificates for TLS. */
export interface TlsOptions {
  /** The authorities whose signatures on the nodes' certificates are accepted. Default: those that Node.js trusts. */
  readonly ca?: Pem;
  /** The client certificate, for nodes that ask for one. Requires `key`. */
  readonly cert?: Pem;
  /** The private key of `cert`. */
  readonly key?: Pem;
}

/** The options that apply to all clusters. */
interface CommonOptions {
  /** The keyspace of the tables. Default: none, for work on keyspaces themselves. */
  readonly keyspace?: string;
  /**
   * The role to log in as. For an Astra token, the user name is `token` and the password is the token. Default: the
   * login in the bundle, if it has one; otherwise none, for a cluster without authentication.
   */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Another way to log in, instead of `credentials`. */
  readonly authProvider?: auth.AuthProvider;
  /**
   * The consistency of reads and writes. Default: `LOCAL_QUORUM`, for one data centre. `QUORUM` is for several data
   * centres, and not for Astra DB.
   */
  readonly consistency?: Consistency;
  /**
   * The consistency of lightweight transactions: `LOCAL_SERIAL` (default) with `LOCAL_QUORUM`, `SERIAL` with `QUORUM`.
   */
  readonly serialConsistency?: SerialConsistency;
  /**
   * How long one node may take to answer a statement of the models, in milliseconds. All nodes together may take 500
   * more. Default: 3000. At least 2500, since Cassandra itself takes up to 2000 to report the outcome of a write.
   */
  readonly requestTimeout?: number;
  /** The most rows of one page. Default: 1000. */
  readonly fetchSize?: number;
  /** Called with each line that an operator should see. Default: does nothing. */
  readonly log?: (line: string) => void;
  /**
   * Options of the driver, which override ours. Those that protect the data cannot be overridden: no client timestamps,
   * BigInt for `bigint`, writes that are never sent twice, and the consistency, time-out and fetch size given above.
   */
  readonly driver?: ClientOptions;
}

/** The options for a cluster that is reached by the addresses of its nodes. */
export interface ConnectByContactPoints extends CommonOptions {
  /** The nodes to connect to first, each `host` or `host:port`, with an IPv6 address in brackets. */
  readonly contactPoints: readonly string[];
  /** The port of contact points without one, and of the nodes that they list. Default: 9042. */
  readonly port?: number;
  /** The data centre whose nodes are used, e.g. `datacenter1`. */
  readonly localDataCenter: string;
  /**
   * Enables TLS; `true` accepts the authorities that Node.js trusts. Nodes are connected to by IP address, which their
   * certificates must name, unless `driver.sslOptions.servername` gives the name to check. Default: no TLS.
   */
  readonly tls?: true | TlsOptions;
  readonly bundle?: never;
}

/** The options for a database of Astra DB, which is reached by its secure connect bundle. */
export interface ConnectByBundle extends CommonOptions {
  /**
   * The path of the secure connect bundle: the zip file as downloaded. It contains the database's address, data centre
   * and TLS settings, so none of these may be given, neither here nor in `driver`.
   */
  readonly bundle: string;
  readonly contactPoints?: never;
  readonly port?: never;
  readonly localDataCenter?: never;
  readonly tls?: never;
}

/** The options of `connect`: where Cassandra is, how to log in, and how statements are run. */
export type ConnectOptions = ConnectByContactPoints | ConnectByBundle;

/** With less, a client can give up on a write before Cassandra has reported its outcome (which takes up to 2 s). */
export const MIN_REQUEST_TIMEOUT = 2500;

/** The default consistency of reads and writes, for one data centre. */
export const DEFAULT_CONSISTENCY: Consistency = "LOCAL_QUORUM";

/** Returns where Cassandra is, as a part of a sentence: `at 10.0.0.1, 10.0.0.2`. */
export function targetText(options: ConnectOptions): string {
  return options.bundle === undefined
    ? `at ${options.contactPoints.join(", ")}`
    : `by the bundle ${options.bundle}`;
}
