import type {
  AddPeopleMutation,
  ChangePeopleMutation,
  CreatePartyMutation,
  DeletePartyMutation,
  PartiesChangedSubscription,
  UpdatePartyMutation,
} from "./operations.ts";

// The unions of the schema.

/** What came of `createParty`. */
export type CreatePartyResult = NonNullable<CreatePartyMutation["createParty"]>;

/** What came of `updateParty`. */
export type UpdatePartyResult = NonNullable<UpdatePartyMutation["updateParty"]>;

/** What came of `deleteParty`. */
export type DeletePartyResult = NonNullable<DeletePartyMutation["deleteParty"]>;

/** What came of `changePeople`. */
export type ChangePeopleResult = NonNullable<ChangePeopleMutation["changePeople"]>;

/** What came of `addPeople`. */
export type AddPeopleResult = NonNullable<AddPeopleMutation["addPeople"]>;

/** What happened in a city. */
export type PartiesChanged = PartiesChangedSubscription["partiesChanged"];
