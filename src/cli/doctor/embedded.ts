import type { EmbeddedCassandra } from "../../settings/config.ts";
import { LocalError, type Survey, surveyEmbedded } from "../../local/index.ts";
import { clusterGroups } from "./cluster.ts";
import type { Expected } from "./keyspace.ts";
import { failureOf, type Finding, type Group, ok, warning } from "./finding.ts";

/** Examines what the embedded Cassandra needs, and Cassandra itself if it runs. It is never started. */
export async function* embeddedGroups(
  embedded: EmbeddedCassandra,
  expected: Expected,
): AsyncGenerator<Group> {
  const survey = await surveyEmbedded(embedded);
  yield embeddedGroup(survey, embedded);
  const { contactPoint, localDataCenter } = survey.running ?? {};
  if (contactPoint === undefined || localDataCenter === undefined) return;
  yield* clusterGroups({ contactPoints: [contactPoint], localDataCenter }, expected);
}

/** Shows what the embedded Cassandra needs, and whether it runs. */
export function embeddedGroup(
  survey: Survey,
  { dir, runtime, repository }: Pick<EmbeddedCassandra, "dir" | "runtime" | "repository">,
): Group {
  return {
    title: "Embedded Cassandra, since no contact points are set",
    findings: [
      runningFinding(survey, dir),
      ...(runtime === "docker" ? [] : jarsFindings(survey, runtime, repository)),
      ...(runtime === "jars" ? [] : [dockerFinding(survey, runtime)]),
    ],
  };
}

function runningFinding({ running }: Survey, dir: string): Finding {
  if (!running) return ok("process", `none in ${dir} ("serve" starts it)`);
  const { pid, contactPoint } = running;
  const place = contactPoint === undefined ? "is about to run it" : `runs it at ${contactPoint}`;
  return ok("process", `${pid} ${place}, in ${dir}`);
}

/** What is missing is a failure only if Docker does not replace it. */
function jarsFindings(
  survey: Survey,
  runtime: "jars" | undefined,
  repository: string | undefined,
): readonly Finding[] {
  const { cassandra, java, missing, docker } = survey;
  const lack = runtime === undefined && docker === true ? warningOf : failureOf;
  return [
    java instanceof LocalError
      ? lack("Java", java)
      : ok("Java", `${java.version}, ${java.command}`),
    jarsFinding(cassandra, missing),
    ...mavenFindings(survey, repository, lack),
  ];
}

/** A directory that cannot be used is a failure, even if Docker could replace the jars. */
function jarsFinding(cassandra: string, missing: Survey["missing"]): Finding {
  if (missing instanceof LocalError) return failureOf("jars", missing);
  const fetched = `to be fetched at the first start (${(missing / 2 ** 20).toFixed(0)} MiB)`;
  return ok("jars", `Cassandra ${cassandra}, ${missing === 0 ? "all there" : fetched}`);
}

function mavenFindings(
  { missing, maven }: Survey,
  repository: string | undefined,
  lack: (what: string, error: LocalError) => Finding,
): readonly Finding[] {
  if (!(maven instanceof LocalError)) return [ok("Maven", maven)];
  if (missing === 0) return [ok("Maven", "none, and none is needed: the jars are there")];
  if (repository === undefined) return [lack("Maven", maven)];
  return [ok("Maven", "none, and none is needed: CASSANDRA_EMBEDDED_REPOSITORY is set")];
}

function dockerFinding({ docker }: Survey, runtime: "docker" | undefined): Finding {
  if (docker === true) {
    return ok(
      "Docker",
      runtime ? "an engine answers" : "an engine answers; used where the jars cannot be",
    );
  }
  return runtime
    ? failureOf("Docker", docker)
    : ok("Docker", "no engine answers; needed only without Java");
}

function warningOf(what: string, { message }: LocalError): Finding {
  return warning(what, `${message} Docker is used instead.`);
}
