import { builder } from "../builder.ts";
import { columnOf, type InvalidValue, invalidValues, newRow } from "../cassandra/index.ts";
import { checkArgument, rowArguments, rowOf } from "../pothos/index.ts";
import { announce } from "./changes.ts";
import { type AnyOf, type FieldError, orUnknown } from "./outcome.ts";
import {
  AddPeopleResult,
  ChangePeopleResult,
  CreatePartyResult,
  DeletePartyResult,
  UpdatePartyResult,
} from "./outcome-refs.ts";
import { REMEMBERED } from "./operations.ts";
import { createParty, deleteParty, updateParty } from "./parties.ts";
import { addPeople, changePeople } from "./people.ts";
import type { PartyChanges } from "./request.ts";
import { PartyTable } from "./table.ts";

const CreatePartyInput = builder.inputType("CreatePartyInput", {
  description: "A party to be created.",
  fields: (t) => ({
    city: t.string({ required: true, description: describe("city") }),
    name: t.string({ required: true, description: describe("name") }),
    people: t.int({ required: true, defaultValue: 0, description: describe("people") }),
    date: t.field({ type: "DateTime", description: `${describe("date")} Default: now.` }),
    id: t.field({
      type: "UUID",
      description:
        "Give one to make a repeated create harmless: the second finds the first one's party. Default: a random one.",
    }),
  }),
});

const UpdatePartyInput = builder.inputType("UpdatePartyInput", {
  description: "What is to change of a party; what is absent stays as it is.",
  fields: (t) => ({
    name: t.string({ description: describe("name") }),
    date: t.field({ type: "DateTime", description: describe("date") }),
  }),
});

const delta = "How many come, or go if negative.";
const operationId = `An id of your own making, a new one for each change that you mean. A change that was applied and is sent again with its id within ${REMEMBERED} s, as when its answer was lost, is not applied again and gets the same answer, from any process. One that was refused is judged anew; a deleted party forgets.`;

builder.mutationType({
  description: "Each answer says what happened; what did not happen is a refusal with its reason.",
  fields: (t) => ({
    createParty: t.field({
      type: CreatePartyResult,
      nullable: true,
      description: "Creates a party.",
      args: {
        input: t.arg({ type: CreatePartyInput, required: true, description: "The party." }),
      },
      resolve: async (_, { input }, context) => {
        const { city, name, people, date, id } = input;
        const values = { city, name, people, ...(date && { date }), ...(id && { id }) };
        const invalid = invalidInput(invalidValues(PartyTable, values));
        if (invalid) return invalid;
        const party = newRow(PartyTable, values);
        const outcome = await orUnknown(party, createParty(context, party));
        announce(context, party, "created", outcome);
        return outcome;
      },
    }),

    updateParty: t.field({
      type: UpdatePartyResult,
      nullable: true,
      description: "Changes the name or the date of a party.",
      args: {
        ...rowArguments(t.arg, PartyTable),
        input: t.arg({ type: UpdatePartyInput, required: true, description: "What is to change." }),
      },
      resolve: async (_, { input, ...args }, context) => {
        const key = rowOf(builder, PartyTable, args);
        const invalid = invalidInput(invalidValues(PartyTable, input)) ?? nothingToChange(input);
        if (invalid) return invalid;
        const update = updateParty(context, key, checkedChanges(input));
        const outcome = await orUnknown(key, update);
        announce(context, key, ["name", "date"], outcome);
        return outcome;
      },
    }),

    deleteParty: t.field({
      type: DeletePartyResult,
      nullable: true,
      description: "Deletes a party. Who watches its count sees the subscription complete.",
      args: rowArguments(t.arg, PartyTable),
      resolve: async (_, args, context) => {
        const key = rowOf(builder, PartyTable, args);
        const outcome = await orUnknown(key, deleteParty(context, key));
        announce(context, key, "deleted", outcome);
        return outcome;
      },
    }),

    changePeople: t.field({
      type: ChangePeopleResult,
      nullable: true,
      description:
        "Changes the count of a party by `delta` if it is `expected`, by a lightweight transaction: two who saw the same count cannot both count on it.",
      args: {
        ...rowArguments(t.arg, PartyTable),
        expected: t.arg.int({ required: true, description: "The count that you know of." }),
        delta: t.arg.int({ required: true, description: delta }),
        operationId: t.arg({ type: "UUID", description: operationId }),
      },
      resolve: async (_, { expected, delta, operationId, ...args }, context) => {
        const key = rowOf(builder, PartyTable, args);
        const { type } = columnOf(PartyTable, "people");
        checkArgument(["expected"], () => type.check(expected));
        const change = { expected, delta, operationId: operationId ?? undefined };
        const outcome = await orUnknown(key, changePeople(context, key, change));
        announce(context, key, ["people"], outcome);
        return outcome;
      },
    }),

    addPeople: t.field({
      type: AddPeopleResult,
      nullable: true,
      description:
        "Changes the count of a party by `delta`, whatever it is: never refused because others were faster.",
      args: {
        ...rowArguments(t.arg, PartyTable),
        delta: t.arg.int({ required: true, description: delta }),
        operationId: t.arg({ type: "UUID", description: operationId }),
      },
      resolve: async (_, { delta, operationId, ...args }, context) => {
        const key = rowOf(builder, PartyTable, args);
        const addition = { delta, operationId: operationId ?? undefined };
        const outcome = await orUnknown(key, addPeople(context, key, addition));
        announce(context, key, ["people"], outcome);
        return outcome;
      },
    }),
  }),
});

interface UpdateInput {
  readonly name?: string | null | undefined;
  readonly date?: Date | null | undefined;
}

/** The changes of an input in which nothing is invalid. */
function checkedChanges({ name, date }: UpdateInput): PartyChanges {
  const { columns } = PartyTable;
  return {
    ...(name !== undefined && { name: columns.name.type.check(name) }),
    ...(date !== undefined && { date: columns.date.type.check(date) }),
  };
}

function nothingToChange({ name, date }: UpdateInput): AnyOf<"InvalidInput"> | undefined {
  if (name !== undefined || date !== undefined) return undefined;
  return invalid([{ path: [], code: "EMPTY", message: "Give a name, a date, or both." }]);
}

function invalidInput(
  values: ReadonlyMap<string, InvalidValue>,
): AnyOf<"InvalidInput"> | undefined {
  if (values.size === 0) return undefined;
  return invalid(
    [...values].map(([name, { code, message }]) => ({
      path: [name],
      code,
      message: `${name} ${message}.`,
    })),
  );
}

function invalid(errors: readonly FieldError[]): AnyOf<"InvalidInput"> {
  const message = errors.map((error) => error.message).join(" ");
  return { __typename: "InvalidInput", message, errors };
}

function describe(name: "city" | "name" | "people" | "date"): string {
  const { description, type } = columnOf(PartyTable, name);
  return `${description} Must be ${type.expects}.`;
}
