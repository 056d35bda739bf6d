import { builder } from "../builder.ts";
import { selectWritetimes, type Session } from "../cassandra/index.ts";
import type { Context } from "../context.ts";
import { codedError } from "../error.ts";
import type { Reader } from "../live/index.ts";
import { partitionArguments, partitionOf, rowArguments, rowOf } from "../pothos/index.ts";
import { followCity } from "./changes.ts";
import { partyNotFound, type TimedParty } from "./outcome.ts";
import { PartiesChangedRef, PeopleChangedRef } from "./outcome-refs.ts";
import { readTimed } from "./people.ts";
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
      resolve: ({ value: party }) => ({
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
      resolve: (event) => event,
    }),
  }),
});

async function watchPeople({ session, live }: Context, key: PartyKey, since: bigint | undefined) {
  const versions = await live.watch(PartyTable, key, readerOf(session), since);
  if (versions) return versions;
  throw codedError("PARTY_NOT_FOUND", partyNotFound(key).message);
}

function readerOf(session: Session): Reader<PartyKey, TimedParty> {
  return {
    async read(key) {
      const party = await readTimed(session, key);
      return party && { value: party, ballot: ballotOf(party) };
    },
    async ballots(keys) {
      const found = await readBallots(session, keys);
      return keys.map(({ id }) => found.get(id));
    },
  };
}

async function readBallots(session: Session, keys: readonly PartyKey[]) {
  const [first] = keys;
  if (!first) return new Map<string, bigint>();
  const rows = keys.map(({ id }) => ({ id }));
  const { city } = first;
  const found = await session.run(selectWritetimes(PartyTable, { city }, rows, "people"));
  return new Map(found.map((row) => [row.id, ballotOf(row)]));
}

/** A count that was never written has no ballot: it is older than any that was. */
function ballotOf(row: Pick<TimedParty, "writetime(people)">): bigint {
  return row["writetime(people)"] ?? 0n;
}
