import { delimiter, join } from "node:path";
import type { Jars } from "./jars.ts";
import { pathToFileURL } from "node:url";

/** The settings of a Java virtual machine that runs a node. Its working directory is that of the jars. */
export interface Jvm {
  readonly jars: Pick<Jars, "names">;
  /** The size of the heap, e.g. `512m`. It is allocated at once, since Cassandra locks its memory. */
  readonly heap: string;
  /** The absolute path of the node's directory, which contains `cassandra.yaml` and `logback.xml`. */
  readonly dir: string;
  /** The number of nodes of the cluster. */
  readonly nodes: number;
  /** Additional options. Default: none. */
  readonly options?: readonly string[] | undefined;
}

/**
 * Returns the class path, as names relative to the directory of the jars: a colon in an absolute path would end an
 * entry and cannot be escaped, and the paths could be too long for an argument.
 */
export function classPath({ names }: Pick<Jars, "names">): string {
  return names.join(delimiter);
}

/** Returns the arguments of `java` that run Cassandra in the foreground. */
export function jvmArguments({ jars, heap, dir, nodes, options = [] }: Jvm): readonly string[] {
  return [
    ...options,
    `-Xms${heap}`,
    `-Xmx${heap}`,
    "-Xss256k",
    "-XX:MaxDirectMemorySize=128m",
    // The simplest collector and only the first compiler make the start a second faster and save 100 MiB.
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    // Otherwise a node that is out of memory would keep running in a broken state.
    "-XX:+ExitOnOutOfMemoryError",
    // By default the file would be in the directory of the jars. `%p` is the process id, `%%` a percent sign.
    `-XX:ErrorFile=${join(dir.replaceAll("%", "%%"), "hs_err_pid%p.log")}`,
    ...exports.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
    ...opens.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    "-Djdk.attach.allowAttachSelf=true",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Djava.net.preferIPv4Stack=true",
    // Cassandra changes the case of CQL by locale: in Turkish its own tables get a column status_ınıt_timestamp.
    "-Duser.language=en",
    "-Duser.country=US",
    "-Dfile.encoding=UTF-8",
    // Native libraries are unpacked here; a killed process leaves them behind.
    `-Djava.io.tmpdir=${join(dir, "tmp")}`,
    `-Dcassandra.config=${pathToFileURL(join(dir, "cassandra.yaml")).href}`,
    `-Dcassandra.storagedir=${join(dir, "data")}`,
    `-Dlogback.configurationFile=${pathToFileURL(join(dir, "logback.xml")).href}`,
    "-Dcassandra-foreground=yes",
    "-Dcassandra.superuser_setup_delay_ms=0",
    // Replicates the roles to every node from the start (the default is one replica). If it were raised later, a node
    // that had read from replicas without the roles would refuse logins for 2 s, the lifetime of its cache.
    `-Dcassandra.system_auth.default_rf=${nodes}`,
    "-Dcassandra.shutdown_announce_in_ms=0",
    "-Dchronicle.analytics.disable=true",
    // Otherwise Cassandra measures this at each start by filling a table of 100,000 rows (SkipListMemtable).
    "-Dcassandra.memtable.row_overhead_size=181",
    // With given tokens there is nothing to wait for. The start takes 3 s instead of 11 s.
    "-Dcassandra.skip_wait_for_gossip_to_settle=0",
    // This is also how long a restarting node looks for a live one before it fails with "Unable to gossip with any
    // peers", so it can be short only for a single node.
    `-Dcassandra.ring_delay_ms=${nodes === 1 ? 100 : 15_000}`,
    "-cp",
    classPath(jars),
    "org.apache.cassandra.service.CassandraDaemon",
  ];
}

/** The log message of a node that listens for clients. */
export const STARTED = "Startup complete";

/** Logs warnings, errors and the start, with {@link STARTED}, to standard output. */
export const logbackXml = `<configuration>
  <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{24} %msg%n</pattern></encoder>
  </appender>
  <logger name="org.apache.cassandra.service.CassandraDaemon" level="INFO"/>
  <root level="WARN"><appender-ref ref="OUT"/></root>
</configuration>
`;

/** Internal packages of the Java platform that Cassandra uses (see its conf/jvm17-server.options). */
const exports = [
  "java.base/jdk.internal.misc",
  "java.base/jdk.internal.ref",
  "java.base/sun.nio.ch",
  "java.base/java.lang.ref",
  "java.management.rmi/com.sun.jmx.remote.internal.rmi",
  "java.rmi/sun.rmi.registry",
  "java.rmi/sun.rmi.server",
  "java.sql/java.sql",
  "jdk.unsupported/sun.misc",
  "jdk.attach/sun.tools.attach",
];

/** Packages that Cassandra accesses by reflection (same source). */
const opens = [
  "java.base/java.lang.module",
  "java.base/jdk.internal.loader",
  "java.base/jdk.internal.ref",
  "java.base/jdk.internal.reflect",
  "java.base/jdk.internal.math",
  "java.base/jdk.internal.module",
  "java.base/jdk.internal.util.jar",
  "java.base/sun.nio.ch",
  "java.base/java.io",
  "java.base/java.nio",
  "java.base/java.net",
  "java.base/java.lang",
  "java.base/java.lang.reflect",
  "java.base/java.util",
  "java.base/java.util.concurrent",
  "java.base/java.util.concurrent.atomic",
  "jdk.management/com.sun.management.internal",
];
