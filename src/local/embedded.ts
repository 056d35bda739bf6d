import type { LocalError } from "./error.ts";

/** Options of `startEmbedded`. */
export interface EmbeddedOptions {
  /** The directory for data, log, configuration and lock, e.g. `.cassandra`. Created if it does not exist. */
  readonly dir: string;
  /** The directory for downloads shared by all projects of this user, e.g. `~/.cache/partyfinder`. Created likewise. */
  readonly cacheDir: string;
  /**
   * The URL of the Maven repository to fetch the jars from, with `user:password@` if it needs a login. Default: the
   * repositories that Maven is configured for.
   */
  readonly repository?: string | undefined;
  /**
   * Default: jars if there is a suitable Java and a repository to fetch them from, otherwise Docker if an engine
   * answers.
   */
  readonly runtime?: "jars" | "docker" | undefined;
  /** The Java to use, as in the variable JAVA_HOME. Default: the one in PATH. */
  readonly javaHome?: string | undefined;
  /** The port for clients; 0 means any. If it is taken, another one is used. Default: 9042. */
  readonly port?: number | undefined;
  /**
   * Whether the data is kept. If so, Cassandra acknowledges only what is on the disk (`commitlog_sync: batch`) and is
   * restarted when it dies. Otherwise data may be lost with the process, and writes are up to twice as fast, which
   * suits tests. With jars the data stays in `dir` in either case. Default: true.
   */
  readonly keep?: boolean | undefined;
  /** Java's heap. The process takes about 300 MiB more. Default: `512m`. */
  readonly heap?: string | undefined;
  /** The environment in which `java` and `mvn` are looked up and run. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called with one short line for the user at each step, and when Cassandra has died. */
  readonly progress: (line: string) => void;
  /** Called often with a line that replaces the previous one. Default: `progress`, every few seconds. */
  readonly status?: ((line: string) => void) | undefined;
  /** Called when the start only waits for Cassandra, so that the caller can do other work. */
  readonly meanwhile?: (() => void) | undefined;
  /** Aborts the start and ends its processes. The start then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A Cassandra that answers clients. */
export interface RunningCassandra {
  /** The address and port for clients, e.g. `127.0.0.1:9042`. */
  readonly contactPoint: string;
  readonly localDataCenter: string;
  /** Resolves when Cassandra has ended without `stop`. Never rejects. */
  readonly died: Promise<LocalError>;
  /** Stops Cassandra (takes about 2.5 s; killed after 10 s). The data stays. Idempotent. */
  stop(): Promise<void>;
}

/**
 * A running Cassandra of one node, without passwords, for this machine only.
 *
 * If its data is kept, it is restarted at the same contact point when it dies, and `died` resolves only when it cannot
 * be kept running. If it is shared, `died` resolves when its owner has ended or has stopped it for good.
 */
export interface Embedded extends RunningCassandra, AsyncDisposable {
  readonly runtime: "jars" | "docker";
  /** Whether this process runs it. Otherwise another process does, and `stop` does not end it. */
  readonly owned: boolean;
}
