import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { within } from "../support/within.ts";
import { checkDocker, noDocker } from "./docker.ts";
import type { EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import { cassandraVersion } from "./artifacts.ts";
import { missingBytes } from "./jars.ts";
import { findJava, type Java } from "./java.ts";
import { currentHolder } from "./lock.ts";
import { noMaven } from "./maven.ts";
import { localDataCenter } from "./yaml.ts";

/** What this machine has to run Cassandra, and whether Cassandra runs. */
export interface Survey {
  /** The release of the jars, e.g. `5.0.6`. */
  readonly cassandra: string;
  readonly java: Java | LocalError;
  /** The size of the jars still to be fetched, in bytes, or why they cannot be stored. */
  readonly missing: number | LocalError;
  /** Maven's release. Maven is needed only to find the repositories, unless a setting names one. */
  readonly maven: string | LocalError;
  readonly docker: true | LocalError;
  readonly running: RunningEmbedded | undefined;
}

/** The Cassandra that a process runs in the directory. */
export interface RunningEmbedded {
  /** The process that runs or starts it. */
  readonly pid: number;
  /** The address at which it answers. Undefined while it has none yet. */
  readonly contactPoint: string | undefined;
  readonly localDataCenter: string;
}

/** How long to wait for Docker and Maven, in milliseconds. */
const SURVEY_TIMEOUT = 5000;

/** Checks what the embedded Cassandra needs. Does not start or change anything. */
export async function surveyEmbedded({
  dir,
  cacheDir,
  javaHome,
}: Pick<EmbeddedOptions, "dir" | "cacheDir" | "javaHome">): Promise<Survey> {
  const [java, missing, maven, docker] = await Promise.all([
    findJava({ javaHome }).catch(localError),
    missingBytes(cacheDir).catch(localError),
    mavenVersion(),
    within(SURVEY_TIMEOUT, checkDocker(), () => noDocker()),
  ]);
  return {
    cassandra: cassandraVersion,
    java,
    missing,
    maven: maven ?? noMaven(),
    docker,
    running: runningIn(dir),
  };
}

function runningIn(dir: string): RunningEmbedded | undefined {
  const holder = currentHolder(dir);
  if (holder === undefined) return undefined;
  const { contactPoint, owner } = holder;
  return { pid: owner.pid, contactPoint, localDataCenter };
}

/** Returns Maven's version, e.g. `3.9.9`, or undefined if `mvn` cannot be run. */
async function mavenVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("mvn", ["-version"], { timeout: SURVEY_TIMEOUT });
    return /Apache Maven ([\w.-]+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function localError(error: unknown): LocalError {
  if (error instanceof LocalError) return error;
  throw error;
}
