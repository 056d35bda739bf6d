import { builder } from "../builder.ts";
import { readOrder } from "../order/index.ts";
import {
  checkPage,
  connectionOf,
  connectionRef,
  describeKey,
  pageArguments,
  partitionArguments,
  partitionOf,
} from "../pothos/index.ts";
import { admit } from "./shown.ts";
import { PartyByDateTable, PartyTable } from "./table.ts";

/** The GraphQL object of a party. */
export const PartyRef = builder.tableObject("Party", PartyTable, {
  fields: (t) => ({
    name: t.column("name"),
    people: t.column("people"),
    date: t.column("date"),
  }),
});

builder.queryType({
  description: "Every read names its city: there is no look-up by id alone.",
  fields: (t) => ({
    party: t.row(PartyTable, { description: "A party, or null if there is none." }),
    partiesInCity: t.partition(PartyTable, { description: "The parties of a city, by id." }),
    upcomingParties: t.field({
      type: connectionRef(builder, PartyTable),
      description: describeKey("The parties of a city from a date on, by date.", PartyByDateTable),
      // The entries' partition, and that of the parties themselves.
      extensions: { cassandra: { table: PartyByDateTable.name, partitions: 2 } },
      args: {
        ...partitionArguments(t.arg, PartyByDateTable),
        from: t.arg({ type: "DateTime", description: "The first date. Default: now." }),
        ...pageArguments(t.arg),
      },
      resolve: async (_, { from, first, after, ...args }, { session }, { fieldName }) => {
        const partition = partitionOf(builder, PartyByDateTable, args);
        const scope = { field: fieldName, table: PartyByDateTable, partition };
        const page = checkPage(scope, { first, after });
        const key = { ...partition, date: { gte: from ?? new Date() } };
        const { rows, more, unreadable } = await readOrder(session, PartyByDateTable, key, {
          limit: page.first,
          after: page.after,
          admit,
        });
        for (const row of unreadable) session.report(row);
        return connectionOf(page, rows, more);
      },
    }),
  }),
});
