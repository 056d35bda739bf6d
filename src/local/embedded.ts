import type { LocalError } from "./error.ts";

/** How Cassandra is run, and where. */
export interface EmbeddedOptions {
  /** Where data, log, configuration and the lock are kept, e.g. `.cassandra`; created if need be. */
  readonly dir: string;
  /** Where downloads shared by all projects of this user are kept, e.g. `~/.cache/partyfinder`; created if need be. */
  readonly cacheDir: string;
  /**
   * The URL of the Maven repository to fetch the jars from, where a login is needed with `user:password@`. Default:
   * those that Maven is configured for.
   */
  readonly repository?: string | undefined;
  /** One of the two; default: jars where Java is fit and there is a place to fetch them from, else Docker if an engine answers. */
  readonly runtime?: "jars" | "docker" | undefined;
  /** The Java to use, as in the variable JAVA_HOME; default: the one in PATH. */
  readonly javaHome?: string | undefined;
  /** The port for clients; default 9042; 0: any. If it is taken, another one is used. */
  readonly port?: number | undefined;
  /**
   * Whether the data are for good; default true. Then Cassandra acknowledges only what is on the disk
   * (`commitlog_sync: batch`), and is restarted when it dies. Otherwise the data may be lost with the process, and
   * writes are up to twice as fast: for tests. With jars they stay in `dir` in either case.
   */
  readonly keep?: boolean | undefined;
  /** Java's heap; default `512m`. The process takes about 300 MiB more. */
  readonly heap?: string | undefined;
  /** The environment in which `java` and `mvn` are looked up and run; default: ours. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called with one short line for each step, and with what happened when Cassandra died; for a person to read. */
  readonly progress: (line: string) => void;
  /** Called often with a line that replaces the one before. Default: `progress`, every few seconds. */
  readonly status?: ((line: string) => void) | undefined;
  /** Called when there is nothing to do but to wait for Cassandra: the caller may do something else. */
  readonly meanwhile?: (() => void) | undefined;
  /** Ends a start that is under way, with all its processes; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A Cassandra that answers, until it ends. */
export interface Run {
  /** Address and port for clients, e.g. `127.0.0.1:9042`. */
  readonly contactPoint: string;
  readonly localDataCenter: string;
  /** Resolves when Cassandra ended although nobody has called `stop`. Never rejects. */
  readonly died: Promise<LocalError>;
  /** Ends it (about 2.5 s; after 10 s by force). The data stay. Idempotent. */
  stop(): Promise<void>;
}

/**
 * A running Cassandra of one node, without passwords, for this machine only.
 *
 * If its data are kept, it is restarted at the same contact point when it dies, and `died` resolves only when it
 * cannot be kept running. Where it is shared, `died` resolves when its owner has ended, or has ended it for good.
 */
export interface Embedded extends Run, AsyncDisposable {
  readonly runtime: "jars" | "docker";
  /** Whether this process runs it. If not, another living process does, and `stop` leaves it alone. */
  readonly owned: boolean;
}
