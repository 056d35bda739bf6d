import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { within } from "../within.ts";
import { dockerAnswers, noDocker } from "./docker.ts";
import type { EmbeddedOptions } from "./embedded.ts";
import { LocalError } from "./error.ts";
import { cassandraVersion, hasJars } from "./jars.ts";
import { findJava, type Java } from "./java.ts";
import { currentHolder } from "./lock.ts";
import { noMaven } from "./maven.ts";
import { localDataCenter } from "./yaml.ts";

/** What there is on this machine to run Cassandra on, and whether it is run. */
export interface Survey {
  /** What the jars are of, e.g. `5.0.6`. */
  readonly cassandra: string;
  readonly java: Java | LocalError;
  /** Whether the jars are there already, or why there is no place for them. */
  readonly jars: boolean | LocalError;
  /** Maven's release; it is needed only where the jars are not there. */
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
  const [java, jars, maven, docker] = await Promise.all([
    findJava({ javaHome }).catch(localError),
    hasJars(cacheDir).catch(localError),
    mavenVersion(),
    within(PATIENCE, dockerAnswers(), () => false),
  ]);
  return {
    cassandra: cassandraVersion,
    java,
    jars,
    maven: maven ?? noMaven(),
    docker: docker || noDocker(),
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
