import { setTimeout as sleep } from "node:timers/promises";
import {
  askNode,
  CassandraError,
  connectWithin,
  type ConnectOptions,
  noAnswer,
  type NodeAddress,
  optionsFor,
  unreachableReason,
  visit,
  type Visit,
} from "../../cassandra/index.ts";
import { within } from "../../support/within.ts";
import { failureOf, type Finding, type Group, ok, warning } from "./finding.ts";
import { examineKeyspace, type Expected, type KeyspaceFacts, keyspaceGroup } from "./keyspace.ts";
import { type AskedNode, nodesGroup } from "./nodes.ts";

/** How long one step may take on one node, in milliseconds. There are two: to reach it, and to ask it. */
const STEP = 3000;

/** How long a node may take to answer in such a step, in milliseconds. */
const STEP_REQUEST = 2500;

/** How long connecting as the service does may take, in milliseconds: it tries one contact point after the other. */
const CONNECTING = 6500;

/** The maximum of the service's own request time-out here, in milliseconds. */
const REQUEST = 3000;

/** How long closing may take, in milliseconds: with a node that does not answer it takes longer. */
const CLOSING = 500;

/** A contact point, and the outcome of an attempt to connect to it. */
type Contact = { readonly point: string } & (
  | { readonly visit: Visit; readonly error?: undefined }
  | { readonly error: unknown; readonly visit?: undefined }
);

/** The outcome of connecting as the service does. */
type Arrival = { readonly version: string } | { readonly refusal: CassandraError };

/** What the nodes have answered. */
interface ClusterFacts {
  readonly contacts: readonly Contact[];
  readonly nodes: readonly AskedNode[];
  /** Undefined: no contact point answered. */
  readonly facts: PromiseSettledResult<KeyspaceFacts> | undefined;
}

/** Shows a cluster, with the tables in a keyspace of it. Only reads, and ends in time whatever hangs. */
export async function* clusterGroups(
  cluster: ConnectOptions,
  expected: Expected,
): AsyncGenerator<Group> {
  const { keyspace } = expected;
  const options = { ...cluster, requestTimeout: STEP_REQUEST };
  const arriving = arrive(cluster, keyspace);
  const { contacts, nodes, facts } = await askCluster(options, expected);
  const arrival = await arriving;
  const reached = contacts.flatMap(({ point, visit: made }) => (made ? point : []));
  yield connectionGroup(options, arrival, contacts);
  if (nodes.length > 0) yield nodesGroup(nodes, reached, options.localDataCenter);
  if (facts?.status === "rejected") {
    yield { title: `Keyspace ${keyspace}`, findings: [failureOf("keyspace", facts.reason)] };
  }
  if (facts?.status === "fulfilled") {
    const refusal = "refusal" in arrival && isMissing(arrival) ? arrival.refusal : undefined;
    yield keyspaceGroup({ keyspace, facts: facts.value, nodes, access: options, refusal });
  }
}

async function askCluster(options: ConnectOptions, expected: Expected): Promise<ClusterFacts> {
  const contacts = await Promise.all(waysInto(options));
  const visits = contacts.flatMap(({ visit: made }) => made ?? []);
  const [first] = visits;
  try {
    const [nodes, facts] = await Promise.all([
      first ? askNodes(options, first.nodes) : [],
      first ? settled(inTime(options, examineKeyspace(first.session, expected))) : undefined,
    ]);
    return { contacts, nodes, facts };
  } finally {
    await closeAll(visits);
  }
}

/** Connects as the service does. Never rejects for what is wrong with the cluster. */
async function arrive(cluster: ConnectOptions, keyspace: string): Promise<Arrival> {
  const { requestTimeout = REQUEST } = cluster;
  const options = { ...cluster, requestTimeout: Math.min(requestTimeout, REQUEST), keyspace };
  try {
    const session = await connectWithin(CONNECTING, options);
    await closeAll([session]);
    return { version: session.version };
  } catch (error) {
    if (error instanceof CassandraError) return { refusal: error };
    throw error;
  }
}

/** Tries each contact point by itself; with a bundle, that. */
function waysInto(options: ConnectOptions): readonly Promise<Contact>[] {
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
  const asking = (async () => {
    await using made = await visit(optionsFor(options, node), {
      limit: STEP,
      address: node.address,
    });
    return await askNode(made);
  })();
  try {
    return await inTime(options, asking);
  } catch (error) {
    return { silence: unreachableReason(error) };
  }
}

function inTime<Value>(options: ConnectOptions, asking: Promise<Value>): Promise<Value> {
  return within(STEP, asking, () => {
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

/** Whether only the keyspace was missing. */
function isMissing({ refusal }: { readonly refusal: CassandraError }): boolean {
  return refusal.code === "NOT_SYNCED";
}

function connectionGroup(
  { credentials }: ConnectOptions,
  arrival: Arrival,
  contacts: readonly Contact[],
): Group {
  return {
    title: "Connection",
    findings: [
      ...contactFindings(contacts, arrival),
      ...arrivalFindings(arrival, credentials?.username),
    ],
  };
}

/** If the only contact point fails, the failed connection reports it. */
function contactFindings(contacts: readonly Contact[], arrival: Arrival): readonly Finding[] {
  if (contacts.length === 1 && contacts[0]?.error && "refusal" in arrival) return [];
  return contacts.map(({ point, error }) =>
    error ? warning(point, unreachableReason(error)) : ok(point, "answers"),
  );
}

function arrivalFindings(arrival: Arrival, username: string | undefined): readonly Finding[] {
  if ("refusal" in arrival) {
    return isMissing(arrival) ? [] : [failureOf("connection", arrival.refusal)];
  }
  const role = username === undefined ? "" : `, as ${username}`;
  return [ok("connection", `Cassandra ${arrival.version}${role}`)];
}
