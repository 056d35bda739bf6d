import { randomUUID } from "node:crypto";
import { GraphQLError } from "graphql";
import { asc, int, table, text, timestamp, uuid } from "../../src/cassandra/index.ts";
import { createServer } from "../../src/server/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { createBuilder } from "../pothos/build.ts";

// A service for the client: seats in a table of lightweight transactions, lamps in one of plain writes.

const SeatTable = table(
  "seat",
  {
    theatre: text({ min: 1, max: 60 }),
    id: uuid().default(() => randomUUID()),
    name: text().required(),
    taken: int({ min: 0 }).default(0),
    date: timestamp().default(() => new Date()),
  },
  { partition: ["theatre"], clustering: [asc("id")], lwt: true, lanes: { remembers: 60 } },
);
const LampTable = table(
  "lamp",
  { theatre: text(), number: int(), colour: text(), level: int() },
  { partition: ["theatre"], clustering: [asc("number")] },
);

const builder = createBuilder();
const Seat = builder.tableObject("Seat", SeatTable, { plural: "Seats", names: { taken: "Taken" } });
builder.objectField(Seat, "broken", (t) =>
  t.string({
    nullable: true,
    resolve() {
      throw new GraphQLError("It is broken.", { extensions: { code: "BROKEN" } });
    },
  }),
);
builder.tableObject("Lamp", LampTable, { plural: "Lamps" });
builder.queryType({
  fields: (t) => ({
    seat: t.row(SeatTable),
    seatsInTheatre: t.partition(SeatTable),
    lamp: t.row(LampTable),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createSeat: t.create(SeatTable),
    updateSeat: t.update(SeatTable, ["name", "date"]),
    changeTaken: t.change(SeatTable, "taken"),
    addTaken: t.add(SeatTable, "taken"),
    deleteSeat: t.remove(SeatTable),
    putLamp: t.put(LampTable),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    takenChanged: t.watch(SeatTable, "taken"),
    seatsChanged: t.follow(SeatTable, { apart: ["taken"] }),
    lampChanged: t.watch(LampTable),
  }),
});
const schema = builder.toSchema();

/** A running service. */
export interface Theatre extends AsyncDisposable {
  readonly url: string;
  readonly keyspace: TestKeyspace;
  /** Ends the service; its keyspace stays until the fixture is disposed of. */
  close(): Promise<void>;
}

/** Starts the service on an empty keyspace. */
export async function startTheatre(): Promise<Theatre> {
  await using opened = new AsyncDisposableStack();
  const keyspace = opened.use(await createKeyspace(SeatTable, LampTable));
  const theatre = opened.use(await startTheatreOn(keyspace));
  const kept = opened.move();
  return { ...theatre, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Starts the service on a keyspace, which stays. */
export async function startTheatreOn(keyspace: TestKeyspace): Promise<Theatre> {
  const server = await createServer({
    schema,
    tables: [SeatTable, LampTable],
    session: keyspace.session,
    log: () => {},
  });
  const close = () => server.close();
  return { url: server.url, keyspace, close, [Symbol.asyncDispose]: close };
}
