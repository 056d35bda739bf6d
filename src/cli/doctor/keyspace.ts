import {
  buildingText,
  CassandraError,
  differenceText,
  keyspaceMissing,
  type KeyspaceState,
  lackingRights,
  replicationOf,
  requireSynced,
  type Session,
  type Table,
  withOrders,
} from "../../cassandra/index.ts";
import { failureOf, type Finding, type Group, ok, warning } from "./finding.ts";
import type { AskedNode } from "./nodes.ts";
import { type KeyspaceAccess, replicationFindings } from "./replication.ts";

/** The tables of an application, and the keyspace that should contain them. */
export interface ExpectedTables {
  readonly keyspace: string;
  readonly tables: readonly Table[];
}

/** What was found out about a keyspace. */
export interface KeyspaceFacts {
  /** Undefined: the keyspace does not exist. */
  readonly replication: Readonly<Record<string, string>> | undefined;
  /** The error with which other commands report that it differs from the tables. */
  readonly drift: CassandraError | undefined;
  /** For each existing table, Cassandra's errors about the permissions that the role lacks. */
  readonly lacking: ReadonlyMap<string, readonly CassandraError[]>;
}

/** What differs from the tables without keeping the service from running. */
export type MinorDrift = Pick<KeyspaceState, "building" | "differences">;

/** Checks a keyspace, its tables and the permissions of the role on them. */
export async function examineKeyspace(
  session: Session,
  { keyspace, tables: given }: ExpectedTables,
): Promise<KeyspaceFacts> {
  const tables = withOrders(given);
  const replication = await replicationOf(session, keyspace);
  if (replication === undefined) return { replication, drift: undefined, lacking: new Map() };
  const [drift, lacking] = await Promise.all([
    keyspaceDrift(session, { keyspace, tables }),
    Promise.all(tables.map((table) => lackingRights(session, { keyspace, table }))),
  ]);
  const existing = tables.flatMap(({ name }, i) =>
    lacking[i] ? [[name, lacking[i]] as const] : [],
  );
  return { replication, drift, lacking: new Map(existing) };
}

/** The facts that the report on a keyspace needs. */
interface KeyspaceReport {
  readonly keyspace: string;
  readonly facts: KeyspaceFacts;
  readonly minor: MinorDrift;
  readonly nodes: readonly AskedNode[];
  readonly access: KeyspaceAccess;
  /** The error when the service connected to the keyspace; undefined: it has connected. */
  readonly refusal: unknown;
}

/** Reports on a keyspace. */
export function keyspaceGroup({
  keyspace,
  facts: { replication, drift, lacking },
  minor,
  nodes,
  access,
  refusal,
}: KeyspaceReport): Group {
  const title = `Keyspace ${keyspace}`;
  if (replication === undefined) {
    // Connecting may fail earlier, for example if the data centre does not exist.
    return {
      title,
      findings: [failureOf("keyspace", refusal ?? keyspaceMissing(keyspace, { isAstra: false }))],
    };
  }
  return {
    title,
    findings: [
      ...replicationFindings(replication, nodes, access),
      drift ? failureOf("tables", drift) : ok("tables", "match the models"),
      ...minorFindings(minor),
      ...rightsFindings(lacking),
    ],
  };
}

async function keyspaceDrift(
  session: Session,
  { keyspace, tables }: ExpectedTables,
): Promise<CassandraError | undefined> {
  try {
    await requireSynced(session, { keyspace, tables });
    return undefined;
  } catch (error) {
    if (error instanceof CassandraError && error.code === "NOT_SYNCED") return error;
    throw error;
  }
}

/** Reports options that differ, and indexes that are being built. */
export function minorFindings({ differences, building }: MinorDrift): readonly Finding[] {
  return [
    ...differences.map((each) => warning("options", differenceText(each))),
    ...building.map((each) =>
      warning(
        "indexes",
        `${buildingText(each)}: reads by it fail (wait; "sync" shows when it is done)`,
      ),
    ),
  ];
}

function rightsFindings(lacking: KeyspaceFacts["lacking"]): readonly Finding[] {
  const granted = [...lacking].flatMap(([name, rights]) => (rights.length === 0 ? name : []));
  return [
    ...(granted.length === 0 ? [] : [ok("rights", `may read and write ${granted.join(", ")}`)]),
    ...[...lacking.values()].flat().map((error) => failureOf("rights", error)),
  ];
}
