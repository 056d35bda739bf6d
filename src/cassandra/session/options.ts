import type { auth, ClientOptions } from "cassandra-driver";

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

/** As whom to speak to Cassandra, and how. */
interface CommonOptions {
  /** The keyspace in which the tables are. Default: none, for work on keyspaces themselves. */
  readonly keyspace?: string;
  /**
   * The role to log in as; with a token of Astra it is `token`, and the token its password. Default: none, for a
   * cluster that asks for no password; what a bundle brings.
   */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Another way to log in, in the place of credentials. */
  readonly authProvider?: auth.AuthProvider;
  /**
   * Of reads and writes. Default: `LOCAL_QUORUM`, for one data centre; `QUORUM` is for several, and not for Astra.
   */
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
  /** Where a line goes that an operator should see. Default: nowhere. */
  readonly log?: (line: string) => void;
  /**
   * Options of the driver, each in the place of ours. What protects the data stays: no client timestamps, BigInt for
   * `bigint`, writes that are never sent twice, and the consistency, time-out and page that the options above say.
   */
  readonly driver?: ClientOptions;
}

/** A cluster that is reached by the addresses of its nodes. */
export interface ConnectByContactPoints extends CommonOptions {
  /** Nodes to begin with, each `host` or `host:port`; an IPv6 address is in brackets. */
  readonly contactPoints: readonly string[];
  /** The port of contact points that name none, and of the nodes that they tell of. Default: 9042. */
  readonly port?: number;
  /** The data centre whose nodes are asked, e.g. `datacenter1`. */
  readonly localDataCenter: string;
  /**
   * TLS; true: with the authorities that Node.js knows. A node is connected to by its IP address, which its
   * certificate has to name, unless `driver.sslOptions.servername` says what else it names. Default: none.
   */
  readonly tls?: true | TlsOptions;
  readonly bundle?: never;
}

/** A database of Astra, which is reached by the bundle that belongs to it. */
export interface ConnectByBundle extends CommonOptions {
  /**
   * The path of its secure connect bundle: the zip file as it was downloaded. It says where the database is, what its
   * data centre is, and how to speak TLS to it, so nothing of that can be said beside it, nor in `driver`.
   */
  readonly bundle: string;
  readonly contactPoints?: never;
  readonly port?: never;
  readonly localDataCenter?: never;
  readonly tls?: never;
}

/** Where Cassandra is, as whom to speak to it, and how. */
export type ConnectOptions = ConnectByContactPoints | ConnectByBundle;

/** Under this a client can give up on a write before Cassandra has said what became of it (its own bound is 2 s). */
export const MIN_REQUEST_TIMEOUT = 2500;

/** The consistency of reads and writes, unless it is given: that of one data centre. */
export const DEFAULT_CONSISTENCY: Consistency = "LOCAL_QUORUM";

/** Where Cassandra is, for a sentence: `at 10.0.0.1, 10.0.0.2`. */
export function placeOf(options: ConnectOptions): string {
  return options.bundle === undefined
    ? `at ${options.contactPoints.join(", ")}`
    : `by the bundle ${options.bundle}`;
}
