import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import { codedError } from "../error.ts";
import type { Admit } from "../live/index.ts";
import { partitionArguments, partitionOf, rowArguments, rowOf, showRow } from "../pothos/index.ts";
import { followCity, partiesChanged } from "./changes.ts";
import { partyNotFound } from "./outcome.ts";
import { PartiesChangedRef, PeopleChangedRef } from "./outcome-refs.ts";
import { type PartyKey, PartyTable } from "./table.ts";

builder.subscriptionType({
  description: "Live values: the newest state, not every step on the way to it.",
  fields: (t) => ({
    peopleChanged: t.field({
      type: PeopleChangedRef,
      description:
        "The count of a party: the present one at once, then every newer one that there is time for. Completes when the party is deleted; `PARTY_NOT_FOUND` if there is none.",
      args: {
        ...rowArguments(t.arg, PartyTable),
        since: t.arg({
          type: "Ballot",
          required: false,
          description:
            "The `asOf` that you have: if it is the present one, only newer ones are sent.",
        }),
      },
      subscribe: (_, { since, ...args }, context) =>
        watchPeople(context, rowOf(builder, PartyTable, args), since ?? undefined),
      resolve: ({ row: party }) => ({
        __typename: "PeopleChanged" as const,
        ...party,
        read: () => Promise.resolve(party),
      }),
    }),

    partiesChanged: t.field({
      type: PartiesChangedRef,
      description:
        "What happens to the parties of a city from now on, each as it is when it is told. `PartiesReset` says that something was missed: read the city again.",
      args: partitionArguments(t.arg, PartyTable),
      subscribe: (_, args, context) =>
        followCity(context, partitionOf(builder, PartyTable, args).city),
      resolve: partiesChanged,
    }),
  }),
});

async function watchPeople({ live }: Context, key: PartyKey, since: bigint | undefined) {
  // The party is told as it was in the moment of its count.
  const columns = { columns: ["people"], beside: ["name", "date"] } as const;
  const versions = await live.watch(PartyTable, key, { ...columns, since, admit });
  if (versions) return versions;
  throw codedError("PARTY_NOT_FOUND", partyNotFound(key).message);
}

const admit: Admit = (party) => showRow(builder, PartyTable, party);
