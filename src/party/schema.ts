import { builder } from "./builder.ts";
import { PartyByDateTable, PartyTable } from "./table.ts";

builder.tableObject("Party", PartyTable, {
  plural: "Parties",
  names: { people: "People" },
  scopes: true,
});

builder.queryType({
  description: "Every query names the city: there is no look-up by id alone.",
  fields: (t) => ({
    party: t.row(PartyTable, { description: "A party, or null if it does not exist." }),
    partiesInCity: t.partition(PartyTable, { description: "The parties of a city, by id." }),
    upcomingParties: t.partition(PartyByDateTable, {
      description: "The parties of a city from a date on, by date.",
      args: { from: t.arg({ type: "DateTime", description: "The earliest date. Default: now." }) },
      key: (_, { from }) => ({ date: { gte: from ?? new Date() } }),
    }),
  }),
});

builder.mutationType({
  description: "Each mutation returns what has happened, or a refusal with its reason.",
  fields: (t) => ({
    createParty: t.create(PartyTable),
    updateParty: t.update(PartyTable, ["name", "date"]),
    deleteParty: t.remove(PartyTable),
    changePeople: t.change(PartyTable, "people"),
    addPeople: t.add(PartyTable, "people"),
  }),
});

builder.subscriptionType({
  description: "Live values: events carry the newest state, not every intermediate one.",
  fields: (t) => ({
    peopleChanged: t.watch(PartyTable, "people"),
    partiesChanged: t.follow(PartyTable, { apart: ["people"] }),
  }),
});

/** The executable schema. Its types keep the order in which they are defined. */
export const schema = builder.toSchema({ sortSchema: false });
