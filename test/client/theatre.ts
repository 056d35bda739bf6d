import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type ExecutionArgs, GraphQLError } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { createYoga } from "graphql-yoga";
import { WebSocketServer } from "ws";
import { asc, int, table, text, timestamp, update, uuid } from "../../src/cassandra/index.ts";
import { createLanes } from "../../src/lane/index.ts";
import { createLive } from "../../src/live/index.ts";
import { clientError } from "../../src/pothos/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { listen } from "../fixtures/listen.ts";
import { type Context, createBuilder } from "../pothos/build.ts";

// A service of its own for the client: seats in a table of lightweight transactions, lamps in one of plain writes,
// behind Yoga and graphql-ws as their documentation has them.

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
  /** How many requests came over HTTP. */
  readonly requests: number;
  /** The messages of the kind `subscribe` that came over WebSockets: their variables. */
  readonly subscribed: readonly Readonly<Record<string, unknown>>[];
  /** Writes columns of a lamp. */
  writeLamp(key: LampKey, columns: LampColumns): Promise<void>;
  /** Ends the service, and completes what is subscribed to; its keyspace stays. */
  close(): Promise<void>;
}

export interface LampKey {
  readonly theatre: string;
  readonly number: number;
}

interface LampColumns {
  readonly colour?: string | null;
  readonly level?: number;
}

/** Starts the service on an empty keyspace. */
export async function startTheatre(): Promise<Theatre> {
  await using opened = new AsyncDisposableStack();
  const keyspace = opened.use(await createKeyspace(SeatTable, LampTable));
  const theatre = opened.use(await startTheatreOn(keyspace));
  const kept = opened.move();
  return Object.defineProperties(theatre, {
    [Symbol.asyncDispose]: { value: () => kept.disposeAsync() },
  });
}

interface EnvelopedArgs extends ExecutionArgs {
  readonly rootValue: Record<"execute" | "subscribe", (args: ExecutionArgs) => never>;
}

/** Starts the service on a keyspace, which stays. */
export async function startTheatreOn(keyspace: TestKeyspace): Promise<Theatre> {
  const { session } = keyspace;
  const live = createLive({ session, pollInterval: 60_000 });
  const lanes = createLanes(session, { onChange: (...changed) => live.hint(...changed) });
  const subscribed: Readonly<Record<string, unknown>>[] = [];
  let requests = 0;

  const yoga = createYoga<Record<string, unknown>, Context>({
    schema,
    context: { session, lanes, live },
    logging: false,
    maskedErrors: {
      maskError: (error) =>
        clientError((error as GraphQLError).originalError) ?? (error as GraphQLError),
    },
  });
  const server = createServer((request, response) => {
    requests += 1;
    void yoga(request, response);
  });
  const webSockets = useServer(
    {
      execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
      subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
      async onSubscribe(_context, _id, params) {
        if (params.variables) subscribed.push(params.variables);
        const enveloped = yoga.getEnveloped({ params } as never);
        const { execute, subscribe, contextFactory, parse, validate } = enveloped;
        const document = parse(params.query);
        const errors = validate(schema, document);
        if (errors.length > 0) return errors;
        return {
          schema,
          document,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
      },
    },
    new WebSocketServer({ server, path: "/graphql" }),
  );
  const port = await listen(server, "127.0.0.1");

  let closed: Promise<void> | undefined;
  async function shutDown() {
    await live.close();
    // The ends of the subscriptions are sent in this turn of the event loop.
    await setImmediate();
    await webSockets.dispose();
    server.closeAllConnections();
    server.close();
    lanes.close();
  }
  const close = () => (closed ??= shutDown());

  return {
    url: `http://127.0.0.1:${port}/graphql`,
    keyspace,
    get requests() {
      return requests;
    },
    subscribed,
    async writeLamp(key, columns) {
      await session.run(update(LampTable, key, columns));
      live.hint(LampTable, key, Object.keys(columns) as (keyof LampColumns)[]);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
