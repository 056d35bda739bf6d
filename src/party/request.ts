import type { Lanes } from "../lane/index.ts";
import type { AnyOf } from "./outcome.ts";
import { partyRule } from "./rule.ts";
import type { Party } from "./table.ts";

/** What a city's lane can be asked for, and what it answers. */
export interface Requests {
  createParty: {
    readonly request: { readonly party: Party };
    readonly answer: AnyOf<"PartyCreated" | "PartyExists">;
  };
  deleteParty: {
    readonly request: { readonly id: string };
    readonly answer: AnyOf<"PartyDeleted" | "PartyNotFound">;
  };
  updateParty: {
    readonly request: {
      readonly id: string;
      readonly changes: PartyChanges;
      /** It is done only while this is the party's date. */
      readonly date: Date;
    };
    readonly answer:
      | { readonly __typename: "PartyUpdated" | "PartyMoved" }
      | AnyOf<"PartyNotFound">;
  };
  changePeople: {
    readonly request: CountRequest & { readonly expected: number };
    readonly answer: Counted | AnyOf<"PeopleStale" | "PartyNotFound">;
  };
  addPeople: {
    readonly request: CountRequest;
    readonly answer: Counted | AnyOf<"PeopleOutOfRange" | "PartyNotFound">;
  };
}

/** What an update may change. */
export type PartyChanges = Partial<Pick<Party, "name" | "date">>;

interface CountRequest {
  readonly id: string;
  readonly delta: number;
  /** The id under which it is remembered, if it has one. */
  readonly operationId: string | undefined;
}

/** A change of the count that was applied. */
export interface Counted {
  readonly __typename: "PeopleChanged";
  readonly people: number;
}

/** A request of a kind, or of any. */
export type Request<Kind extends keyof Requests = keyof Requests> = {
  [K in Kind]: { readonly kind: K } & Requests[K]["request"];
}[Kind];

export type Answer<Kind extends keyof Requests = keyof Requests> = Requests[Kind]["answer"];

/** Asks the lane of a city. Fails as `Lanes.ask` does. */
export async function askCity<Kind extends keyof Requests>(
  lanes: Lanes,
  city: string,
  request: Request<Kind>,
): Promise<Answer<Kind>> {
  // The rule answers each request by its kind, which its type does not say.
  return (await lanes.ask(partyRule, { city }, request as Request)) as Answer<Kind>;
}
