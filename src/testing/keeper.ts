import { connect, dropKeyspace } from "../cassandra/index.ts";
import { type Embedded, LocalError } from "../local/index.ts";
import { messageOf } from "../support/message.ts";
import { lend } from "./lease.ts";
import type { KeeperMessage, KeeperOptions } from "./reuse.ts";
import { runCassandra } from "./runtime.ts";

// A program that runs a Cassandra in the background, with the options in its argument, and ends it when it is unused.

const keeperOptions: KeeperOptions = JSON.parse(process.argv[2] ?? "");
try {
  await keepRunningWhileUsed(keeperOptions);
} catch (error) {
  sendToStarter({
    kind: "failed",
    message: messageOf(error),
    ...(error instanceof LocalError && { code: error.code }),
  });
}

async function keepRunningWhileUsed({ dir, runtime, idle }: KeeperOptions): Promise<void> {
  const progress = (line: string) => sendToStarter({ kind: "progress", line });
  await using embedded = await runCassandra({ dir, runtime, progress });
  // If it is shared, another process keeps it running.
  if (!embedded.owned) return sendToStarter({ kind: "ready" });
  const { contactPoint, localDataCenter } = embedded;
  const address = { contactPoints: [contactPoint], localDataCenter };
  const { unused } = await lend(dir, { address, idle });
  sendToStarter({ kind: "ready" });
  const died = await Promise.race([unused, embedded.died]);
  if (died instanceof LocalError) process.exit(1);
  await dropLeftovers(embedded);
}

/** Drops the keyspaces that killed test runs have left: with jars they would still exist after the next start. */
async function dropLeftovers({ contactPoint, localDataCenter }: Embedded): Promise<void> {
  await using session = await connect({ contactPoints: [contactPoint], localDataCenter });
  const rows = await session.cql("SELECT keyspace_name FROM system_schema.keyspaces");
  const names = rows.map((row) => String(row["keyspace_name"]));
  for (const name of names)
    if (!name.startsWith("system")) await session.cql(dropKeyspace(name), [], { writes: true });
}

/** Sends a message to the process that started this program, if that still runs. */
function sendToStarter(message: KeeperMessage): void {
  if (process.connected) process.send?.(message);
}
