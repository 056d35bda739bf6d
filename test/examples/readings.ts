import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import {
  connect,
  date,
  desc,
  double,
  int,
  sync,
  table,
  text,
  timestamp,
} from "partyfinder/cassandra";
import CassandraPlugin, { type CassandraScalars } from "partyfinder/pothos";
import { createServer, type Services } from "partyfinder/server";

// The readings of devices, in a partition for each device and day, by plain writes.

const ReadingTable = table(
  "reading",
  {
    device: text({ min: 1, max: 40 }),
    day: date(),
    at: timestamp(),
    value: double(),
    quality: int({ min: 0 }).default(1),
    site: text().static().describe("Where the device was on that day."),
  },
  {
    partition: ["device", "day"],
    clustering: [desc("at")],
    description: "A reading of a device.",
  },
);

const builder = new SchemaBuilder<{ Context: Services; Scalars: CassandraScalars }>({
  plugins: [RelayPlugin, CassandraPlugin],
  relay: { cursorType: "String", nodesOnConnection: true },
  cassandra: { session: ({ session }) => session, live: ({ live }) => live },
});

builder.tableObject("Reading", ReadingTable, { plural: "Readings" });

builder.queryType({
  fields: (t) => ({
    reading: t.row(ReadingTable),
    readings: t.partition(ReadingTable, { range: true, order: true }),
  }),
});

builder.mutationType({
  fields: (t) => ({
    putReading: t.put(ReadingTable, { ttl: true }),
    deleteReading: t.remove(ReadingTable),
  }),
});

builder.subscriptionType({
  fields: (t) => ({
    valueChanged: t.watch(ReadingTable, "value"),
    readingsChanged: t.follow(ReadingTable),
  }),
});

const [contactPoints = "127.0.0.1", localDataCenter = "datacenter1", keyspace = "readings"] =
  process.argv.slice(2);
await using session = await connect({
  contactPoints: contactPoints.split(","),
  localDataCenter,
  keyspace,
});
await sync(session, { keyspace, tables: [ReadingTable] });
await using server = await createServer({
  schema: builder.toSchema(),
  tables: [ReadingTable],
  session,
  title: "Readings",
});
console.log(server.url);
await new Promise((stop) => process.once("SIGTERM", stop));
