import type { EmbeddedCassandra } from "../../config.ts";
import { LocalError, type Survey, surveyEmbedded } from "../../local/index.ts";
import { clusterGroups } from "./cluster.ts";
import { failureOf, type Finding, type Group, ok, warning } from "./finding.ts";

/** Looks at what the embedded Cassandra needs, and at itself if it runs. It is never started. */
export async function* embeddedGroups(
  embedded: EmbeddedCassandra,
  keyspace: string,
): AsyncGenerator<Group> {
  const survey = await surveyEmbedded(embedded);
  yield embeddedGroup(survey, embedded);
  const { contactPoint, localDataCenter } = survey.running ?? {};
  if (contactPoint === undefined || localDataCenter === undefined) return;
  yield* clusterGroups({ contactPoints: [contactPoint], localDataCenter }, keyspace);
}

/** Shows what the embedded Cassandra needs, and whether it runs. */
export function embeddedGroup(
  survey: Survey,
  { dir, runtime }: Pick<EmbeddedCassandra, "dir" | "runtime">,
): Group {
  return {
    title: "Embedded Cassandra, since no contact points are set",
    findings: [
      runningFinding(survey, dir),
      ...(runtime === "docker" ? [] : jarsFindings(survey, runtime)),
      ...(runtime === "jars" ? [] : [dockerFinding(survey, runtime)]),
    ],
  };
}

function runningFinding({ running }: Survey, dir: string): Finding {
  if (!running) return ok("process", `none in ${dir} ("partyfinder serve" starts it)`);
  const { pid, contactPoint } = running;
  const place = contactPoint === undefined ? "is about to run it" : `runs it at ${contactPoint}`;
  return ok("process", `${pid} ${place}, in ${dir}`);
}

/** What is missing is a failure only where nothing stands in for it. */
function jarsFindings(survey: Survey, runtime: "jars" | undefined): readonly Finding[] {
  const { cassandra, java, jars, maven, docker } = survey;
  const lack = runtime === undefined && docker === true ? warningOf : failureOf;
  return [
    java instanceof LocalError
      ? lack("Java", java)
      : ok("Java", `${java.version}, ${java.command}`),
    jarsFinding(cassandra, jars),
    ...mavenFindings(jars === true, maven, lack),
  ];
}

/** Docker does not stand in for a place that can be made usable. */
function jarsFinding(cassandra: string, jars: Survey["jars"]): Finding {
  if (jars instanceof LocalError) return failureOf("jars", jars);
  const state = jars ? "all there" : "to be fetched by Maven at the first start (about 75 MiB)";
  return ok("jars", `Cassandra ${cassandra}, ${state}`);
}

function mavenFindings(
  jars: boolean,
  maven: Survey["maven"],
  lack: (what: string, error: LocalError) => Finding,
): readonly Finding[] {
  if (!(maven instanceof LocalError)) return [ok("Maven", maven)];
  return jars
    ? [ok("Maven", "none, and none is needed: the jars are there")]
    : [lack("Maven", maven)];
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
