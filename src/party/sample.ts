import type { Session } from "../cassandra/index.ts";
import { createLanes } from "../lane/index.ts";
import { createOrdered } from "../order/index.ts";
import { PartyTable } from "./table.ts";

const DAY = 24 * 60 * 60 * 1000;

/** The sample parties. Each has a fixed id, so writing them again creates no duplicates. */
const parties = [
  { city: "Rome", name: "Ferragosto on the roof", people: 0, inDays: 3 },
  { city: "Rome", name: "Aperitivo at the Tiber", people: 12, inDays: 5 },
  { city: "Rome", name: "Silent disco, Trastevere", people: 48, inDays: 12 },
  { city: "Berlin", name: "Open air at the canal", people: 130, inDays: 2 },
  { city: "Berlin", name: "Vinyl night", people: 31, inDays: 9 },
  { city: "São Paulo", name: "Forró na praça 🎶", people: 77, inDays: 4 },
  { city: "Reykjavík", name: "Midnight swim", people: 8, inDays: 1 },
] as const;

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number + 1).padStart(12, "0")}`;

/** Creates the sample parties that do not exist yet. Returns how many it has created. */
export async function seedParties(session: Session, now = Date.now()): Promise<number> {
  const ordered = createOrdered({ session, lanes: createLanes(session) });
  let written = 0;
  for (const [number, { inDays, ...party }] of parties.entries()) {
    const date = new Date(now + inDays * DAY);
    const { outcome } = await ordered.create(PartyTable, {
      ...party,
      id: idOf(number),
      date,
    });
    if (outcome === "created") written += 1;
  }
  return written;
}

const rome = `city: "Rome"
    id: "${idOf(0)}"`;

/** Operations that work unchanged with the sample parties. */
export const sampleOperations = [
  `query Browse {
  partiesInCity(city: "Rome") {
    nodes {
      id
      name
      people
      date
    }
  }
}`,
  `# Keep this running, and count somebody
# in in another window.
subscription Watch {
  peopleChanged(
    ${rome}
  ) {
    people
    asOf
  }
}`,
  `# "expected" is the count that you expect.
# Run it twice: then it is stale, and the
# result has the actual count.
mutation CountIn {
  changePeople(
    ${rome}
    expected: 0
    delta: 1
  ) {
    __typename
    ... on PeopleChanged { people asOf }
    ... on PeopleStale { expected actual }
    ... on Refusal { message }
  }
}`,
  `mutation Create {
  createParty(
    input: { city: "Rome", name: "Mine" }
  ) {
    __typename
    ... on PartyCreated {
      party { id name people date }
    }
    ... on InvalidInput {
      errors { path code message }
    }
    ... on Refusal { message }
  }
}`,
] as const;
