import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import { asc, connect, int, sync, table, text } from "partyfinder/cassandra";
import CassandraPlugin, { type CassandraScalars } from "partyfinder/pothos";
import { createServer, type Services } from "partyfinder/server";

// A theatre that never sells a seat twice, nor more seats than a show has places.

const SeatTable = table(
  "seat",
  {
    show: text({ min: 1, max: 40 }).describe("The show."),
    row: int({ min: 1 }),
    seat: int({ min: 1 }).as("number"),
    price: int({ min: 0 }).default(10),
    holder: text({ max: 40 }).describe("Who has the seat. Null: it is free."),
    sold: int({ min: 0 }).default(0).static().describe("How many seats of the show are sold."),
    places: int({ min: 0 }).default(0).static().describe("How many seats may be sold."),
  },
  {
    partition: ["show"],
    clustering: [asc("row"), asc("seat")],
    lwt: true,
    lanes: { remembers: 60 },
    description: "A seat of a show.",
  },
);

const builder = new SchemaBuilder<{ Context: Services; Scalars: CassandraScalars }>({
  plugins: [RelayPlugin, CassandraPlugin],
  relay: { cursorType: "String", nodesOnConnection: true },
  cassandra: {
    session: ({ session }) => session,
    lanes: ({ lanes }) => lanes,
    live: ({ live }) => live,
  },
});

builder.tableObject("Seat", SeatTable, { plural: "Seats" });

builder.queryType({
  fields: (t) => ({ seat: t.row(SeatTable), seatsInShow: t.partition(SeatTable) }),
});

builder.mutationType({
  fields: (t) => ({
    createSeat: t.create(SeatTable),
    updateSeat: t.update(SeatTable, ["price", "places"]),
    takeSeat: t.change(SeatTable, {
      args: { guest: t.arg.string({ required: true }) },
      change: (row, { guest }) => {
        if (row.get("holder") !== null) return row.refuse("TAKEN");
        const sold = row.get("sold") + 1;
        if (sold > row.get("places")) return row.refuse("SOLD_OUT");
        return row.set({ holder: guest, sold });
      },
      refusals: { TAKEN: "Somebody has this seat.", SOLD_OUT: "All places are sold." },
    }),
    returnSeat: t.change(SeatTable, {
      args: { guest: t.arg.string({ required: true }) },
      change: (row, { guest }) => {
        if (row.get("holder") !== guest) return row.refuse("NOT_YOURS");
        return row.set({ holder: null, sold: row.get("sold") - 1 });
      },
      refusals: { NOT_YOURS: "Somebody else has this seat." },
    }),
    deleteSeat: t.remove(SeatTable),
  }),
});

builder.subscriptionType({
  fields: (t) => ({
    holderChanged: t.watch(SeatTable, "holder"),
    seatsChanged: t.follow(SeatTable),
  }),
});

const [contactPoints = "127.0.0.1", localDataCenter = "datacenter1", keyspace = "theatre"] =
  process.argv.slice(2);
await using session = await connect({
  contactPoints: contactPoints.split(","),
  localDataCenter,
  keyspace,
});
await sync(session, { keyspace, tables: [SeatTable] });
await using server = await createServer({
  schema: builder.toSchema(),
  tables: [SeatTable],
  session,
  title: "Theatre",
});
console.log(server.url);
await new Promise((stop) => process.once("SIGTERM", stop));
