import { randomUuid } from "../client/index.ts";
import { nextEvening } from "./dates.ts";
import { type Filled, openPartyForm, type Refused } from "./party-form.ts";
import type { Surroundings } from "./view.ts";

/** Asks what a new party is to be, creates it, and goes there. */
export function createParty(city: string, { client, signal, go }: Surroundings): void {
  // However often it is sent, no second party is made.
  const id = randomUuid();

  async function send({ name = "", ...filled }: Filled): Promise<Refused | undefined> {
    const outcome = await client.createParty({
      input: { city, id, name, ...filled },
    });
    switch (outcome.__typename) {
      case "PartyCreated":
      case "PartyExists":
        go({ at: "party", city, id: outcome.party.id }, `“${outcome.party.name}” was created.`);
        return undefined;
      case "InvalidInput":
        return outcome;
      case "OutcomeUnknown":
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
