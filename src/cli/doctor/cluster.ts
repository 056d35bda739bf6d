import { setTimeout as sleep } from "node:timers/promises";
import {
  askNode,
  CassandraError,
  connectWithin,
  type ConnectOptions,
  findState,
  noAnswer,
  type NodeAddress,
  optionsFor,
  unreachableReason,
  visit,
  type Visit,
} from "../../cassandra/index.ts";
import { within } from "../../support/within.ts";
import { failureOf, type Finding, type Group, ok, warning } from "./finding.ts";
import {
  examineKeyspace,
  type ExpectedTables,
  type KeyspaceFacts,
  keyspaceGroup,
  type MinorDrift,
} from "./keyspace.ts";
import { type AskedNode, nodesGroup } from "./nodes.ts";

/** The time limit of one step on one node, in milliseconds. The two steps are connecting to it and querying it. */
const STEP = 3000;

/** The request time-out within such a step, in milliseconds. */
const STEP_REQUEST = 2500;

/** The time limit of connecting as the service does, in milliseconds. It tries the contact points one after another. */
const CONNECTING = 6500;

/** The maximum request time-out when connecting as the service does, in milliseconds. */
const REQUEST = 3000;

/** How long to wait for closing, in milliseconds. If a node does not answer, closing takes longer. */
const CLOSING = 500;

/** A contact point, and the outcome of an attempt to connect to it. */
type Contact = { readonly point: string } & (
  | { readonly visit: Visit; readonly error?: undefined }
  | { readonly error: unknown; readonly visit?: undefined }
);

/** The outcome of connecting as the service does. */
type ServiceConnection =
  | { readonly version: string; readonly minor: MinorDrift }
  | { readonly refusal: CassandraError };

const NO_DRIFT: MinorDrift = { differences: [], building: [] };

/** What was found out by querying the nodes. */
interface ClusterFacts {
  readonly contacts: readonly Contact[];
  readonly nodes: readonly AskedNode[];
  /** Undefined: no contact point answered. */
  readonly facts: PromiseSettledResult<KeyspaceFacts> | undefined;
}

/** Checks a cluster, and the tables in a keyspace of it. Only reads, and ends in time even if nodes hang. */
export async function* clusterGroups(
  cluster: ConnectOptions,
  expected: ExpectedTables,
): AsyncGenerator<Group> {
  const { keyspace } = expected;
  const options = { ...cluster, requestTimeout: STEP_REQUEST };
  const connecting = connectAsService(cluster, expected);
  const { contacts, nodes, facts } = await askCluster(options, expected);
  const connection = await connecting;
  const reached = contacts.flatMap(({ point, visit: made }) => (made ? point : []));
  const { credentials, localDataCenter } = options;
  yield connectionGroup({ connection, contacts, username: credentials?.username });
  if (nodes.length > 0) yield nodesGroup(nodes, { reached, localDataCenter });
  if (facts?.status === "rejected") {
    yield { title: `Keyspace ${keyspace}`, findings: [failureOf("keyspace", facts.reason)] };
  }
  if (facts?.status === "fulfilled") {
    const refusal =
      "refusal" in connection && isNotSynced(connection) ? connection.refusal : undefined;
    const minor = "minor" in connection ? connection.minor : NO_DRIFT;
    yield keyspaceGroup({ keyspace, facts: facts.value, minor, nodes, access: options, refusal });
  }
}

async function askCluster(
  options: ConnectOptions,
  expected: ExpectedTables,
): Promise<ClusterFacts> {
  const contacts = await Promise.all(contactAll(options));
  const visits = contacts.flatMap(({ visit: made }) => made ?? []);
  const [first] = visits;
  try {
    const [nodes, facts] = await Promise.all([
      first ? askNodes(options, first.nodes) : [],
      first ? settled(withinStep(options, examineKeyspace(first.session, expected))) : undefined,
    ]);
    return { contacts, nodes, facts };
  } finally {
    await closeAll(visits);
  }
}

/** Connects as the service does. Does not reject if the cluster refuses the connection. */
async function connectAsService(
  cluster: ConnectOptions,
  expected: ExpectedTables,
): Promise<ServiceConnection> {
  const { keyspace } = expected;
  const { requestTimeout = REQUEST } = cluster;
  const options = { ...cluster, requestTimeout: Math.min(requestTimeout, REQUEST), keyspace };
  try {
    const session = await connectWithin(CONNECTING, options);
    // If it cannot be read, the other findings say why.
    const [minor] = await Promise.allSettled([withinStep(options, findState(session, expected))]);
    await closeAll([session]);
    return {
      version: session.version,
      minor: minor.status === "fulfilled" ? minor.value : NO_DRIFT,
    };
  } catch (error) {
    if (error instanceof CassandraError) return { refusal: error };
    throw error;
  }
}

/** Connects to each contact point separately; with a bundle, connects once. */
function contactAll(options: ConnectOptions): readonly Promise<Contact>[] {
  return options.bundle === undefined
    ? options.contactPoints.map((point) => contact({ ...options, contactPoints: [point] }, point))
    : [contact(options, "bundle")];
}

async function contact(options: ConnectOptions, point: string): Promise<Contact> {
  try {
    return { point, visit: await visit(options, { limit: STEP }) };
  } catch (error) {
    return { point, error };
  }
}

function askNodes(
  options: ConnectOptions,
  nodes: readonly NodeAddress[],
): Promise<readonly AskedNode[]> {
  return Promise.all(
    nodes.map(async (node) => ({ ...node, answer: await nodeAnswer(options, node) })),
  );
}

async function nodeAnswer(
  options: ConnectOptions,
  node: NodeAddress,
): Promise<AskedNode["answer"]> {
  const answer = (async () => {
    await using made = await visit(optionsFor(options, node), {
      limit: STEP,
      address: node.address,
    });
    return await askNode(made);
  })();
  try {
    return await withinStep(options, answer);
  } catch (error) {
    return { silence: unreachableReason(error) };
  }
}

/** Returns what the promise resolves to. Throws if it takes longer than a step may. */
function withinStep<Value>(options: ConnectOptions, answer: Promise<Value>): Promise<Value> {
  return within(STEP, answer, () => {
    throw noAnswer("UNAVAILABLE", { options, limit: STEP });
  });
}

async function settled<Value>(promise: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}

async function closeAll(opened: readonly AsyncDisposable[]): Promise<void> {
  const closed = Promise.allSettled(opened.map((each) => each[Symbol.asyncDispose]()));
  await Promise.race([closed, sleep(CLOSING, undefined, { ref: false })]);
}

/** Whether the cluster accepted the connection, but the keyspace is missing. */
function isNotSynced({ refusal }: { readonly refusal: CassandraError }): boolean {
  return refusal.code === "NOT_SYNCED";
}

interface ConnectionReport {
  readonly connection: ServiceConnection;
  readonly contacts: readonly Contact[];
  readonly username: string | undefined;
}

function connectionGroup({ connection, contacts, username }: ConnectionReport): Group {
  return {
    title: "Connection",
    findings: [
      ...contactFindings(contacts, connection),
      ...connectionFindings(connection, username),
    ],
  };
}

/** Reports each contact point. If there is only one and it fails, the failed connection already reports it. */
function contactFindings(
  contacts: readonly Contact[],
  connection: ServiceConnection,
): readonly Finding[] {
  if (contacts.length === 1 && contacts[0]?.error && "refusal" in connection) return [];
  return contacts.map(({ point, error }) =>
    error ? warning(point, unreachableReason(error)) : ok(point, "answers"),
  );
}

function connectionFindings(
  connection: ServiceConnection,
  username: string | undefined,
): readonly Finding[] {
  if ("refusal" in connection) {
    return isNotSynced(connection) ? [] : [failureOf("connection", connection.refusal)];
  }
  const role = username === undefined ? "" : `, as ${username}`;
  return [ok("connection", `Cassandra ${connection.version}${role}`)];
}
