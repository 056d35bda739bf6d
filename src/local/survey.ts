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

/** What there is on this machine to run Cassandra on, and whether it is run. */
export interface Survey {
  /** What the jars are of, e.g. `5.0.6`. */
  readonly cassandra: string;
  readonly java: Java | LocalError;
  /** What of the jars is still to be fetched, in bytes, or why there is no place for them. */
  readonly missing: number | LocalError;
  /** Maven's release; it is needed only to say where to fetch the jars from, unless a setting says it. */
  readonly maven: string | LocalError;
  readonly docker: true | LocalError;
  readonly running: RunningEmbedded | undefined;
}

/** The Cassandra that a process runs in the directory. */
export interface RunningEmbedded {
  /** The process that runs it, or is about to. */
  readonly pid: number;
  /** Where it answers; undefined: not yet. */
  readonly contactPoint: string | undefined;
  readonly localDataCenter: string;
}

/** How long to wait for an answer, in milliseconds. */
const PATIENCE = 5000;

/** Looks at what the embedded Cassandra needs. Starts and changes nothing. */
export async function surveyEmbedded({
  dir,
  cacheDir,
  javaHome,
}: Pick<EmbeddedOptions, "dir" | "cacheDir" | "javaHome">): Promise<Survey> {
  const [java, missing, maven, docker] = await Promise.all([
    findJava({ javaHome }).catch(localError),
    missingBytes(cacheDir).catch(localError),
    mavenVersion(),
    within(PATIENCE, checkDocker(), () => noDocker()),
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

/** What `mvn -version` says, e.g. `3.9.9`; undefined if it cannot be run. */
async function mavenVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("mvn", ["-version"], { timeout: PATIENCE });
    return /Apache Maven ([\w.-]+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function localError(error: unknown): LocalError {
  if (error instanceof LocalError) return error;
  throw error;
}
