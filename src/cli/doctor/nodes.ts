import type { NodeAddress, NodeFacts } from "../../cassandra/index.ts";
import { type Finding, type Group, ok, warning } from "./finding.ts";
import { clockFindings } from "./clocks.ts";

/** A node of the cluster, with its answer, or the reason why it did not answer. */
export interface AskedNode extends NodeAddress {
  readonly answer: NodeFacts | { readonly silence: string };
}

/** A node that answered. */
export interface AnsweringNode extends NodeAddress {
  readonly answer: NodeFacts;
}

/** What the report on the nodes needs besides them. */
interface NodesOptions {
  /** The contact points that answered, each `host` or `host:port`. */
  readonly reached: readonly string[];
  readonly localDataCenter: string | undefined;
}

/** Reports on the nodes, and whether they are consistent with each other. */
export function nodesGroup(
  nodes: readonly AskedNode[],
  { reached, localDataCenter }: NodesOptions,
): Group {
  const answering = nodes.filter(hasAnswered);
  return {
    title: nodes.length === 1 ? "Node" : `Nodes: ${answering.length} of ${nodes.length} answer`,
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

/**
 * Returns the port of a node's contact point if it differs from the port of the node. A cluster reports its nodes without
 * their ports, so the driver uses one port for all of them.
 */
function otherPort(address: string, reached: readonly string[]): string | undefined {
  const host = address.replace(/:\d+$/, "");
  const point = reached.find((each) => each.replace(/:\d+$/, "") === host && each !== address);
  return point && /:(\d+)$/.exec(point)?.[1];
}

function dataCenters(nodes: readonly NodeAddress[], localDataCenter?: string): Finding {
  const found = [...Map.groupBy(nodes, ({ dataCenter }) => dataCenter)].map(
    ([name, { length }]) => {
      const used = name === localDataCenter ? ", used" : "";
      return `${name} (${length} node${length === 1 ? "" : "s"}${used})`;
    },
  );
  return ok("data centres", found.join(", "));
}

function releases(nodes: readonly AnsweringNode[]): Finding {
  const found = [...new Set(nodes.map(({ answer }) => answer.release))].toSorted();
  const text = found.join(", ");
  if (found.length === 1) return ok("release", text);
  return warning("release", `${text} (finish the upgrade, and do not change the schema before)`);
}

function schemaVersions(nodes: readonly AnsweringNode[]): Finding {
  const versions = Map.groupBy(nodes, ({ answer }) => answer.schema);
  if (versions.size === 1) return ok("schema", nodes.length === 1 ? "one version" : "all agree");
  const sides = [...versions.values()].map((side) => side.map(({ address }) => address).join(", "));
  return warning(
    "schema",
    `the nodes do not agree: ${sides.join(" and ")} (check again in a minute; if they still do not agree, run nodetool describecluster)`,
  );
}

/** The problem with each mode of synchronising the commit log other than `batch`. */
const commitLogProblems: Readonly<Record<string, string>> = {
  periodic:
    "a node that crashes loses the last writes that it acknowledged, including the promises of lightweight transactions",
  group: "a lightweight transaction waits for several sync windows",
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
