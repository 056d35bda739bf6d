import { randomUUID } from "node:crypto";
import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import { GraphQLError } from "graphql";
import { asc, int, table, text, uuid } from "../../src/cassandra/index.ts";
import CassandraPlugin, { type CassandraScalars } from "../../src/pothos/index.ts";
import type { Services } from "../../src/server/index.ts";

// A schema whose context knows its caller.

export const SeatTable = table(
  "seat",
  {
    theatre: text(),
    id: uuid().default(() => randomUUID()),
    taken: int({ min: 0 }).default(0),
  },
  { partition: ["theatre"], clustering: [asc("id")], lwt: true, lanes: { remembers: 60 } },
);

/** What the test's contexts have beside the services. */
export interface Own {
  readonly user: string;
}

const builder = new SchemaBuilder<{
  Context: Services & Own;
  Scalars: CassandraScalars;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}>({
  plugins: [RelayPlugin, CassandraPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: "String",
    nodesOnConnection: true,
    edgesFieldOptions: { nullable: false },
    nodeFieldOptions: { nullable: false },
  },
  // The plugin's types are in this program, and make its option mandatory.
  scopeAuth: { authScopes: () => ({}) },
  cassandra: {
    session: ({ session }) => session,
    lanes: ({ lanes }) => lanes,
    live: ({ live }) => live,
  },
});

/** The contexts in which `seenBy` was resolved. */
export const seenIn: object[] = [];

builder.tableObject("Seat", SeatTable, {
  plural: "Seats",
  fields: (t) => ({
    seenBy: t.string({
      resolve(_, __, context) {
        seenIn.push(context);
        return context.user;
      },
    }),
  }),
});

builder.queryType({
  fields: (t) => ({
    user: t.string({ resolve: (_, __, { user }) => user }),
    seat: t.row(SeatTable),
    seats: t.partition(SeatTable),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createSeat: t.create(SeatTable),
    addTaken: t.add(SeatTable, "taken"),
  }),
});

/** How often an iterable of `count` was left. */
export const left: string[] = [];

builder.subscriptionType({
  fields: (t) => ({
    seatChanged: t.watch(SeatTable),
    count: t.field({
      type: "Int",
      args: { to: t.arg.int({ required: true }) },
      async *subscribe(_, { to }, { user }) {
        try {
          for (let number = 1; number <= to; number += 1) yield number;
          if (to === 13) throw new GraphQLError("Unlucky", { extensions: { code: "UNLUCKY" } });
          if (to === 0) await new Promise(() => {});
        } finally {
          left.push(user);
        }
      },
      resolve: (number: number) => number,
    }),
  }),
});

export const schema = builder.toSchema({ sortSchema: false });
