import { expect, it } from "vitest";
import { jvmArguments } from "../../src/local/jvm.ts";
import { artifactsOf, readPinned } from "../../src/local/artifact.ts";
import { cassandraVersion } from "../../src/local/artifacts.ts";
import { readMavenLog } from "../../src/local/maven.ts";
import { readMavenSettings } from "../../src/local/maven-settings.ts";
import { cassandraYaml } from "../../src/local/yaml.ts";

it("writes a node's cassandra.yaml", () => {
  const seeds = ["127.0.0.1:7000", "127.0.0.2:7000"];
  const node = { ip: "127.0.0.2", cqlPort: 9042, storagePort: 7000, token: -(2n ** 63n), seeds };
  expect(cassandraYaml(node)).toBe(`cluster_name: partyfinder
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch

# With a given token and without bootstrap nothing is streamed, so a node need not wait for others.
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
`);
});

it("configures that only writes on the disk are acknowledged", () => {
  const node = { ip: "127.0.0.1", cqlPort: 9042, storagePort: 7000, token: 0n, seeds: [] };
  expect(cassandraYaml({ ...node, durable: true })).toBe(
    cassandraYaml(node).replace(
      /^commitlog_sync: .*\ncommitlog_sync_period: .*\n/m,
      "commitlog_sync: batch\n",
    ),
  );
});

it("configures logins and client certificates at the end", () => {
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

it("writes the Java arguments of a single node, whose paths may contain spaces", () => {
  const jvm = {
    jars: { names: ["a.jar", "b.jar"] },
    heap: "512m",
    dir: "/home/ada/my project",
    nodes: 1,
    options: ["-XX:SharedArchiveFile=/cache/java-17.jsa"],
  };
  expect(jvmArguments(jvm).join("\n")).toBe(`-XX:SharedArchiveFile=/cache/java-17.jsa
-Xms512m
-Xmx512m
-Xss256k
-XX:MaxDirectMemorySize=128m
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-XX:-UsePerfData
-XX:+ExitOnOutOfMemoryError
-XX:ErrorFile=/home/ada/my project/hs_err_pid%p.log
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
a.jar:b.jar
org.apache.cassandra.service.CassandraDaemon`);
});

it("gives a node of a cluster time to find the others, and replicates the roles to all nodes", () => {
  const jvm = { jars: { names: [] }, heap: "400m", dir: "/n1", nodes: 3 };
  expect(jvmArguments(jvm)).toContain("-Dcassandra.ring_delay_ms=15000");
  expect(jvmArguments(jvm)).toContain("-Dcassandra.system_auth.default_rf=3");
});

it("needs the pinned jars, with the native libraries of its platform only", () => {
  const names = (platform: string, arch: string) =>
    artifactsOf(platform, arch).map(({ name }) => name);
  expect(names("linux", "x64")).toContain(`cassandra-all-${cassandraVersion}.jar`);
  expect(names("linux", "x64").filter((name) => /linux|osx|windows/.test(name))).toEqual([
    "netty-tcnative-boringssl-static-2.0.70.Final-linux-x86_64.jar",
    "netty-transport-native-epoll-4.1.119.Final-linux-x86_64.jar",
  ]);
  expect(names("darwin", "arm64").filter((name) => /linux|osx|windows/.test(name))).toEqual([
    "netty-resolver-dns-native-macos-4.1.119.Final-osx-aarch_64.jar",
    "netty-tcnative-boringssl-static-2.0.70.Final-osx-aarch_64.jar",
    "netty-transport-native-kqueue-4.1.119.Final-osx-aarch_64.jar",
  ]);
  expect(new Set(names("linux", "x64")).size).toBe(names("linux", "x64").length);
});

it("derives an artifact's path in a repository from its coordinates", () => {
  const sha256 = "ab".repeat(32);
  expect(readPinned(`\n${sha256} 7 io.netty:netty-tcnative:2.0.70.Final:linux-x86_64\n`)).toEqual([
    {
      name: "netty-tcnative-2.0.70.Final-linux-x86_64.jar",
      path: "io/netty/netty-tcnative/2.0.70.Final/netty-tcnative-2.0.70.Final-linux-x86_64.jar",
      classifier: "linux-x86_64",
      size: 7,
      sha256,
    },
  ]);
});

it.each([
  ["3", "global settings from /etc/maven/settings.xml", "user settings from /home/a b/s.xml"],
  [
    "4",
    "installation settings from '/etc/maven/settings.xml'",
    "user settings from '/home/a b/s.xml'",
  ],
])("reads the configuration from the log of Maven %s", (_, global, user) => {
  const repositories = [
    "extra (https://user:pw@extra.example/a,b/(c), default, releases+snapshots)",
    "snapshots (https://snapshots.example/, default, snapshots)",
    "blocker (http://0.0.0.0/, default, releases, blocked)",
    "corp (https://corp.example/maven2, default, releases)",
  ];
  const log = `[DEBUG] Reading ${global}
[DEBUG] Reading ${user}
[DEBUG] Using local repository at /home/a b/.m2
[DEBUG] Repositories (dependencies): [${repositories.join(", ")}]
[DEBUG] Repositories (plugins)     : []
`;
  expect(readMavenLog(log)).toEqual({
    repositories: [
      { id: "extra", url: "https://user:pw@extra.example/a,b/(c)" },
      { id: "corp", url: "https://corp.example/maven2" },
    ],
    settingsFiles: ["/etc/maven/settings.xml", "/home/a b/s.xml"],
    localRepository: "/home/a b/.m2",
  });
});

it("reads the logins and proxies in Maven's settings", () => {
  const xml = `<?xml version="1.0"?>
<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">
  <!-- <servers><server><id>commented out</id></server></servers> -->
  <servers>
    <server>
      <id>corp</id><username>\${env.WHO}</username><password>p&amp;q&#x3c;\${env.NONE}</password>
    </server>
    <server>
      <id> token </id>
      <configuration><httpHeaders>
        <property><name>X-Token</name><value><![CDATA[<a&b>]]></value></property>
      </httpHeaders></configuration>
    </server>
  </servers>
  <proxies>
    <proxy><active>false</active><host>off.example</host></proxy>
    <proxy id="x"><host>proxy.example</host><port>3128</port><nonProxyHosts>a|*.b</nonProxyHosts></proxy>
  </proxies>
</settings>`;
  expect(readMavenSettings(xml, { WHO: "ada" })).toEqual({
    servers: [
      { id: "corp", username: "ada", password: "p&q<${env.NONE}", headers: {} },
      { id: "token", username: undefined, password: undefined, headers: { "X-Token": "<a&b>" } },
    ],
    proxies: [
      {
        protocol: "http",
        host: "proxy.example",
        port: "3128",
        username: undefined,
        password: undefined,
        nonProxyHosts: "a|*.b",
      },
    ],
  });
});
