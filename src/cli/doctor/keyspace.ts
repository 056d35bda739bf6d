import {
  CassandraError,
  keyspaceMissing,
  lackingRights,
  replicationOf,
  requireSynced,
  type Session,
  type Table,
} from "../../cassandra/index.ts";
import { failureOf, type Finding, type Group, ok } from "./finding.ts";
import type { AskedNode } from "./nodes.ts";
import { type KeyspaceAccess, replicationFindings } from "./replication.ts";

/** Where the tables of an application should be. */
export interface Expected {
  readonly keyspace: string;
  readonly tables: readonly Table[];
}

/** What is known of a keyspace. */
export interface KeyspaceFacts {
  /** Undefined: there is no such keyspace. */
  readonly replication: Readonly<Record<string, string>> | undefined;
  /** How it differs from the tables, in the words of all commands. */
  readonly drift: CassandraError | undefined;
  /** By table that exists: what Cassandra says of each right that the role lacks. */
  readonly lacking: ReadonlyMap<string, readonly CassandraError[]>;
}

/** Examines a keyspace, its tables and the rights of the role on them. */
export async function examineKeyspace(
  session: Session,
  { keyspace, tables }: Expected,
): Promise<KeyspaceFacts> {
  const replication = await replicationOf(session, keyspace);
  if (replication === undefined) return { replication, drift: undefined, lacking: new Map() };
  const [drift, lacking] = await Promise.all([
    keyspaceDrift(session, { keyspace, tables }),
    Promise.all(tables.map((table) => lackingRights(session, { keyspace, table }))),
  ]);
  const known = tables.flatMap(({ name }, i) => (lacking[i] ? [[name, lacking[i]] as const] : []));
  return { replication, drift, lacking: new Map(known) };
}

/** What the report on a keyspace is about. */
interface KeyspaceReport {
  readonly keyspace: string;
  readonly facts: KeyspaceFacts;
  readonly nodes: readonly AskedNode[];
  readonly access: KeyspaceAccess;
  /** What the service got when it connected to the keyspace; undefined: it has connected. */
  readonly refusal: unknown;
}

/** Shows a keyspace. */
export function keyspaceGroup({
  keyspace,
  facts: { replication, drift, lacking },
  nodes,
  access,
  refusal,
}: KeyspaceReport): Group {
  const title = `Keyspace ${keyspace}`;
  if (replication === undefined) {
    // The service may not get so far, for example with a data centre that does not exist.
    return {
      title,
      findings: [failureOf("keyspace", refusal ?? keyspaceMissing(keyspace, { isAstra: false }))],
    };
  }
  return {
    title,
    findings: [
      ...replicationFindings(replication, nodes, access),
      drift ? failureOf("tables", drift) : ok("tables", "as the models say"),
      ...rightsFindings(lacking),
    ],
  };
}

async function keyspaceDrift(
  session: Session,
  { keyspace, tables }: Expected,
): Promise<CassandraError | undefined> {
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
