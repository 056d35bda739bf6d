import { policies, types, version } from "cassandra-driver";
import { within } from "../../support/within.ts";
import { CassandraError } from "../error.ts";
import { type ConnectOptions, placeOf } from "./options.ts";
import { reasonOf } from "./reason.ts";
import { connect, type Session } from "./session.ts";

/** A node, as another one of its cluster tells of it. */
export interface NodeAddress {
  /** Where it is for clients, e.g. `10.0.0.1:9042`. */
  readonly address: string;
  readonly dataCenter: string;
}

/** What a node says of itself. */
export interface NodeFacts {
  readonly release: string;
  readonly rack: string;
  /** The version of the schema that it has: nodes that agree have the same. */
  readonly schema: string;
  /** How long it took to answer, in milliseconds. */
  readonly roundTrip: number;
  readonly clock: ClockOffset;
  /** Its `commitlog_sync`: when it acknowledges a write. Undefined: it does not tell, or nobody can change it. */
  readonly commitLogSync: string | undefined;
}

/** How far a clock is ahead of this machine's, in milliseconds; behind: below zero. It lies between these two. */
export interface ClockOffset {
  readonly least: number;
  readonly most: number;
}

/** A session in which one node alone is asked, whatever its data centre. */
export interface Visit extends AsyncDisposable {
  readonly session: Session;
  /** All nodes of the cluster, the one that is asked first. */
  readonly nodes: readonly NodeAddress[];
}

/** The release of the driver. Its types say it were a number. */
export const driverVersion = String(version);

/** How often a node is asked for its time: the quickest answer tells it best. */
const CLOCK_READINGS = 3;

/**
 * Opens a session in which one node alone is asked: the contact point that is reached first, or the one that is named.
 *
 * @param limit how long that may take, in milliseconds
 * @throws CassandraError as {@link connect}; but no data centre is a wrong one
 */
export async function visit(
  options: ConnectOptions,
  limit: number,
  address?: string,
): Promise<Visit> {
  const only = new OneNode(address);
  const driver = {
    ...options.driver,
    isMetadataSyncEnabled: false,
    // None: the driver would refuse one that has no nodes. A bundle always names its own.
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
 * Opens a session within a time, in milliseconds.
 *
 * @throws CassandraError as {@link connect}
 */
export async function connectWithin(limit: number, options: ConnectOptions): Promise<Session> {
  const opening = connect(options);
  return await within(limit, opening, () => {
    // It may still come to be.
    void opening.then(
      (late) => late.close(),
      () => {},
    );
    throw noAnswer("NOT_CONNECTED", options, limit);
  });
}

/** Asks a node about itself, its clock by the time that an answer takes. */
export async function askNode({ session }: Pick<Visit, "session">): Promise<NodeFacts> {
  const readings: Reading[] = [];
  for (let i = 0; i < CLOCK_READINGS; i += 1) readings.push(await read(session));
  const best = readings.reduce((one, next) => (next.roundTrip < one.roundTrip ? next : one));
  return { ...best, commitLogSync: await commitLogSyncOf(session) };
}

/** The options with which a node that another one told of is connected to. A bundle knows the way to all of them. */
export function optionsFor(options: ConnectOptions, { address }: NodeAddress): ConnectOptions {
  return options.bundle === undefined ? { ...options, contactPoints: [pointOf(address)] } : options;
}

/** Why a node was not reached, or did not answer, in one line that continues a sentence. */
export function silenceOf(error: unknown): string {
  return reasonOf(error instanceof CassandraError ? (error.cause ?? error) : error);
}

/** The failure where nobody answered in time; the limit is in milliseconds. */
export function noAnswer(
  code: "NOT_CONNECTED" | "UNAVAILABLE",
  options: ConnectOptions,
  limit: number,
): CassandraError {
  const reason = `no answer within ${limit / 1000} s (look at its load and its log)`;
  const what = code === "NOT_CONNECTED" ? "Cannot connect to Cassandra" : "Cannot ask Cassandra";
  const message = `${what} ${placeOf(options)}: ${reason}.`;
  return new CassandraError(code, message, { cause: new Error(reason) });
}

/** How many copies of a row a keyspace has, as Cassandra describes it; undefined: there is no such keyspace. */
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

/** Reads the node's own setting; the table is of Cassandra 4.0, and a role may not be allowed to read it. */
async function commitLogSyncOf(session: Session): Promise<string | undefined> {
  if (session.isAstra) return undefined;
  try {
    const cql = "SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'";
    const [row] = await session.cql(cql);
    return row && String(row["value"]);
  } catch (error) {
    if (error instanceof CassandraError) return undefined;
    throw error;
  }
}

type Reading = Omit<NodeFacts, "commitLogSync">;

async function read(session: Session): Promise<Reading> {
  const asked = Date.now();
  const [row = {}] = await session.cql(
    "SELECT release_version, rack, schema_version, toTimestamp(now()) AS clock FROM system.local",
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

/** An IPv6 address is in brackets in a contact point; the driver itself writes it without. */
function pointOf(address: string): string {
  return address.replace(/^([^[\]]*:[^[\]]*):(\d+)$/, "[$1]:$2");
}

/** Asks one node, of whatever data centre; remembers which there are. */
class OneNode extends policies.loadBalancing.LoadBalancingPolicy {
  #address: string | undefined;
  nodes: readonly NodeAddress[] = [];
  #plan: () => Iterator<Host> = () => [].values();

  constructor(address: string | undefined) {
    super();
    this.#address = address;
  }

  override init(...[, hosts, done]: Parameters<LoadBalancing["init"]>): void {
    // The driver puts the node first that it has reached first.
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
