import { expect, it } from "vitest";
import { jvmArguments } from "../../src/local/jvm.ts";
import { jarsOf } from "../../src/local/jars.ts";
import { downloadedBytes } from "../../src/local/maven.ts";
import { cassandraYaml } from "../../src/local/yaml.ts";

it("writes a node's cassandra.yaml", () => {
  const seeds = ["127.0.0.1:7000", "127.0.0.2:7000"];
  const node = { ip: "127.0.0.2", cqlPort: 9042, storagePort: 7000, token: -(2n ** 63n), seeds };
  expect(cassandraYaml(node)).toBe(`cluster_name: partyfinder
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch

# A given token and no bootstrap: nothing is streamed, so a node need not wait for others.
num_tokens: 1
initial_token: -9223372036854775808
auto_bootstrap: false
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{ seeds: "127.0.0.1:7000,127.0.0.2:7000" }]

listen_address: 127.0.0.2
rpc_address: 127.0.0.2
storage_port: 7000
native_transport_port: 9042

commitlog_sync: periodic
commitlog_sync_period: 10000ms
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
`);
});

it("writes that only what is on the disk is acknowledged", () => {
  const node = { ip: "127.0.0.1", cqlPort: 9042, storagePort: 7000, token: 0n, seeds: [] };
  expect(cassandraYaml({ ...node, durable: true })).toBe(
    cassandraYaml(node).replace(
      /^commitlog_sync: .*\ncommitlog_sync_period: .*\n/m,
      "commitlog_sync: batch\n",
    ),
  );
});

it("writes that clients have to log in, and by what certificates, at the end", () => {
  const node = { ip: "127.0.0.1", cqlPort: 9042, storagePort: 7000, token: 0n, seeds: [] };
  const tls = { identity: "/home/ada/my keys/node.pem", trusted: "/clients.pem" };
  expect(cassandraYaml({ ...node, passwords: true, tls })).toBe(`${cassandraYaml(node)}
authenticator: PasswordAuthenticator
authorizer: CassandraAuthorizer

client_encryption_options:
  enabled: true
  optional: false
  require_client_auth: true
  keystore: "/home/ada/my keys/node.pem"
  truststore: "/clients.pem"
  ssl_context_factory:
    class_name: org.apache.cassandra.security.PEMBasedSslContextFactory
`);
});

it("writes the arguments of a lone node's Java, which may have spaces in its paths", () => {
  const jvm = {
    jars: ["/m2/a.jar", "/m2/b.jar"],
    heap: "512m",
    dir: "/home/ada/my project",
    nodes: 1,
  };
  expect(jvmArguments(jvm).join("\n")).toBe(`-Xms512m
-Xmx512m
-Xss256k
-XX:MaxDirectMemorySize=128m
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-XX:-UsePerfData
-XX:+ExitOnOutOfMemoryError
--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED
--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED
--add-exports=java.base/sun.nio.ch=ALL-UNNAMED
--add-exports=java.base/java.lang.ref=ALL-UNNAMED
--add-exports=java.management.rmi/com.sun.jmx.remote.internal.rmi=ALL-UNNAMED
--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED
--add-exports=java.rmi/sun.rmi.server=ALL-UNNAMED
--add-exports=java.sql/java.sql=ALL-UNNAMED
--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED
--add-exports=jdk.attach/sun.tools.attach=ALL-UNNAMED
--add-opens=java.base/java.lang.module=ALL-UNNAMED
--add-opens=java.base/jdk.internal.loader=ALL-UNNAMED
--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED
--add-opens=java.base/jdk.internal.reflect=ALL-UNNAMED
--add-opens=java.base/jdk.internal.math=ALL-UNNAMED
--add-opens=java.base/jdk.internal.module=ALL-UNNAMED
--add-opens=java.base/jdk.internal.util.jar=ALL-UNNAMED
--add-opens=java.base/sun.nio.ch=ALL-UNNAMED
--add-opens=java.base/java.io=ALL-UNNAMED
--add-opens=java.base/java.nio=ALL-UNNAMED
--add-opens=java.base/java.net=ALL-UNNAMED
--add-opens=java.base/java.lang=ALL-UNNAMED
--add-opens=java.base/java.lang.reflect=ALL-UNNAMED
--add-opens=java.base/java.util=ALL-UNNAMED
--add-opens=java.base/java.util.concurrent=ALL-UNNAMED
--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED
--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED
-Djdk.attach.allowAttachSelf=true
-Dio.netty.tryReflectionSetAccessible=true
-Djava.net.preferIPv4Stack=true
-Duser.language=en
-Duser.country=US
-Dfile.encoding=UTF-8
-Djava.io.tmpdir=/home/ada/my project/tmp
-Dcassandra.config=file:///home/ada/my%20project/cassandra.yaml
-Dcassandra.storagedir=/home/ada/my project/data
-Dlogback.configurationFile=file:///home/ada/my%20project/logback.xml
-Dcassandra-foreground=yes
-Dcassandra.superuser_setup_delay_ms=0
-Dcassandra.system_auth.default_rf=1
-Dcassandra.shutdown_announce_in_ms=0
-Dchronicle.analytics.disable=true
-Dcassandra.memtable.row_overhead_size=181
-Dcassandra.skip_wait_for_gossip_to_settle=0
-Dcassandra.ring_delay_ms=100
-cp
/m2/a.jar:/m2/b.jar
org.apache.cassandra.service.CassandraDaemon`);
});

it("gives a node that has others the time to look for them, and all of them the roles", () => {
  const jvm = { jars: [], heap: "400m", dir: "/n1", nodes: 3 };
  expect(jvmArguments(jvm)).toContain("-Dcassandra.ring_delay_ms=15000");
  expect(jvmArguments(jvm)).toContain("-Dcassandra.system_auth.default_rf=3");
});

it("leaves out the native libraries of other systems", () => {
  const jars = [
    "/m2/guava-32.0.1-jre.jar",
    "/m2/netty-transport-native-epoll-4.1.119.Final.jar",
    "/m2/netty-transport-native-epoll-4.1.119.Final-linux-x86_64.jar",
    "/m2/netty-transport-native-epoll-4.1.119.Final-linux-aarch_64.jar",
    "/m2/netty-transport-native-kqueue-4.1.119.Final-osx-aarch_64.jar",
    "/m2/netty-tcnative-boringssl-static-2.0.70.Final-windows-x86_64.jar",
  ];
  expect(jarsOf("linux", "x64", jars)).toEqual([jars[0], jars[1], jars[2]]);
  expect(jarsOf("darwin", "arm64", jars)).toEqual([jars[0], jars[1], jars[4]]);
});

it.each([
  ["Downloaded from central: x/guava-32.0.1-jre.jar (3.0 MB at 9.1 MB/s)", 3_000_000],
  ["[INFO] Downloaded from mirror: x/apache-10.pom (15 kB at 673 kB/s)", 15_000],
  ["[INFO] Downloaded from mirror: x/a.pom (812 B at 67 kB/s)", 812],
  ["[INFO] Downloading from central: x/guava-32.0.1-jre.jar", undefined],
])("reads how much Maven has fetched: %s", (line, bytes) => {
  expect(downloadedBytes(line)).toBe(bytes);
});
