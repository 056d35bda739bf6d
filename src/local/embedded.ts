import type { LocalError } from "./error.ts";

/** How Cassandra is run, and where. */
export interface EmbeddedOptions {
  /** Where data, log, configuration and the lock are kept, e.g. `.cassandra`; created if need be. */
  readonly dir: string;
  /** Where downloads shared by all projects of this user are kept, e.g. `~/.cache/partyfinder`; created if need be. */
  readonly cacheDir: string;
  /** One of the two; default: jars where Java and Maven are fit, else Docker if an engine answers. */
  readonly runtime?: "jars" | "docker" | undefined;
  /** The Java to use, as in the variable JAVA_HOME; default: the one in PATH. */
  readonly javaHome?: string | undefined;
  /** The port for clients; default 9042; 0: any. If it is taken, another one is used. */
  readonly port?: number | undefined;
  /** Whether the data are to outlive this run; default true. With jars they do in any case, as files in `dir`. */
  readonly keep?: boolean | undefined;
  /** Java's heap; default `512m`. The process takes about 300 MiB more. */
  readonly heap?: string | undefined;
  /** The environment in which `java` and `mvn` are looked up and run; default: ours. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Called with one short line a step, for a person to read. */
  readonly progress: (line: string) => void;
  /** Ends a start that is under way, with all its processes; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A running Cassandra of one node, without passwords, for this machine only. */
export interface Embedded extends AsyncDisposable {
  /** Address and port for clients, e.g. `127.0.0.1:9042`. */
  readonly contactPoint: string;
  readonly localDataCenter: string;
  readonly runtime: "jars" | "docker";
  /** Whether this process runs it. If not, another living process does, and `stop` leaves it alone. */
  readonly owned: boolean;
  /** Resolves, never rejects, when Cassandra ended although nobody here has stopped it. */
  readonly died: Promise<LocalError>;
  /** Ends it (about 2.5 s; after 10 s by force). The data stay. Idempotent. */
  stop(): Promise<void>;
}
