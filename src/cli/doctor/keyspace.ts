import {
  CassandraError,
  keyspaceMissing,
  lackingRights,
  replicationOf,
  requireSynced,
  type Session,
} from "../../cassandra/index.ts";
import { tables } from "../../party/index.ts";
import { failureOf, type Finding, type Group, ok } from "./finding.ts";
import type { AskedNode } from "./nodes.ts";
import { type Manner, replicationFindings } from "./replication.ts";

/** What there is of a keyspace. */
export interface KeyspaceFacts {
  /** Undefined: there is no such keyspace. */
  readonly replication: Readonly<Record<string, string>> | undefined;
  /** How it differs from the models, as every command tells it. */
  readonly drift: CassandraError | undefined;
  /** Of each table that is there: what Cassandra says of each right that the role lacks. */
  readonly lacking: ReadonlyMap<string, readonly CassandraError[]>;
}

/** Looks at a keyspace, its tables and the rights of the role on them. */
export async function lookAtKeyspace(session: Session, keyspace: string): Promise<KeyspaceFacts> {
  const replication = await replicationOf(session, keyspace);
  if (replication === undefined) return { replication, drift: undefined, lacking: new Map() };
  const [drift, lacking] = await Promise.all([
    driftIn(session, keyspace),
    Promise.all(tables.map((table) => lackingRights(session, { keyspace, table }))),
  ]);
  const known = tables.flatMap(({ name }, i) => (lacking[i] ? [[name, lacking[i]] as const] : []));
  return { replication, drift, lacking: new Map(known) };
}

/**
 * Shows a keyspace.
 *
 * @param refusal what a command was told that wanted to work in it; undefined: nothing
 */
export function keyspaceGroup(
  keyspace: string,
  { replication, drift, lacking }: KeyspaceFacts,
  nodes: readonly AskedNode[],
  manner: Manner,
  refusal: unknown,
): Group {
  const title = `Keyspace ${keyspace}`;
  if (replication === undefined) {
    // A data centre that does not exist, for example, keeps the service from finding out.
    return {
      title,
      findings: [failureOf("keyspace", refusal ?? keyspaceMissing(keyspace, { isAstra: false }))],
    };
  }
  return {
    title,
    findings: [
      ...replicationFindings(replication, nodes, manner),
      drift ? failureOf("tables", drift) : ok("tables", "as the models say"),
      ...rightsFindings(lacking),
    ],
  };
}

async function driftIn(session: Session, keyspace: string): Promise<CassandraError | undefined> {
  try {
    await requireSynced(session, { keyspace, tables });
    return undefined;
  } catch (error) {
    if (error instanceof CassandraError && error.code === "NOT_SYNCED") return error;
    throw error;
  }
}

function rightsFindings(lacking: KeyspaceFacts["lacking"]): readonly Finding[] {
  const granted = [...lacking].flatMap(([name, rights]) => (rights.length === 0 ? name : []));
  return [
    ...(granted.length === 0 ? [] : [ok("rights", `to read and write ${granted.join(", ")}`)]),
    ...[...lacking.values()].flat().map((error) => failureOf("rights", error)),
  ];
}
