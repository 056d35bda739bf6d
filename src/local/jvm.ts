import { delimiter, join } from "node:path";
import type { Jars } from "./jars.ts";
import { pathToFileURL } from "node:url";

/** What a Java virtual machine needs to know to run a node, in the directory of the jars. */
export interface Jvm {
  readonly jars: Pick<Jars, "names">;
  /** The size of the heap, e.g. `512m`. It is taken at once: Cassandra locks its memory. */
  readonly heap: string;
  /** The node's directory, with `cassandra.yaml` and `logback.xml`; absolute. */
  readonly dir: string;
  /** How many nodes the cluster has. */
  readonly nodes: number;
  /** More options. Default: none. */
  readonly options?: readonly string[] | undefined;
}

/**
 * The class path, as names: a colon in the path of their directory would end an entry, there is no way to escape it, and
 * the paths could be more than an argument can hold.
 */
export function classPath({ names }: Pick<Jars, "names">): string {
  return names.join(delimiter);
}

/** The arguments of `java` that run Cassandra in the foreground. */
export function jvmArguments({ jars, heap, dir, nodes, options = [] }: Jvm): readonly string[] {
  return [
    ...options,
    `-Xms${heap}`,
    `-Xmx${heap}`,
    "-Xss256k",
    "-XX:MaxDirectMemorySize=128m",
    // The simplest collector and only the first compiler: a second less to start, 100 MiB less to keep.
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    // Without this a node out of memory would live on, half dead.
    "-XX:+ExitOnOutOfMemoryError",
    // Where it would write by itself is the directory of the jars; `%p` is the process, `%%` a percent sign.
    `-XX:ErrorFile=${join(dir.replaceAll("%", "%%"), "hs_err_pid%p.log")}`,
    ...exports.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
    ...opens.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    "-Djdk.attach.allowAttachSelf=true",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Djava.net.preferIPv4Stack=true",
    // Cassandra changes the case of CQL by the locale: in Turkish its own tables have a column status_ınıt_timestamp.
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
    // Every node has the roles from the start. Given more copies later (by default there is one), a node that had
    // asked those still without them would refuse logins for as long as it remembers that, 2 s.
    `-Dcassandra.system_auth.default_rf=${nodes}`,
    "-Dcassandra.shutdown_announce_in_ms=0",
    "-Dchronicle.analytics.disable=true",
    // What Cassandra would measure by itself at each start, by filling a table of 100,000 rows (SkipListMemtable).
    "-Dcassandra.memtable.row_overhead_size=181",
    // With tokens given there is nothing to wait for: 3 s instead of 11.
    "-Dcassandra.skip_wait_for_gossip_to_settle=0",
    // This is also how long a restarting node looks for a living one before it gives up
    // ("Unable to gossip with any peers"), so only a lone node may have it short.
    `-Dcassandra.ring_delay_ms=${nodes === 1 ? 100 : 15_000}`,
    "-cp",
    classPath(jars),
    "org.apache.cassandra.service.CassandraDaemon",
  ];
}

/** What the log says when the node listens for clients. */
export const STARTED = "Startup complete";

/** A log of warnings and errors, on standard output, and of the start: it tells {@link STARTED}. */
export const logbackXml = `<configuration>
  <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{24} %msg%n</pattern></encoder>
  </appender>
  <logger name="org.apache.cassandra.service.CassandraDaemon" level="INFO"/>
  <root level="WARN"><appender-ref ref="OUT"/></root>
</configuration>
`;

/** Packages that Cassandra uses although the Java platform keeps them to itself (Cassandra's conf/jvm17-server.options). */
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

/** Packages into which it looks by reflection (the same source). */
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
