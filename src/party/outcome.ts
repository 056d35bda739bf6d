import { CassandraError, type Selected } from "../cassandra/index.ts";
import { type Party, type PartyKey, peopleRange, type PartyTable } from "./table.ts";

/** A party with the ballot of its count, read together. */
export type TimedParty = Selected<typeof PartyTable, keyof Party, "people">;

/** What a mutation or a subscription says happened: the members of the schema's unions, by their names there. */
export type Outcome = {
  PartyCreated: { readonly party: Party };
  PartyUpdated: { readonly party: Party };
  PartyDeleted: PartyKey;
  PeopleChanged: PartyKey & {
    readonly people: number;
    /** Reads the party with its ballot, only where somebody asks for it. */
    readonly read: () => Promise<TimedParty | undefined>;
  };
  PartyExists: Refused & { readonly party: Party };
  PartyNotFound: Refused & PartyKey;
  PeopleStale: Refused & PartyKey & { readonly expected: number; readonly actual: number };
  PeopleOutOfRange: Refused & PartyKey & { readonly minimum: number; readonly maximum: number };
  InvalidInput: Refused & { readonly errors: readonly FieldError[] };
  OutcomeUnknown: Refused & PartyKey;
  PartiesReset: Pick<PartyKey, "city">;
};

/** The fields that every refusal has. */
export interface Refused {
  /** For a person to read. */
  readonly message: string;
}

/** What is wrong with one field of an input. */
export interface FieldError {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

/** One of the named outcomes, as a resolver returns it. */
export type AnyOf<Name extends keyof Outcome> = {
  [N in Name]: { readonly __typename: N } & Outcome[N];
}[Name];

/** The party is not there. */
export function partyNotFound({ city, id }: PartyKey): AnyOf<"PartyNotFound"> {
  const message = `There is no party ${id} in ${city}.`;
  return { __typename: "PartyNotFound", message, city, id };
}

/** The count would leave its range. */
export function peopleOutOfRange({ city, id }: PartyKey): AnyOf<"PeopleOutOfRange"> {
  const { minimum, maximum } = peopleRange;
  const message = `A party has ${minimum} to ${maximum} people.`;
  return { __typename: "PeopleOutOfRange", message, city, id, ...peopleRange };
}

/** The count is another one than expected. */
export function peopleStale(
  { city, id }: PartyKey,
  expected: number,
  actual: number,
): AnyOf<"PeopleStale"> {
  const message = `The count is ${actual}, not ${expected}.`;
  return { __typename: "PeopleStale", message, city, id, expected, actual };
}

/** The city has a party of this id. */
export function partyExists(party: Party): AnyOf<"PartyExists"> {
  const message = `There is a party ${party.id} in ${party.city} already.`;
  return { __typename: "PartyExists", message, party };
}

/** Nobody can say whether a write was, or will be, applied. */
export function outcomeUnknown({ city, id }: PartyKey): AnyOf<"OutcomeUnknown"> {
  const message = "Nobody knows whether this was applied: read the party before you repeat it.";
  return { __typename: "OutcomeUnknown", message, city, id };
}

/** Tells a write whose outcome nobody knows as an outcome of its own; other errors stay errors. */
export async function orUnknown<Told>(
  key: PartyKey,
  write: Promise<Told>,
): Promise<Told | AnyOf<"OutcomeUnknown">> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN") {
      return outcomeUnknown(key);
    }
    throw error;
  }
}
