import { builder } from "../builder.ts";
import {
  checkPage,
  connectionOf,
  connectionRef,
  describeKey,
  pageArguments,
  partitionArguments,
  partitionOf,
} from "../pothos/index.ts";
import { PartyByDateTable, PartyTable } from "./table.ts";
import { readUpcoming } from "./upcoming.ts";

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
        const start = { ...partition, from: from ?? new Date(), after: page.after };
        const { parties, more } = await readUpcoming(session, start, page.first);
        return connectionOf(page, parties, more);
      },
    }),
  }),
});
