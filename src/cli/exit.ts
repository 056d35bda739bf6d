import { CassandraError } from "../cassandra/error.ts";
import { NotSynced, type Remedy } from "../cassandra/session/not-synced.ts";
import { ConfigError } from "../settings/setting.ts";
import { fileProblem } from "../support/file.ts";
import { MissingPackage } from "../support/optional.ts";
import { LocalError } from "../local/index.ts";

/** The exit status of each reason to end. A Node.js that is too old ends with 3 before this is loaded. */
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
} as const;

/** What each exit status means, for the help. */
export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "done, or stopped as asked",
  unexpected: "a defect: please report what was printed",
  usage: "an unknown command or option, or a wrong value of one",
  nodeTooOld: "this Node.js is too old",
  settings: "a wrong setting in the environment or .env, or a file that cannot be used",
  portInUse: "the port of the HTTP server is taken",
  noRuntime: "neither Java nor Docker for the embedded Cassandra",
  unfitJava: "a Java that Cassandra does not run on",
  noMaven: "neither Maven nor a setting says where to fetch Cassandra from",
  downloadFailed: "Cassandra could not be fetched",
  cassandraFailed: "the embedded Cassandra did not start, or did not keep running",
  notConnected: "no connection to Cassandra",
  notSynced: "the database does not match the models",
  forbidden: "the role in Cassandra lacks a right",
  ownerEnded: "the process that ran the shared embedded Cassandra has stopped it",
};

/** Ends a command, for a reason that the person at the terminal can do something about. */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly reason: keyof typeof exitCodes;

  constructor(reason: keyof typeof exitCodes, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Returns the exit of an error; undefined if it is a defect. */
export function exitOf(error: unknown): Exit | undefined {
  if (error instanceof Exit) return error;
  if (error instanceof ConfigError) return new Exit("settings", error.message);
  // A setting asks for what is not installed.
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

/** The failures of files that are no defects. */
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

/** What to do about a database that does not match the models; undefined: the message says it. */
const remedies: Readonly<Record<Remedy, string | undefined>> = {
  CREATE_KEYSPACE:
    'the command "sync" creates it if CASSANDRA_REPLICATION says how many copies of each row to keep',
  CREATE_KEYSPACE_IN_ASTRA: undefined,
  ADD: 'the command "sync" adds what is missing',
  DECIDE:
    'the command "sync" only adds: set another CASSANDRA_KEYSPACE, or change the database or its definition',
};
