import { nextEvening } from "./dates.ts";
import { type Filled, openPartyForm, type Refused } from "./party-form.ts";
import type { Surroundings } from "./view.ts";

/** Asks what a new party is to be, creates it, and goes there. */
export function createParty(city: string, { client, signal, go }: Surroundings): void {
  /** The id of a create of which nobody knows how it ended: sent again with it, no second party is made. */
  let id: string | undefined;

  async function send({ name = "", ...filled }: Filled): Promise<Refused | undefined> {
    const outcome = await client.createParty({
      input: { city, name, ...filled, ...(id && { id }) },
    });
    switch (outcome.__typename) {
      case "PartyCreated":
      case "PartyExists":
        go({ at: "party", city, id: outcome.party.id }, `“${outcome.party.name}” was created.`);
        return undefined;
      case "InvalidInput":
        return outcome;
      case "OutcomeUnknown":
        id = outcome.id;
        return {
          message:
            "The database was asked and did not say whether it created the party. Send it again: there will not be two.",
        };
    }
  }

  openPartyForm({
    title: `A party in ${city}`,
    action: "Create it",
    name: "",
    date: nextEvening(),
    withPeople: true,
    changesOnly: false,
    send,
    signal,
  });
}
