// Generated from operations.graphql and schema.graphql: npm run schema.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  | T
  | { [P in keyof T]?: P extends " $fragmentName" | "__typename" ? T[P] : never };
import type { Operation } from "../../client/request.ts";
export const partyQuery = `
query PartyQuery($city: String!, $id: UUID!) {
  party(city: $city, id: $id) {
    ...Party
  }
}

fragment Party on Party {
  city
  id
  name
  people
  date
}
` as Operation<PartyQuery, PartyQueryVariables>;

export const partiesInCityQuery = `
query PartiesInCityQuery($city: String!, $first: Int! = 20, $after: String) {
  partiesInCity(city: $city, first: $first, after: $after) {
    ...PartyPage
  }
}

fragment Party on Party {
  city
  id
  name
  people
  date
}

fragment PartyPage on PartyConnection {
  nodes {
    ...Party
  }
  pageInfo {
    ...PageInfo
  }
}

fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
` as Operation<PartiesInCityQuery, PartiesInCityQueryVariables>;

export const upcomingPartiesQuery = `
query UpcomingPartiesQuery($city: String!, $from: DateTime, $first: Int! = 20, $after: String) {
  upcomingParties(city: $city, from: $from, first: $first, after: $after) {
    ...PartyPage
  }
}

fragment Party on Party {
  city
  id
  name
  people
  date
}

fragment PartyPage on PartyConnection {
  nodes {
    ...Party
  }
  pageInfo {
    ...PageInfo
  }
}

fragment PageInfo on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
` as Operation<UpcomingPartiesQuery, UpcomingPartiesQueryVariables>;

export const createPartyMutation = `
mutation CreatePartyMutation($input: CreatePartyInput!) {
  createParty(input: $input) {
    ...PartyCreated
    ...PartyExists
    ...InvalidInput
    ...OutcomeUnknown
  }
}

fragment Party on Party {
  city
  id
  name
  people
  date
}

fragment PartyCreated on PartyCreated {
  __typename
  party {
    ...Party
  }
}

fragment PartyExists on PartyExists {
  __typename
  message
  party {
    ...Party
  }
}

fragment OutcomeUnknown on OutcomeUnknown {
  __typename
  message
}

fragment InvalidInput on InvalidInput {
  __typename
  message
  errors {
    ...FieldError
  }
}

fragment FieldError on FieldError {
  path
  code
  message
}
` as Operation<CreatePartyMutation, CreatePartyMutationVariables>;

export const updatePartyMutation = `
mutation UpdatePartyMutation($city: String!, $id: UUID!, $input: UpdatePartyInput!) {
  updateParty(city: $city, id: $id, input: $input) {
    ...PartyUpdated
    ...PartyNotFound
    ...InvalidInput
    ...OutcomeUnknown
  }
}

fragment Party on Party {
  city
  id
  name
  people
  date
}

fragment PartyUpdated on PartyUpdated {
  __typename
  party {
    ...Party
  }
}

fragment PartyNotFound on PartyNotFound {
  __typename
  message
  city
  id
}

fragment OutcomeUnknown on OutcomeUnknown {
  __typename
  message
}

fragment InvalidInput on InvalidInput {
  __typename
  message
  errors {
    ...FieldError
  }
}

fragment FieldError on FieldError {
  path
  code
  message
}
` as Operation<UpdatePartyMutation, UpdatePartyMutationVariables>;

export const deletePartyMutation = `
mutation DeletePartyMutation($city: String!, $id: UUID!) {
  deleteParty(city: $city, id: $id) {
    ...PartyDeleted
    ...PartyNotFound
    ...OutcomeUnknown
  }
}

fragment PartyDeleted on PartyDeleted {
  __typename
  city
  id
}

fragment PartyNotFound on PartyNotFound {
  __typename
  message
  city
  id
}

fragment OutcomeUnknown on OutcomeUnknown {
  __typename
  message
}
` as Operation<DeletePartyMutation, DeletePartyMutationVariables>;

export const changePeopleMutation = `
mutation ChangePeopleMutation($city: String!, $id: UUID!, $expected: Int!, $delta: Int!, $operationId: UUID) {
  changePeople(
    city: $city
    id: $id
    expected: $expected
    delta: $delta
    operationId: $operationId
  ) {
    ...PeopleChanged
    ...PeopleStale
    ...PeopleOutOfRange
    ...PartyNotFound
    ...OutcomeUnknown
  }
}

fragment PeopleChanged on PeopleChanged {
  __typename
  city
  id
  people
  asOf
}

fragment PartyNotFound on PartyNotFound {
  __typename
  message
  city
  id
}

fragment PeopleStale on PeopleStale {
  __typename
  message
  city
  id
  expected
  actual
}

fragment PeopleOutOfRange on PeopleOutOfRange {
  __typename
  message
  city
  id
  minimum
  maximum
}

fragment OutcomeUnknown on OutcomeUnknown {
  __typename
  message
}
` as Operation<ChangePeopleMutation, ChangePeopleMutationVariables>;

export const addPeopleMutation = `
mutation AddPeopleMutation($city: String!, $id: UUID!, $delta: Int!, $operationId: UUID) {
  addPeople(city: $city, id: $id, delta: $delta, operationId: $operationId) {
    ...PeopleChanged
    ...PeopleOutOfRange
    ...PartyNotFound
    ...OutcomeUnknown
  }
}

fragment PeopleChanged on PeopleChanged {
  __typename
  city
  id
  people
  asOf
}

fragment PartyNotFound on PartyNotFound {
  __typename
  message
  city
  id
}

fragment PeopleOutOfRange on PeopleOutOfRange {
  __typename
  message
  city
  id
  minimum
  maximum
}

fragment OutcomeUnknown on OutcomeUnknown {
  __typename
  message
}
` as Operation<AddPeopleMutation, AddPeopleMutationVariables>;

export const peopleChangedSubscription = `
subscription PeopleChangedSubscription($city: String!, $id: UUID!, $since: WriteTime) {
  peopleChanged(city: $city, id: $id, since: $since) {
    ...PeopleChanged
  }
}

fragment PeopleChanged on PeopleChanged {
  __typename
  city
  id
  people
  asOf
}
` as Operation<PeopleChangedSubscription, PeopleChangedSubscriptionVariables>;

export const partiesChangedSubscription = `
subscription PartiesChangedSubscription($city: String!) {
  partiesChanged(city: $city) {
    ...PartyCreated
    ...PartyUpdated
    ...PeopleChanged
    ...PartyDeleted
    ...PartiesReset
  }
}

fragment Party on Party {
  city
  id
  name
  people
  date
}

fragment PartyCreated on PartyCreated {
  __typename
  party {
    ...Party
  }
}

fragment PartyUpdated on PartyUpdated {
  __typename
  party {
    ...Party
  }
}

fragment PartiesReset on PartiesReset {
  __typename
  city
}

fragment PartyDeleted on PartyDeleted {
  __typename
  city
  id
}

fragment PeopleChanged on PeopleChanged {
  __typename
  city
  id
  people
  asOf
}
` as Operation<PartiesChangedSubscription, PartiesChangedSubscriptionVariables>;
/** A party to be created. */
export type CreatePartyInput = {
  /** The city. Must be 1 to 200 characters. */
  readonly city: string;
  /** Unique in the city. Must be a UUID. Give one to make a repeated create harmless: the second one finds the row of the first. Default: a new one. */
  readonly id?: string | null | undefined;
  /** What the party is called. Must be 1 to 200 characters. */
  readonly name: string;
  /** How many people are counted in. Must be a whole number from 0 to 2147483647. */
  readonly people?: number;
  /** When it begins. Must be a date and time. Default: made when the row is written. */
  readonly date?: string | Date | null | undefined;
};

/** What is to change of a party. What is absent stays as it is. */
export type UpdatePartyInput = {
  /** What the party is called. Must be 1 to 200 characters. */
  readonly name?: string | null | undefined;
  /** When it begins. Must be a date and time. */
  readonly date?: string | Date | null | undefined;
};

export type PartyQueryVariables = Exact<{
  city: string;
  id: string;
}>;

export type PartyQuery = { readonly party: Party | null };

export type PartiesInCityQueryVariables = Exact<{
  city: string;
  first?: number;
  after?: string | null | undefined;
}>;

export type PartiesInCityQuery = { readonly partiesInCity: PartyPage };

export type UpcomingPartiesQueryVariables = Exact<{
  city: string;
  from?: string | Date | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;

export type UpcomingPartiesQuery = { readonly upcomingParties: PartyPage };

export type CreatePartyMutationVariables = Exact<{
  input: CreatePartyInput;
}>;

export type CreatePartyMutation = {
  readonly createParty: PartyCreated | PartyExists | InvalidInput | OutcomeUnknown | null;
};

export type UpdatePartyMutationVariables = Exact<{
  city: string;
  id: string;
  input: UpdatePartyInput;
}>;

export type UpdatePartyMutation = {
  readonly updateParty: PartyUpdated | PartyNotFound | InvalidInput | OutcomeUnknown | null;
};

export type DeletePartyMutationVariables = Exact<{
  city: string;
  id: string;
}>;

export type DeletePartyMutation = {
  readonly deleteParty: PartyDeleted | PartyNotFound | OutcomeUnknown | null;
};

export type ChangePeopleMutationVariables = Exact<{
  city: string;
  id: string;
  expected: number;
  delta: number;
  operationId?: string | null | undefined;
}>;

export type ChangePeopleMutation = {
  readonly changePeople:
    | PeopleChanged
    | PeopleStale
    | PeopleOutOfRange
    | PartyNotFound
    | OutcomeUnknown
    | null;
};

export type AddPeopleMutationVariables = Exact<{
  city: string;
  id: string;
  delta: number;
  operationId?: string | null | undefined;
}>;

export type AddPeopleMutation = {
  readonly addPeople: PeopleChanged | PeopleOutOfRange | PartyNotFound | OutcomeUnknown | null;
};

export type PeopleChangedSubscriptionVariables = Exact<{
  city: string;
  id: string;
  since?: string | null | undefined;
}>;

export type PeopleChangedSubscription = { readonly peopleChanged: PeopleChanged };

export type PartiesChangedSubscriptionVariables = Exact<{
  city: string;
}>;

export type PartiesChangedSubscription = {
  readonly partiesChanged:
    | PartyCreated
    | PartyUpdated
    | PeopleChanged
    | PartyDeleted
    | PartiesReset;
};

export type Party = {
  readonly city: string;
  readonly id: string;
  readonly name: string;
  readonly people: number;
  readonly date: string;
};

export type PartyPage = { readonly nodes: ReadonlyArray<Party>; readonly pageInfo: PageInfo };

export type PageInfo = {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
};

export type PartyCreated = { readonly __typename: "PartyCreated"; readonly party: Party };

export type PartyUpdated = { readonly __typename: "PartyUpdated"; readonly party: Party };

export type PartiesReset = { readonly __typename: "PartiesReset"; readonly city: string };

export type PartyDeleted = {
  readonly __typename: "PartyDeleted";
  readonly city: string;
  readonly id: string;
};

export type PeopleChanged = {
  readonly __typename: "PeopleChanged";
  readonly city: string;
  readonly id: string;
  readonly people: number;
  readonly asOf: string | null;
};

export type PartyExists = {
  readonly __typename: "PartyExists";
  readonly message: string;
  readonly party: Party;
};

export type PartyNotFound = {
  readonly __typename: "PartyNotFound";
  readonly message: string;
  readonly city: string;
  readonly id: string;
};

export type PeopleStale = {
  readonly __typename: "PeopleStale";
  readonly message: string;
  readonly city: string;
  readonly id: string;
  readonly expected: number;
  readonly actual: number;
};

export type PeopleOutOfRange = {
  readonly __typename: "PeopleOutOfRange";
  readonly message: string;
  readonly city: string;
  readonly id: string;
  readonly minimum: number;
  readonly maximum: number;
};

export type OutcomeUnknown = { readonly __typename: "OutcomeUnknown"; readonly message: string };

export type InvalidInput = {
  readonly __typename: "InvalidInput";
  readonly message: string;
  readonly errors: ReadonlyArray<FieldError>;
};

export type FieldError = {
  readonly path: ReadonlyArray<string>;
  readonly code: string;
  readonly message: string;
};
