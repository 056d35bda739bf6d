import { connect, dropKeyspace } from "../cassandra/index.ts";
import { type Embedded, LocalError } from "../local/index.ts";
import { lend } from "./lease.ts";
import type { KeeperNews, KeeperOrder } from "./reuse.ts";
import { runCassandra } from "./runtime.ts";

// A program: it runs a Cassandra in the background, as its argument orders, and ends it when it is not used.

const order: KeeperOrder = JSON.parse(process.argv[2] ?? "");
try {
  await keep(order);
} catch (error) {
  tell({
    kind: "failed",
    message: error instanceof Error ? error.message : String(error),
    ...(error instanceof LocalError && { code: error.code }),
  });
}

async function keep({ dir, runtime, idle }: KeeperOrder): Promise<void> {
  const progress = (line: string) => tell({ kind: "progress", line });
  await using embedded = await runCassandra({ dir, runtime, progress });
  // Else another process keeps it.
  if (!embedded.owned) return tell({ kind: "ready" });
  const { contactPoint, localDataCenter } = embedded;
  const address = { contactPoints: [contactPoint], localDataCenter };
  const { unused } = await lend(dir, address, idle);
  tell({ kind: "ready" });
  const died = await Promise.race([unused, embedded.died]);
  if (died instanceof LocalError) process.exit(1);
  await dropLeftovers(embedded);
}

/** Drops what killed runs have left: with jars it would be there again at the next start. */
async function dropLeftovers({ contactPoint, localDataCenter }: Embedded): Promise<void> {
  await using session = await connect({ contactPoints: [contactPoint], localDataCenter });
  const rows = await session.cql("SELECT keyspace_name FROM system_schema.keyspaces");
  const names = rows.map((row) => String(row["keyspace_name"]));
  for (const name of names) if (!name.startsWith("system")) await session.cql(dropKeyspace(name));
}

/** Does nothing once whoever has started this program is gone. */
function tell(news: KeeperNews): void {
  if (process.connected) process.send?.(news);
}
