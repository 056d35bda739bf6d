import { builder } from "../builder.ts";
import { columnOf } from "../cassandra/index.ts";
import type { AnyOf, FieldError, Outcome, Refused } from "./outcome.ts";
import { PartyRef } from "./party.ts";
import { type PartyKey, PartyTable } from "./table.ts";

// The GraphQL types of what mutations and subscriptions tell.

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;
type Fields<Shape> = PothosSchemaTypes.ObjectFieldBuilder<Types, Shape>;

const RefusalRef = builder.interfaceRef<Refused>("Refusal").implement({
  description: "Why something was not done.",
  fields: (t) => ({ message: t.exposeString("message", { description: "For a person to read." }) }),
});

const PartyCreatedRef = outcome("PartyCreated").implement({
  description: "The party was created.",
  fields: (t) => ({
    party: t.expose("party", { type: PartyRef, description: "As it was created." }),
  }),
});

const PartyUpdatedRef = outcome("PartyUpdated").implement({
  description: "The party was changed.",
  fields: (t) => ({
    party: t.expose("party", { type: PartyRef, description: "As it is now." }),
  }),
});

const PartiesResetRef = outcome("PartiesReset").implement({
  description: "Something was missed: read the city again.",
  fields: (t) => ({
    city: t.exposeString("city", { description: columnOf(PartyTable, "city").description ?? "" }),
  }),
});

const PartyDeletedRef = outcome("PartyDeleted").implement({
  description: "The party was deleted.",
  fields: keyFields,
});

/** The count of a party, as a mutation made it or as it is now. */
export const PeopleChangedRef = outcome("PeopleChanged").implement({
  description: "The count of a party.",
  fields: (t) => ({
    ...keyFields(t),
    people: t.exposeInt("people", { description: "The count." }),
    asOf: t.field({
      type: "Ballot",
      nullable: true,
      description:
        "When the count was written. Given by every subscription; in a mutation's answer null if the count has changed again since.",
      resolve: async ({ people, read }) => {
        const now = await read();
        return now?.people === people ? now["writetime(people)"] : null;
      },
    }),
    party: t.field({
      type: PartyRef,
      nullable: true,
      description: "The party as it is now, null if it has been deleted.",
      resolve: async ({ read }) => (await read()) ?? null,
    }),
  }),
});

const PartyExistsRef = outcome("PartyExists").implement({
  description: "The city has a party of this id: as after a create that was sent twice.",
  interfaces: [RefusalRef],
  fields: (t) => ({ party: t.expose("party", { type: PartyRef, description: "That party." }) }),
});

const PartyNotFoundRef = outcome("PartyNotFound").implement({
  description: "The city has no party of this id.",
  interfaces: [RefusalRef],
  fields: keyFields,
});

const PeopleStaleRef = outcome("PeopleStale").implement({
  description: "The count is not the expected one. Nothing was changed.",
  interfaces: [RefusalRef],
  fields: (t) => ({
    ...keyFields(t),
    expected: t.exposeInt("expected", { description: "As it was given." }),
    actual: t.exposeInt("actual", { description: "The count that stood there instead." }),
  }),
});

const PeopleOutOfRangeRef = outcome("PeopleOutOfRange").implement({
  description: "The count would have left its range. Nothing was changed.",
  interfaces: [RefusalRef],
  fields: (t) => ({
    ...keyFields(t),
    minimum: t.exposeInt("minimum", { description: "The least count." }),
    maximum: t.exposeInt("maximum", { description: "The largest count." }),
  }),
});

const OutcomeUnknownRef = outcome("OutcomeUnknown").implement({
  description:
    "The write was sent, and nobody knows whether it applies: read before you repeat it.",
  interfaces: [RefusalRef],
  fields: keyFields,
});

const FieldErrorRef = builder.objectRef<FieldError>("FieldError").implement({
  description: "What is wrong with one field of an input.",
  fields: (t) => ({
    path: t.exposeStringList("path", { description: "The field, from the input downwards." }),
    code: t.exposeString("code", { description: "For a program: TOO_LONG, OUT_OF_RANGE …" }),
    message: t.exposeString("message", { description: "For a person to read." }),
  }),
});

const InvalidInputRef = outcome("InvalidInput").implement({
  description: "The input is wrong. Nothing was written.",
  interfaces: [RefusalRef],
  fields: (t) => ({
    errors: t.expose("errors", { type: [FieldErrorRef], description: "One for each wrong field." }),
  }),
});

export const CreatePartyResult = builder.unionType("CreatePartyResult", {
  description: "What came of `createParty`.",
  types: [PartyCreatedRef, PartyExistsRef, InvalidInputRef, OutcomeUnknownRef],
});

export const UpdatePartyResult = builder.unionType("UpdatePartyResult", {
  description: "What came of `updateParty`.",
  types: [PartyUpdatedRef, PartyNotFoundRef, InvalidInputRef, OutcomeUnknownRef],
});

export const DeletePartyResult = builder.unionType("DeletePartyResult", {
  description: "What came of `deleteParty`.",
  types: [PartyDeletedRef, PartyNotFoundRef, OutcomeUnknownRef],
});

export const ChangePeopleResult = builder.unionType("ChangePeopleResult", {
  description: "What came of `changePeople`.",
  types: [
    PeopleChangedRef,
    PeopleStaleRef,
    PeopleOutOfRangeRef,
    PartyNotFoundRef,
    OutcomeUnknownRef,
  ],
});

export const AddPeopleResult = builder.unionType("AddPeopleResult", {
  description: "What came of `addPeople`.",
  types: [PeopleChangedRef, PeopleOutOfRangeRef, PartyNotFoundRef, OutcomeUnknownRef],
});

export const PartiesChangedRef = builder.unionType("PartiesChanged", {
  description: "What happened in a city.",
  types: [PartyCreatedRef, PartyUpdatedRef, PeopleChangedRef, PartyDeletedRef, PartiesResetRef],
});

function outcome<Name extends keyof Outcome>(name: Name) {
  return builder.objectRef<AnyOf<Name>>(name);
}

function keyFields<Shape extends PartyKey>(t: Fields<Shape>) {
  const description = (name: keyof PartyKey) => columnOf(PartyTable, name).description ?? "";
  return {
    city: t.string({ description: description("city"), resolve: ({ city }) => city }),
    id: t.field({ type: "UUID", description: description("id"), resolve: ({ id }) => id }),
  };
}
