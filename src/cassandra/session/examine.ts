import { policies, types, version } from "cassandra-driver";
import { within } from "../../support/within.ts";
import { CassandraError } from "../error.ts";
import { type ConnectOptions, targetText } from "./options.ts";
import { connectFailureReason } from "./reason.ts";
import { connect, type Session } from "./session.ts";

/** A node as the cluster lists it. */
export interface NodeAddress {
  /** The address for clients, e.g. `10.0.0.1:9042`. */
  readonly address: string;
  readonly dataCenter: string;
}

/** What a node reports about itself. */
export interface NodeFacts {
  readonly release: string;
  readonly rack: string;
  /** The version of its schema. Nodes that agree have the same version. */
  readonly schema: string;
  /** How long it took to answer, in milliseconds. */
  readonly roundTrip: number;
  readonly clock: ClockOffset;
  /** Its `commitlog_sync` setting: when it acknowledges a write. Undefined if it cannot be read, or is of Astra DB. */
  readonly commitLogSync: string | undefined;
}

/** Bounds for how far a clock is ahead of this machine's clock, in milliseconds. Negative if it is behind. */
export interface ClockOffset {
  readonly least: number;
  readonly most: number;
}

/** A session that uses one node only, whatever its data centre. */
export interface Visit extends AsyncDisposable {
  readonly session: Session;
  /** All nodes of the cluster; the one that the session uses comes first. */
  readonly nodes: readonly NodeAddress[];
}

/** The release of the driver. Its types declare it as a number. */
export const driverVersion = String(version);

/** How many times a node's clock is read. The quickest answer is the most precise one. */
const CLOCK_READINGS = 3;

/** Options of {@link visit}. */
export interface VisitOptions {
  /** How long opening the session may take, in milliseconds. */
  readonly limit: number;
  /** The node's address. Default: the contact point that is reached first. */
  readonly address?: string;
}

/**
 * Opens a session that uses one node only.
 *
 * @throws CassandraError as {@link connect}; but any data centre is accepted
 */
export async function visit(
  options: ConnectOptions,
  { limit, address }: VisitOptions,
): Promise<Visit> {
  const only = new OneNode(address);
  const driver = {
    ...options.driver,
    isMetadataSyncEnabled: false,
    // Empty, since the driver refuses a data centre without nodes. A bundle always names its own.
    ...(options.bundle === undefined && { localDataCenter: "" }),
    policies: { ...options.driver?.policies, loadBalancing: only },
  };
  const session = await connectWithin(limit, { ...options, driver });
  return {
    session,
    nodes: only.nodes,
    [Symbol.asyncDispose]: () => session.close(),
  };
}

/**
 * Opens a session, and gives up after a time limit in milliseconds.
 *
 * @throws CassandraError as {@link connect}
 */
export async function connectWithin(limit: number, options: ConnectOptions): Promise<Session> {
  const opening = connect(options);
  return await within(limit, opening, () => {
    // The session may still open later.
    void opening.then(
      (late) => late.close(),
      () => {},
    );
    throw noAnswer("NOT_CONNECTED", { options, limit });
  });
}

/** Reads a node's facts. The offset of its clock is bounded by the duration of a query. */
export async function askNode({ session }: Pick<Visit, "session">): Promise<NodeFacts> {
  const readings: Reading[] = [];
  for (let i = 0; i < CLOCK_READINGS; i += 1) readings.push(await readNode(session));
  const best = readings.reduce((one, next) => (next.roundTrip < one.roundTrip ? next : one));
  return { ...best, commitLogSync: await commitLogSyncOf(session) };
}

/**
 * Returns options that connect to a node found in {@link Visit.nodes}. A bundle is used for all nodes of its database.
 */
export function optionsFor(options: ConnectOptions, { address }: NodeAddress): ConnectOptions {
  return options.bundle === undefined
    ? { ...options, contactPoints: [contactPointOf(address)] }
    : options;
}

/** Returns why a node was not reached or did not answer, in one line, as the end of a sentence. */
export function unreachableReason(error: unknown): string {
  return connectFailureReason(error instanceof CassandraError ? (error.cause ?? error) : error);
}

/** Creates the error for an answer that did not come within a limit in milliseconds. */
export function noAnswer(
  code: "NOT_CONNECTED" | "UNAVAILABLE",
  { options, limit }: { readonly options: ConnectOptions; readonly limit: number },
): CassandraError {
  const reason = `no answer within ${limit / 1000} s (check its load and its log)`;
  const what = code === "NOT_CONNECTED" ? "Cannot connect to Cassandra" : "Cannot query Cassandra";
  const message = `${what} ${targetText(options)}: ${reason}.`;
  return new CassandraError(code, message, { cause: new Error(reason) });
}

/** Returns a keyspace's replication as Cassandra describes it, or undefined if the keyspace does not exist. */
export async function replicationOf(
  session: Session,
  keyspace: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const [row] = await session.cql(
    "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?",
    [keyspace],
  );
  const replication = row?.["replication"] as ReadonlyMap<string, string> | undefined;
  return replication && Object.fromEntries(replication);
}

/** Reads the node's own setting. The table exists since Cassandra 4.0, and a role may lack the right to read it. */
async function commitLogSyncOf(session: Session): Promise<string | undefined> {
  if (session.isAstra) return undefined;
  try {
    const cql = "SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'";
    const [row] = await session.cql(cql, [], { writes: false });
    return row && String(row["value"]);
  } catch (error) {
    if (error instanceof CassandraError) return undefined;
    throw error;
  }
}

type Reading = Omit<NodeFacts, "commitLogSync">;

async function readNode(session: Session): Promise<Reading> {
  const asked = Date.now();
  const [row = {}] = await session.cql(
    "SELECT release_version, rack, schema_version, toTimestamp(now()) AS clock FROM system.local",
    [],
    // So it is not prepared, and the round trip is that of one request.
    { writes: false },
  );
  const answered = Date.now();
  const clock = Number(row["clock"]);
  return {
    release: String(row["release_version"]),
    rack: String(row["rack"]),
    schema: String(row["schema_version"]),
    roundTrip: answered - asked,
    clock: { least: clock - answered, most: clock - asked },
  };
}

/** Puts an IPv6 address in brackets, as contact points require. The driver lists it without brackets. */
function contactPointOf(address: string): string {
  return address.replace(/^([^[\]]*:[^[\]]*):(\d+)$/, "[$1]:$2");
}

/** A load balancing policy that uses one node, of any data centre, and keeps a list of all nodes. */
class OneNode extends policies.loadBalancing.LoadBalancingPolicy {
  #address: string | undefined;
  nodes: readonly NodeAddress[] = [];
  #plan: () => Iterator<Host> = () => [].values();

  constructor(address: string | undefined) {
    super();
    this.#address = address;
  }

  override init(...[, hosts, done]: Parameters<LoadBalancing["init"]>): void {
    // The driver lists the node first that it reached first.
    const all = hosts.values();
    this.#address ??= all[0]?.address;
    this.nodes = all.map(({ address, datacenter }) => ({ address, dataCenter: datacenter }));
    this.#plan = () => all.filter(({ address }) => address === this.#address).values();
    done(undefined as unknown as Error);
  }

  override getDistance({ address }: Host): types.distance {
    return address === this.#address ? types.distance.local : types.distance.ignored;
  }

  override newQueryPlan(...[, , done]: Parameters<LoadBalancing["newQueryPlan"]>): void {
    done(undefined as unknown as Error, this.#plan());
  }
}

type LoadBalancing = policies.loadBalancing.LoadBalancingPolicy;
type Host = Parameters<LoadBalancing["getDistance"]>[0];
