/**
 * Every way in which the embedded Cassandra fails.
 *
 * - `NO_JAVA`: there is no Java, and no Docker that could stand in for it.
 * - `UNFIT_JAVA`: the Java that was found is not one that Cassandra 5 runs on.
 * - `NO_MAVEN`: the jars are not there yet, and neither a setting nor Maven says where to fetch them from.
 * - `NO_DOCKER`: Docker was demanded, but no engine answers, or the package testcontainers is not installed.
 * - `DOWNLOAD_FAILED`: the jars, or the Docker image, could not be fetched.
 * - `NOT_STARTED`: Cassandra ended, or did not answer in time, while it was starting.
 * - `PORT_TAKEN`: another program has the port that Cassandra needs, or took one just before Cassandra would have.
 * - `DIED`: Cassandra ended by itself after it had started, and was not restarted, or restarts failed.
 * - `OWNER_ENDED`: the Cassandra was shared, and the process that ran it has ended it.
 * - `DIRECTORY_UNUSABLE`: the directory cannot be written, or is in use by a Cassandra that cannot be shared.
 * - `CACHE_UNUSABLE`: there is no place for what is fetched, or it cannot be read or written.
 * - `ENVIRONMENT_TOO_LARGE`: no program can be started, as the environment has too much in it.
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

/** A failure of the embedded Cassandra: its message says what was needed, what came instead and what to do. */
export class LocalError extends Error {
  override readonly name = "LocalError";
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether an error is of the operating system and has one of the codes, e.g. `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
