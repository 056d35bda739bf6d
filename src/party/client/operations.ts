// Generated from operations.graphql and schema.graphql: npm run schema.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  | T
  | { [P in keyof T]?: P extends " $fragmentName" | "__typename" ? T[P] : never };
import {
  type CallOptions,
  type Client,
  type DocumentText,
  liveField,
  type LiveValues,
  requiredField,
} from "../../client/index.ts";
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
` as DocumentText<PartyQuery, PartyQueryVariables>;

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
` as DocumentText<PartiesInCityQuery, PartiesInCityQueryVariables>;

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
` as DocumentText<UpcomingPartiesQuery, UpcomingPartiesQueryVariables>;

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
` as DocumentText<CreatePartyMutation, CreatePartyMutationVariables>;

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
` as DocumentText<UpdatePartyMutation, UpdatePartyMutationVariables>;

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
` as DocumentText<DeletePartyMutation, DeletePartyMutationVariables>;

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
` as DocumentText<ChangePeopleMutation, ChangePeopleMutationVariables>;

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
` as DocumentText<AddPeopleMutation, AddPeopleMutationVariables>;

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
` as DocumentText<PeopleChangedSubscription, PeopleChangedSubscriptionVariables>;

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
` as DocumentText<PartiesChangedSubscription, PartiesChangedSubscriptionVariables>;

export type CreatePartyResult = NonNullable<CreatePartyMutation["createParty"]>;

export type UpdatePartyResult = NonNullable<UpdatePartyMutation["updateParty"]>;

export type DeletePartyResult = NonNullable<DeletePartyMutation["deleteParty"]>;

export type ChangePeopleResult = NonNullable<ChangePeopleMutation["changePeople"]>;

export type AddPeopleResult = NonNullable<AddPeopleMutation["addPeople"]>;

export type PartiesChanged = PartiesChangedSubscription["partiesChanged"];

/** The operations of the schema, each as a function that returns the value of its field. */
export interface PartyOperations {
  /**
   * A party, or null if it does not exist. Read by the key of table `party`: `((city), id)`.
   */
  party(variables: PartyQueryVariables, options?: CallOptions): Promise<PartyQuery["party"]>;

  /**
   * The parties of a city, by id. Read by the key of table `party`: `((city), id)`.
   */
  partiesInCity(
    variables: PartiesInCityQueryVariables,
    options?: CallOptions,
  ): Promise<PartiesInCityQuery["partiesInCity"]>;

  /**
   * The parties of a city from a date on, by date. Read by the key of table `party_by_date`: `((city), date, id)`.
   */
  upcomingParties(
    variables: UpcomingPartiesQueryVariables,
    options?: CallOptions,
  ): Promise<UpcomingPartiesQuery["upcomingParties"]>;

  /**
   * Creates a party.
   *
   * It is sent again while no answer comes, up to 4 times, under one `input.id`: the given one or a new one.
   *
   * With the given one, a repeated create can answer `PartyExists`. With a new one it answers `PartyCreated` instead, with the row as it is by then.
   */
  createParty(
    variables: CreatePartyMutationVariables,
    options?: CallOptions,
  ): Promise<CreatePartyResult>;

  /**
   * Changes `name` and `date` of a party. Absent fields stay unchanged.
   *
   * It is sent once. After a `NETWORK_ERROR` read before you repeat it.
   */
  updateParty(
    variables: UpdatePartyMutationVariables,
    options?: CallOptions,
  ): Promise<UpdatePartyResult>;

  /**
   * Deletes a party. Its subscriptions complete.
   *
   * It is sent once. After a `NETWORK_ERROR` read before you repeat it.
   */
  deleteParty(
    variables: DeletePartyMutationVariables,
    options?: CallOptions,
  ): Promise<DeletePartyResult>;

  /**
   * Adds `delta` to `people` of a party if its value is `expected`, by a lightweight transaction: of two clients that saw the same value, one gets `PeopleStale`.
   *
   * It is sent again while no answer comes, up to 4 times, under one `operationId`, so that it is executed once: the given one or a new one. It is sent once, without any, if `operationId` is null, or if the service remembers too many ids for a new one.
   */
  changePeople(
    variables: ChangePeopleMutationVariables,
    options?: CallOptions,
  ): Promise<ChangePeopleResult>;

  /**
   * Adds `delta` to `people` of a party, whatever its value is. Never refused because other changes were faster.
   *
   * It is sent again while no answer comes, up to 4 times, under one `operationId`, so that it is executed once: the given one or a new one. It is sent once, without any, if `operationId` is null, or if the service remembers too many ids for a new one.
   */
  addPeople(variables: AddPeopleMutationVariables, options?: CallOptions): Promise<AddPeopleResult>;

  /**
   * `people` of a party: sends the current version at once, then the newest version whenever there is a newer one. Completes when the party is deleted. Fails with `PARTY_NOT_FOUND` if there is none.
   *
   * It resumes by itself after a lost connection, and no value comes twice or after a newer one. A slow reader gets the newest value.
   */
  peopleChanged(
    variables: PeopleChangedSubscriptionVariables,
    options?: CallOptions,
  ): LiveValues<PeopleChangedSubscription["peopleChanged"]>;

  /**
   * Sends the changes of a partition's rows from now on. Each event has the party as it is when the event is sent. `PartiesReset` means that events were missed: read the partition again.
   *
   * `PartiesReset` comes first, after a lost connection, and instead of the waiting events when more than 100 wait. What is read after it misses nothing.
   */
  partiesChanged(
    variables: PartiesChangedSubscriptionVariables,
    options?: CallOptions,
  ): LiveValues<PartiesChanged>;
}

/** Returns the operations as functions of a client. */
export function partyOperations(client: Client): PartyOperations {
  return {
    party: async (variables, options) => (await client.send(partyQuery, variables, options)).party,
    partiesInCity: async (variables, options) =>
      (await client.send(partiesInCityQuery, variables, options)).partiesInCity,
    upcomingParties: async (variables, options) =>
      (await client.send(upcomingPartiesQuery, variables, options)).upcomingParties,
    createParty: async (variables, options) => {
      const data = await client.send(createPartyMutation, variables, {
        ...options,
        newId: "input.id",
      });
      const result = requiredField(data, "createParty");
      // What has the id that the client made is what an earlier attempt created.
      const isOwn = variables.input.id == null && result.__typename === "PartyExists";
      return isOwn ? { __typename: "PartyCreated", party: result.party } : result;
    },
    updateParty: async (variables, options) => {
      const data = await client.send(updatePartyMutation, variables, options);
      return requiredField(data, "updateParty");
    },
    deleteParty: async (variables, options) => {
      const data = await client.send(deletePartyMutation, variables, options);
      return requiredField(data, "deleteParty");
    },
    changePeople: async (variables, options) => {
      const data = await client.send(changePeopleMutation, variables, options);
      return requiredField(data, "changePeople");
    },
    addPeople: async (variables, options) => {
      const data = await client.send(addPeopleMutation, variables, options);
      return requiredField(data, "addPeople");
    },
    peopleChanged: (variables, options) =>
      liveField(
        client.subscribe(peopleChangedSubscription, variables, { ...options, ordered: true }),
        "peopleChanged",
      ),
    partiesChanged: (variables, options) =>
      liveField(
        client.subscribe(partiesChangedSubscription, variables, {
          ...options,
          reset: { partiesChanged: { __typename: "PartiesReset", city: variables.city } },
        }),
        "partiesChanged",
      ),
  };
}
/** The party to create. */
export type CreatePartyInput = {
  /** The city. Must be one line of 1 to 200 characters. */
  readonly city: string;
  /** Unique in the city. Must be a UUID. Give one to make a repeated create harmless: it finds the row of the first create. Default: a new one. */
  readonly id?: string | null | undefined;
  /** The name of the party. Must be one line of 1 to 200 characters. */
  readonly name: string;
  /** How many people are counted in. Must be a whole number from 0 to 2147483647. */
  readonly people?: number;
  /** When the party begins. Must be a date and time. Default: computed when the row is written. */
  readonly date?: string | Date | null | undefined;
};

/** The new values of a party. An absent field stays unchanged. */
export type UpdatePartyInput = {
  /** The name of the party. Must be one line of 1 to 200 characters. */
  readonly name?: string | null | undefined;
  /** When the party begins. Must be a date and time. */
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
