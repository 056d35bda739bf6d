/** The settings of one node of a cluster. A single node is its own seed. */
export interface Node {
  /** The address on which it listens for clients and other nodes. */
  readonly ip: string;
  readonly cqlPort: number;
  readonly storagePort: number;
  /** The node's position on the ring, from -2^63 to 2^63 - 1. Stored at the first start and kept by later ones. */
  readonly token: bigint;
  /** The address and storage port of the seed nodes. If all nodes are seeds, all may start at once. */
  readonly seeds: readonly string[];
  /**
   * Whether a write is acknowledged only when it is on the disk, so that it survives any failure of the node. Default:
   * false, as in Cassandra. A kill may then lose writes acknowledged in the last 100 ms, since the commit log is
   * replayed only up to its last marker (CASSANDRA-13987), and a power cut those of the last 10 s.
   */
  readonly durable?: boolean | undefined;
  /**
   * Whether clients have to log in, initially as `cassandra` with the same password, and have only the rights granted
   * to them. Default: false, which means that anyone on this machine may do everything.
   */
  readonly passwords?: boolean | undefined;
  /** Default: clients connect without TLS. */
  readonly tls?: NodeTls | undefined;
}

/** The certificates of a node and its clients. */
export interface NodeTls {
  /** The absolute path of a PEM file with the node's private key and certificate. */
  readonly identity: string;
  /** A PEM file of the certificates that clients may present. */
  readonly trusted: string;
}

/** The name of every node's data centre, the only one that SimpleSnitch has. */
export const localDataCenter = "datacenter1";

/** Returns a node's cassandra.yaml: Cassandra's defaults, changed to be local, quick to start and small. */
export function cassandraYaml(node: Node): string {
  const { ip, cqlPort, storagePort, token, seeds, durable, passwords, tls } = node;
  return `cluster_name: partyfinder
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch

# With a given token and without bootstrap nothing is streamed, so a node need not wait for others.
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

# Fewer round trips for lightweight transactions, and linearizable reads at SERIAL.
paxos_variant: v2

# Low memory use.
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
