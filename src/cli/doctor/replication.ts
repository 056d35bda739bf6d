import type { Consistency } from "../../cassandra/index.ts";
import { failure, type Finding, ok, warning } from "./finding.ts";
import { type AskedNode, hasAnswered } from "./nodes.ts";

/** How the service reads and writes. */
export interface KeyspaceAccess {
  readonly localDataCenter?: string | undefined;
  readonly consistency?: Consistency | undefined;
}

/** Checks whether a keyspace's replication suits the nodes and the consistency of the service. */
export function replicationFindings(
  replication: Readonly<Record<string, string>>,
  nodes: readonly AskedNode[],
  { localDataCenter, consistency = "LOCAL_QUORUM" }: KeyspaceAccess,
): readonly Finding[] {
  const copies = copiesOf(replication);
  const dataCenters = [...new Set(nodes.map(({ dataCenter }) => dataCenter))];
  const local = consistency === "LOCAL_QUORUM" ? localDataCenter : undefined;
  return [
    ok("replication", describe(copies)),
    ...strategyFindings(copies, dataCenters),
    ...quorumFindings(quorumOf(copies, nodes, { local }), consistency),
    ...(consistency === "LOCAL_QUORUM" ? agreementFindings(copies, dataCenters) : []),
  ];
}

/** The number of copies of each row in each data centre; with SimpleStrategy, one number for all. */
type Copies = ReadonlyMap<string, number> | number;

function copiesOf({ class: strategy = "", ...rest }: Readonly<Record<string, string>>): Copies {
  // With transient replication the text is 3/1; the first number is that of the copies.
  const number = (text: string) => Number.parseInt(text, 10);
  return strategy.endsWith("SimpleStrategy")
    ? number(rest["replication_factor"] ?? "0")
    : new Map(Object.entries(rest).map(([name, text]) => [name, number(text)]));
}

function describe(copies: Copies): string {
  if (typeof copies === "number") return `${copiesText(copies)} of each row (SimpleStrategy)`;
  const each = [...copies].map(([name, number]) => `${copiesText(number)} in ${name}`);
  return `${each.join(", ")}, of each row (NetworkTopologyStrategy)`;
}

/** Checks whether the strategy fits the existing data centres. */
function strategyFindings(copies: Copies, dataCenters: readonly string[]): readonly Finding[] {
  const names = dataCenters.join(", ");
  if (typeof copies !== "number") {
    const unknown = [...copies.keys()].filter((name) => !dataCenters.includes(name));
    return unknown.map((name) =>
      warn(
        `no node is in ${name}; the data centres are ${names} (ALTER KEYSPACE with their names)`,
      ),
    );
  }
  if (dataCenters.length === 1) return [];
  return [
    warn(`SimpleStrategy cannot tell ${names} apart (ALTER KEYSPACE: NetworkTopologyStrategy)`),
  ];
}

/** How many copies have to answer, and how many nodes hold them. */
interface Quorum {
  /** For example ` in dc1`; empty: in all data centres. */
  readonly where: string;
  readonly copies: number;
  readonly needed: number;
  readonly nodes: number;
  readonly answering: number;
}

/** @param options.local the only data centre whose copies count; undefined: all data centres count */
function quorumOf(
  copies: Copies,
  nodes: readonly AskedNode[],
  { local }: { readonly local: string | undefined },
): Quorum {
  const counts = (name: string) => local === undefined || name === local;
  const total =
    typeof copies === "number"
      ? copies
      : [...copies].reduce((sum, [name, number]) => sum + (counts(name) ? number : 0), 0);
  const holding = nodes.filter(
    ({ dataCenter }) => typeof copies === "number" || counts(dataCenter),
  );
  return {
    where: typeof copies === "number" || local === undefined ? "" : ` in ${local}`,
    copies: total,
    needed: Math.floor(total / 2) + 1,
    nodes: holding.length,
    answering: holding.filter(hasAnswered).length,
  };
}

/** Checks whether a quorum can answer, and whether it still can when a node is down. */
function quorumFindings(quorum: Quorum, consistency: string): readonly Finding[] {
  const { where, copies, needed, nodes, answering } = quorum;
  // The local data centre has no node, so the connection has already failed.
  if (nodes === 0) return [];
  if (copies === 0)
    return [fail(`no copy${where}, where ${consistency} reads and writes (ALTER KEYSPACE)`)];
  const needs = `${consistency} needs ${needed} of ${copiesText(copies)}${where}`;
  if (needed > nodes) {
    return [
      fail(`${needs}, on ${nodesText(nodes)} (add nodes, or ALTER KEYSPACE with fewer copies)`),
    ];
  }
  if (needed > answering) {
    return [fail(`${needs}, and ${answering} of ${nodesText(nodes)} answer (start the others)`)];
  }
  return toleranceFindings(quorum);
}

function toleranceFindings({
  where,
  copies,
  needed,
  nodes,
  answering,
}: Quorum): readonly Finding[] {
  const down = nodes - answering;
  const spare = copies - needed;
  const on = `${copiesText(copies)}${where} on ${nodesText(nodes)}`;
  if (down > spare) {
    return [
      warn(`${on}, ${down} of which down: some rows cannot be read or written (start the nodes)`),
    ];
  }
  if (nodes > 1 && spare === 0) {
    return [
      warn(
        `${on}: when one is down, some rows cannot be read or written (ALTER KEYSPACE with 3, then nodetool repair --full)`,
      ),
    ];
  }
  return copies > nodes ? [warn(`${on} (add nodes, or ALTER KEYSPACE with fewer copies)`)] : [];
}

/** Checks whether lightweight transactions in one data centre see those in others. */
function agreementFindings(copies: Copies, dataCenters: readonly string[]): readonly Finding[] {
  if (typeof copies === "number") return [];
  const holding = dataCenters.filter((name) => (copies.get(name) ?? 0) > 0);
  if (holding.length < 2) return [];
  return [
    warning(
      "consistency",
      `LOCAL_QUORUM and LOCAL_SERIAL agree within one data centre, but ${holding.join(" and ")} have copies (run the service in only one of them, or set CASSANDRA_CONSISTENCY=QUORUM and CASSANDRA_SERIAL_CONSISTENCY=SERIAL)`,
    ),
  ];
}

const warn = (message: string) => warning("replication", message);
const fail = (message: string) => failure("replication", message, { reason: "notConnected" });
const copiesText = (number: number) => `${number} ${number === 1 ? "copy" : "copies"}`;
const nodesText = (number: number) => `${number} ${number === 1 ? "node" : "nodes"}`;
