import type { EmbeddedCassandra } from "../../settings/config.ts";
import { LocalError, type Survey, surveyEmbedded } from "../../local/index.ts";
import { MissingPackage } from "../../support/optional.ts";
import { clusterGroups } from "./cluster.ts";
import type { ExpectedTables } from "./keyspace.ts";
import { failureOf, type Finding, type Group, ok, warning } from "./finding.ts";

/** Checks what the embedded Cassandra needs, and Cassandra itself if it is running. Does not start it. */
export async function* embeddedGroups(
  embedded: EmbeddedCassandra,
  expected: ExpectedTables,
): AsyncGenerator<Group> {
  const survey = await surveyEmbedded(embedded);
  yield embeddedGroup(survey, embedded);
  const { contactPoint, localDataCenter } = survey.running ?? {};
  if (contactPoint === undefined || localDataCenter === undefined) return;
  yield* clusterGroups({ contactPoints: [contactPoint], localDataCenter }, expected);
}

/** Reports what the embedded Cassandra needs, and whether it is running. */
export function embeddedGroup(
  survey: Survey,
  { dir, runtime, repository }: Pick<EmbeddedCassandra, "dir" | "runtime" | "repository">,
): Group {
  return {
    title: "Embedded Cassandra, since no contact points are set",
    findings: [
      runningFinding(survey, dir),
      ...(runtime === "docker" ? [] : jarsFindings(survey, { runtime, repository })),
      ...(runtime === "jars" ? [] : [dockerFinding(survey, runtime)]),
    ],
  };
}

function runningFinding({ running }: Survey, dir: string): Finding {
  if (!running) return ok("process", `no Cassandra runs in ${dir} ("serve" starts it)`);
  const { pid, contactPoint } = running;
  const place =
    contactPoint === undefined ? "is starting Cassandra" : `runs Cassandra at ${contactPoint}`;
  return ok("process", `${pid} ${place}, in ${dir}`);
}

interface JarsReport {
  readonly runtime: "jars" | undefined;
  readonly repository: string | undefined;
}

/** Reports Java, the jars and Maven. A missing one is a warning if Docker can be used instead, otherwise a failure. */
function jarsFindings(survey: Survey, { runtime, repository }: JarsReport): readonly Finding[] {
  const { cassandra, java, missing, docker } = survey;
  const problem = runtime === undefined && docker === true ? warningOf : failureOf;
  return [
    java instanceof LocalError
      ? problem("Java", java)
      : ok("Java", `${java.version}, ${java.command}`),
    jarsFinding(cassandra, missing),
    ...mavenFindings(survey, { repository, problem }),
  ];
}

/** Reports the jars. A directory that cannot be used is a failure, even if Docker could be used instead. */
function jarsFinding(cassandra: string, missing: Survey["missing"]): Finding {
  if (missing instanceof LocalError) return failureOf("jars", missing);
  const fetched = `fetched at the first start (${(missing / 2 ** 20).toFixed(0)} MiB)`;
  return ok("jars", `Cassandra ${cassandra}, ${missing === 0 ? "complete" : fetched}`);
}

interface MavenReport {
  readonly repository: string | undefined;
  /** Creates the finding for a missing Maven. */
  readonly problem: (subject: string, error: LocalError) => Finding;
}

function mavenFindings(
  { missing, maven }: Survey,
  { repository, problem }: MavenReport,
): readonly Finding[] {
  if (!(maven instanceof LocalError)) return [ok("Maven", maven)];
  if (missing === 0) return [ok("Maven", "not found, and not needed: the jars are complete")];
  if (repository === undefined) return [problem("Maven", maven)];
  return [ok("Maven", "not found, and not needed: CASSANDRA_EMBEDDED_REPOSITORY is set")];
}

function dockerFinding({ docker }: Survey, runtime: "docker" | undefined): Finding {
  if (docker === true) {
    return ok(
      "Docker",
      runtime ? "an engine answers" : "an engine answers; used if the jars cannot be used",
    );
  }
  if (runtime) return failureOf("Docker", docker);
  const lack =
    docker.cause instanceof MissingPackage
      ? "testcontainers is not installed"
      : "no engine answers";
  return ok("Docker", `${lack}; only needed without Java`);
}

function warningOf(subject: string, { message }: LocalError): Finding {
  return warning(subject, `${message} Docker is used instead.`);
}
