import { types } from "cassandra-driver";
import type { Source } from "../source.ts";
import { stubParties } from "./parties.ts";

/** Creates a source of constant rows, as the driver would return them. */
export function createStubSource(): Source {
  const parties = stubParties.map((party) => ({ ...party, id: types.Uuid.fromString(party.id) }));
  return {
    list: async () => parties,
    one: async () => parties[0],
    change: () => Promise.reject(new Error("The constant rows cannot be changed.")),
  };
}
