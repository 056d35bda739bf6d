import { randomUuid } from "../client/index.ts";
import { nextEvening } from "./dates.ts";
import { type FormRefusal, type FormValues, openPartyForm } from "./party-form.ts";
import type { ViewContext } from "./view.ts";

/** Asks for the new party's data, creates it, and navigates to it. */
export function createParty(city: string, { client, signal, go }: ViewContext): void {
  // A repeated create with the same id cannot create a second party.
  const id = randomUuid();

  async function send({ name = "", ...values }: FormValues): Promise<FormRefusal | undefined> {
    const outcome = await client.createParty({
      input: { city, id, name, ...values },
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
            "The database did not say whether the party was created. You can send it again: there will be only one.",
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
