import type { NodeAddress, NodeFacts } from "../../cassandra/index.ts";
import { type Finding, type Group, ok, warning } from "./finding.ts";
import { clockFindings } from "./clocks.ts";

/** A node of the cluster, and what came of asking it. */
export interface AskedNode extends NodeAddress {
  readonly answer: NodeFacts | { readonly silence: string };
}

/** A node that answered. */
export interface AnsweringNode extends NodeAddress {
  readonly answer: NodeFacts;
}

/**
 * Shows the nodes, and whether they go together.
 *
 * @param reached the contact points that answered, each `host` or `host:port`
 */
export function nodesGroup(
  nodes: readonly AskedNode[],
  reached: readonly string[],
  localDataCenter?: string,
): Group {
  const answering = nodes.filter(hasAnswered);
  return {
    title:
      nodes.length === 1 ? "Node" : `Nodes: ${nodes.length}, of which ${answering.length} answer`,
    findings: [
      ...nodes.map((node) => nodeFinding(node, reached)),
      dataCenters(nodes, localDataCenter),
      ...(answering.length === 0
        ? []
        : [
            releases(answering),
            schemaVersions(answering),
            ...clockFindings(answering),
            ...commitLogs(answering),
          ]),
    ],
  };
}

/** Whether a node has answered. */
export function hasAnswered(node: AskedNode): node is AnsweringNode {
  return !("silence" in node.answer);
}

function nodeFinding(node: AskedNode, reached: readonly string[]): Finding {
  const { address, dataCenter, answer } = node;
  if ("silence" in answer) {
    const port = otherPort(address, reached);
    const advice =
      port === undefined ? "" : `; its contact point has port ${port}: set CASSANDRA_PORT`;
    return warning(address, `${dataCenter}: ${answer.silence}${advice}`);
  }
  const { rack, release, roundTrip } = answer;
  return ok(address, `${dataCenter}, ${rack}, Cassandra ${release}, answers in ${roundTrip} ms`);
}

/** A cluster tells of its nodes without their ports: the driver then takes one port for all. */
function otherPort(address: string, reached: readonly string[]): string | undefined {
  const host = address.replace(/:\d+$/, "");
  const point = reached.find((each) => each.replace(/:\d+$/, "") === host && each !== address);
  return point && /:(\d+)$/.exec(point)?.[1];
}

function dataCenters(nodes: readonly NodeAddress[], localDataCenter?: string): Finding {
  const found = [...Map.groupBy(nodes, ({ dataCenter }) => dataCenter)].map(
    ([name, { length }]) => {
      const asked = name === localDataCenter ? ", asked" : "";
      return `${name} (${length} node${length === 1 ? "" : "s"}${asked})`;
    },
  );
  return ok("data centres", found.join(", "));
}

function releases(nodes: readonly AnsweringNode[]): Finding {
  const found = [...new Set(nodes.map(({ answer }) => answer.release))].toSorted();
  const text = found.join(", ");
  if (found.length === 1) return ok("release", text);
  return warning(
    "release",
    `${text} (finish the upgrade; until then let nobody change the schema)`,
  );
}

function schemaVersions(nodes: readonly AnsweringNode[]): Finding {
  const versions = Map.groupBy(nodes, ({ answer }) => answer.schema);
  if (versions.size === 1) return ok("schema", nodes.length === 1 ? "one version" : "all agree");
  const sides = [...versions.values()].map((side) => side.map(({ address }) => address).join(", "));
  return warning(
    "schema",
    `the nodes do not agree: ${sides.join(" against ")} (ask again in a minute; if it stays, see nodetool describecluster)`,
  );
}

/** What is wrong with each way, but `batch`, in which a node synchronises its commit log. */
const commitLogProblems: Readonly<Record<string, string>> = {
  periodic:
    "a node that dies forgets the last writes that it acknowledged, also what it promised to a lightweight transaction",
  group: "a lightweight transaction waits for its window several times",
};

function commitLogs(nodes: readonly AnsweringNode[]): readonly Finding[] {
  const modes = Map.groupBy(nodes, ({ answer }) => answer.commitLogSync?.toLowerCase() ?? "");
  return Object.entries(commitLogProblems).flatMap(([mode, problem]) => {
    const addresses = modes.get(mode)?.map(({ address }) => address);
    if (addresses === undefined) return [];
    const found = `${mode} on ${addresses.join(", ")}: ${problem}`;
    return warning("commit log", `${found} (commitlog_sync: batch in cassandra.yaml)`);
  });
}
