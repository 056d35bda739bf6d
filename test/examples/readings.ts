import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import {
  connect,
  counter,
  date,
  desc,
  float,
  frozen,
  int,
  sai,
  sync,
  table,
  text,
  timestamp,
  udt,
  vector,
} from "partyfinder/cassandra";
import CassandraPlugin, { type CassandraScalars } from "partyfinder/pothos";
import { createServer, type Services } from "partyfinder/server";

// The readings of devices, in a partition for each device and day, by plain writes, and how many there are, in counters.

const Place = udt("place", { room: text(), floor: int() });

const ReadingTable = table(
  "reading",
  {
    device: text({ min: 1, max: 40 }),
    day: date(),
    at: timestamp(),
    value: float(),
    quality: int({ min: 0 }).default(1),
    shape: vector(float(), 3).describe("The last hour as three numbers, to find similar ones."),
    place: frozen(Place).describe("Where the device was."),
  },
  {
    partition: ["device", "day"],
    clustering: [desc("at")],
    indexes: [sai("quality"), sai("shape", { similarity: "cosine" })],
    consistency: "LOCAL_ONE",
    description: "A reading of a device.",
  },
);

const CountTable = table(
  "reading_count",
  { device: text({ min: 1, max: 40 }), day: date(), readings: counter(), errors: counter() },
  { partition: ["device"], clustering: [desc("day")], description: "Counts of a device." },
);

const builder = new SchemaBuilder<{ Context: Services; Scalars: CassandraScalars }>({
  plugins: [RelayPlugin, CassandraPlugin],
  relay: { cursorType: "String", nodesOnConnection: true },
  cassandra: { session: ({ session }) => session, live: ({ live }) => live },
});

builder.tableObject("Reading", ReadingTable, { plural: "Readings" });
builder.tableObject("Count", CountTable, { plural: "Counts" });

builder.queryType({
  fields: (t) => ({
    reading: t.row(ReadingTable),
    readings: t.partition(ReadingTable, { range: true, order: true }),
    readingsWhere: t.partition(ReadingTable, { range: true, where: ["quality"] }),
    counts: t.partition(CountTable),
  }),
});

builder.mutationType({
  fields: (t) => ({
    putReading: t.put(ReadingTable, { ttl: true }),
    putReadings: t.putRows(ReadingTable),
    deleteReading: t.remove(ReadingTable),
    deleteReadings: t.removeRange(ReadingTable),
    addCounts: t.add(CountTable),
  }),
});

builder.subscriptionType({
  fields: (t) => ({ readingsChanged: t.follow(ReadingTable) }),
});

const [contactPoints = "127.0.0.1", localDataCenter = "datacenter1", keyspace = "readings"] =
  process.argv.slice(2);
await using session = await connect({
  contactPoints: contactPoints.split(","),
  localDataCenter,
  keyspace,
});
await sync(session, { keyspace, tables: [ReadingTable, CountTable] });
await using server = await createServer({
  schema: builder.toSchema(),
  tables: [ReadingTable, CountTable],
  session,
  title: "Readings",
});
console.log(server.url);
await new Promise((stop) => process.once("SIGTERM", stop));
