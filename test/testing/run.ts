import { text } from "node:stream/consumers";
import { startTestCassandra, createTestKeyspace } from "../../src/testing/index.ts";

// A test run as a program: it starts a Cassandra with the options in its argument, creates a keyspace,
// prints both and all keyspaces with the same prefix, and ends when its standard input ends.

await using cassandra = await startTestCassandra(JSON.parse(process.argv[2] ?? ""));
await using keyspace = await createTestKeyspace({ cassandra, prefix: "run" });
const rows = await keyspace.session.cql("SELECT keyspace_name FROM system_schema.keyspaces");
const keyspaces = rows.map((row) => String(row["keyspace_name"]));
const contactPoint = cassandra.contactPoints.join(",");
console.log(
  JSON.stringify({
    contactPoint,
    keyspace: keyspace.name,
    keyspaces: keyspaces.filter((name) => name.startsWith("run_")),
  }),
);
await text(process.stdin);
