/** What is peculiar to one node of a cluster. A lone node is its own seed. */
export interface Node {
  /** The address it listens on, for clients and for other nodes. */
  readonly ip: string;
  readonly cqlPort: number;
  readonly storagePort: number;
  /** The node's place on the ring, from -2^63 to 2^63 - 1. Stored at the first start, later ones keep it. */
  readonly token: bigint;
  /** Address and storage port of the nodes to ask for the others. With all nodes listed, all may start at once. */
  readonly seeds: readonly string[];
  /**
   * Whether a write is acknowledged only when it is on the disk, so that it outlives whatever happens to the node.
   * Default: false, as with Cassandra; a kill may then take what was acknowledged in the last 100 ms, for the
   * commit log is replayed as far as its last marker (CASSANDRA-13987), and a power cut that of the last 10 s.
   */
  readonly durable?: boolean | undefined;
  /**
   * Whether clients have to log in, at first as `cassandra` with the same password, and then have granted rights only.
   * Default: false, everybody on this machine may do everything.
   */
  readonly passwords?: boolean | undefined;
  /** Default: none, clients connect without TLS. */
  readonly tls?: NodeTls | undefined;
}

/** How a node and its clients show who they are. */
export interface NodeTls {
  /** A PEM file with the node's private key and its certificate; absolute. */
  readonly identity: string;
  /** A PEM file of the certificates of which clients have to show one. */
  readonly trusted: string;
}

/** The data centre of every node, by name: SimpleSnitch knows no other. */
export const localDataCenter = "datacenter1";

/** A node's cassandra.yaml: Cassandra's defaults, except for what makes it local, quick to start and small. */
export function cassandraYaml(node: Node): string {
  const { ip, cqlPort, storagePort, token, seeds, durable, passwords, tls } = node;
  return `cluster_name: partyfinder
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch

# A given token and no bootstrap: nothing is streamed, so a node need not wait for others.
num_tokens: 1
initial_token: ${token}
auto_bootstrap: false
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{ seeds: "${seeds.join(",")}" }]

listen_address: ${ip}
rpc_address: ${ip}
storage_port: ${storagePort}
native_transport_port: ${cqlPort}

commitlog_sync: ${durable ? "batch" : "periodic\ncommitlog_sync_period: 10000ms"}
commitlog_segment_size: 8MiB
commitlog_total_space: 64MiB
auto_snapshot: false

# Fewer round trips for lightweight transactions, and reads at SERIAL that are linearizable.
paxos_variant: v2

# Small memory.
file_cache_size: 32MiB
key_cache_size: 4MiB
counter_cache_size: 0MiB
memtable_heap_space: 32MiB
memtable_offheap_space: 32MiB
networking_cache_size: 16MiB
repair_session_space: 8MiB
concurrent_reads: 8
concurrent_writes: 8
concurrent_counter_writes: 2
concurrent_compactors: 1
native_transport_max_threads: 16
${passwords ? passwordsYaml : ""}${tls ? tlsYaml(tls) : ""}`;
}

const passwordsYaml = `
authenticator: PasswordAuthenticator
authorizer: CassandraAuthorizer
`;

function tlsYaml({ identity, trusted }: NodeTls): string {
  return `
client_encryption_options:
  enabled: true
  optional: false
  require_client_auth: true
  keystore: ${JSON.stringify(identity)}
  truststore: ${JSON.stringify(trusted)}
  ssl_context_factory:
    class_name: org.apache.cassandra.security.PEMBasedSslContextFactory
`;
}
