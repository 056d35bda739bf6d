/**
 * The errors of the embedded Cassandra.
 *
 * - `NO_JAVA`: there is neither Java nor Docker.
 * - `UNFIT_JAVA`: Cassandra 5 does not run on the Java that was found.
 * - `NO_MAVEN`: jars have to be fetched, and neither a setting nor Maven says from where.
 * - `NO_DOCKER`: Docker was requested, but no engine answers, or the package testcontainers is not installed.
 * - `DOWNLOAD_FAILED`: the jars or the Docker image could not be fetched.
 * - `NOT_STARTED`: Cassandra ended while starting, or did not answer in time.
 * - `PORT_TAKEN`: another program has the port that Cassandra needs, or took one just before Cassandra did.
 * - `DIED`: Cassandra ended by itself after it had started, and was not restarted or could not be.
 * - `OWNER_ENDED`: Cassandra was shared, and the process that ran it has stopped it.
 * - `DIRECTORY_UNUSABLE`: the directory is not writable, or is in use by a Cassandra that cannot be shared.
 * - `CACHE_UNUSABLE`: there is no cache directory, or it cannot be read or written.
 * - `ENVIRONMENT_TOO_LARGE`: no program can be started, because the environment is too large.
 */
export type LocalErrorCode =
  | "NO_JAVA"
  | "UNFIT_JAVA"
  | "NO_MAVEN"
  | "NO_DOCKER"
  | "DOWNLOAD_FAILED"
  | "NOT_STARTED"
  | "PORT_TAKEN"
  | "DIED"
  | "OWNER_ENDED"
  | "DIRECTORY_UNUSABLE"
  | "CACHE_UNUSABLE"
  | "ENVIRONMENT_TOO_LARGE";

/** An error of the embedded Cassandra. Its message says what was needed, what happened instead, and what to do. */
export class LocalError extends Error {
  override readonly name = "LocalError";
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether an error has one of these codes of the operating system, e.g. `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
