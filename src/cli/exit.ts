import { CassandraError } from "../cassandra/error.ts";
import { NotSynced, type Remedy } from "../cassandra/session/not-synced.ts";
import { ConfigError } from "../settings/setting.ts";
import { fileProblem } from "../support/file.ts";
import { MissingPackage } from "../support/optional.ts";
import { LocalError } from "../local/index.ts";

/** The exit status of each reason to end. With a Node.js that is too old, the program ends with 3 before this is loaded. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  nodeTooOld: 3,
  settings: 4,
  portInUse: 5,
  noRuntime: 6,
  unfitJava: 7,
  noMaven: 8,
  downloadFailed: 9,
  cassandraFailed: 10,
  notConnected: 11,
  notSynced: 12,
  forbidden: 13,
  ownerEnded: 14,
  application: 15,
} as const;

/** The meaning of each exit status, for the help. */
export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "success, or stopped by a signal",
  unexpected: "a bug: please report the output",
  usage: "an unknown command or option, or an invalid value",
  nodeTooOld: "this Node.js is too old",
  settings: "an invalid setting in the environment or .env, or a file that cannot be used",
  portInUse: "the port of the HTTP server is in use",
  noRuntime: "neither Java nor Docker for the embedded Cassandra",
  unfitJava: "a Java version that Cassandra does not support",
  noMaven: "neither Maven nor a configured repository to fetch Cassandra from",
  downloadFailed: "Cassandra could not be fetched",
  cassandraFailed: "the embedded Cassandra did not start, or could not be kept running",
  notConnected: "no connection to Cassandra",
  notSynced: "the database does not match the models",
  forbidden: "the Cassandra role lacks a permission",
  ownerEnded: "another process stopped the embedded Cassandra that it shared",
  application: "the application cannot be loaded, or is not consistent",
};

/** Ends a command for a reason that its user can correct. The message says how. */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly reason: keyof typeof exitCodes;

  constructor(reason: keyof typeof exitCodes, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Returns the Exit for an error; undefined if the error is a bug. */
export function exitOf(error: unknown): Exit | undefined {
  if (error instanceof Exit) return error;
  if (error instanceof ConfigError) return new Exit("settings", error.message);
  // A setting needs an optional package that is not installed.
  if (error instanceof MissingPackage) return new Exit("settings", error.message);
  if (error instanceof LocalError) return new Exit(localReasons[error.code], error.message);
  if (error instanceof CassandraError) return cassandraExit(error);
  if (
    error instanceof Error &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS")
  ) {
    return new Exit("usage", error.message);
  }
  return fileExit(error);
}

/** The codes of file errors that are not bugs. */
const fileFailures = [
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOSPC",
  "EDQUOT",
  "EIO",
  "EMFILE",
  "ENFILE",
  "EISDIR",
  "ENOTDIR",
  "ELOOP",
  "ENAMETOOLONG",
];

function fileExit(error: unknown): Exit | undefined {
  if (!(error instanceof Error) || !("code" in error && "syscall" in error)) return undefined;
  if (!fileFailures.includes(String(error.code))) return undefined;
  const problem = fileProblem(error);
  if ("path" in error)
    return new Exit("settings", `${String(error.path)} cannot be used: ${problem}.`);
  // A write to an open file does not name it.
  return error.syscall === "write"
    ? new Exit("settings", `A file cannot be written: ${problem}.`)
    : undefined;
}

/** The reason of each code of a LocalError. */
const localReasons = {
  NO_JAVA: "noRuntime",
  NO_DOCKER: "noRuntime",
  UNFIT_JAVA: "unfitJava",
  NO_MAVEN: "noMaven",
  DOWNLOAD_FAILED: "downloadFailed",
  NOT_STARTED: "cassandraFailed",
  PORT_TAKEN: "cassandraFailed",
  DIED: "cassandraFailed",
  OWNER_ENDED: "ownerEnded",
  DIRECTORY_UNUSABLE: "cassandraFailed",
  CACHE_UNUSABLE: "settings",
  ENVIRONMENT_TOO_LARGE: "settings",
} as const satisfies Record<LocalError["code"], keyof typeof exitCodes>;

function cassandraExit(error: CassandraError): Exit | undefined {
  const { code, message } = error;
  if (code === "NOT_CONNECTED" || code === "UNAVAILABLE") return new Exit("notConnected", message);
  if (code === "FORBIDDEN") return new Exit("forbidden", message);
  if (code === "BAD_OPTIONS") return new Exit("settings", message);
  if (code !== "NOT_SYNCED") return undefined;
  const advice = remedies[error instanceof NotSynced ? error.remedy : "ADD"];
  return new Exit("notSynced", advice === undefined ? message : `${message} (${advice}.)`);
}

/** How to correct a database that does not match the models; undefined: the message already says it. */
const remedies: Readonly<Record<Remedy, string | undefined>> = {
  CREATE_KEYSPACE:
    'the command "sync" creates it if CASSANDRA_REPLICATION sets the number of copies of each row',
  CREATE_KEYSPACE_IN_ASTRA: undefined,
  ADD: 'the command "sync" adds what is missing',
  WAIT: 'the database goes on building them: run the command "sync" again to wait for the end',
  DECIDE:
    'the command "sync" does not alter anything: set another CASSANDRA_KEYSPACE, or change the database or the models',
};
