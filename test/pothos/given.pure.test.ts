import { graphql, printType } from "graphql";
import { expect, test } from "vitest";
import { asc, int, table, text, uuid } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";

// Values from the schema's author instead of the client. There is no session, so nothing is read or written.

const Note = table(
  "notes",
  { room: text(), id: int({ min: 1 }), body: text(), tags: text() },
  { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: true },
);

const Diary = table(
  "diaries",
  { owner: text({ trim: true, normalize: "NFC", min: 1 }), day: uuid(), words: text() },
  { partition: ["owner"], clustering: [asc("day")], lwt: true, lanes: true },
);

/** Whose diaries the fields are about. */
let owner = "";
const ofOwner = { owner: () => owner };

const builder = createBuilder();
builder.tableObject("Diary", Diary, { plural: "Diaries" });
builder.tableObject("Note", Note, { plural: "Notes", columns: { room: false, id: false } });
builder.queryType({
  fields: (t) => ({
    diaries: t.partition(Diary, { from: ofOwner }),
    notes: t.partition(Note, { from: { room: () => "" } }),
    part: t.partition(Note, {
      args: { id: t.arg.int({ required: true }) },
      key: (_, { id }) => ({ id }),
    }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createDiary: t.create(Diary, { from: ofOwner }),
    create: t.create(Note, { from: { room: () => "", id: () => 1 } }),
    remove: t.remove(Note, {
      resolve: (next) => next().catch(() => ({ __typename: "OutcomeUnknown", message: "Caught." })),
    }),
  }),
});
builder.subscriptionType({ fields: (t) => ({ notesChanged: t.follow(Note) }) });
const schema = builder.toSchema();

async function fail(source: string) {
  const context = { session: {}, lanes: {}, live: {} };
  const { errors = [] } = await graphql({ schema, source, contextValue: context });
  return errors.map(({ message, extensions }) => ({ message, code: extensions["code"] }));
}

test("an invalid key that did not come from the client is not a client error", async () => {
  const error = [{ message: "notes.room must not be empty", code: undefined }];
  expect(await fail("{ notes { pageInfo { hasNextPage } } }")).toEqual(error);
  expect(await fail('mutation { create(input: { body: "a" }) { __typename } }')).toEqual(error);
});

test("a name that the model would spell otherwise gets no row of its look-alike", async () => {
  const message = "diaries.owner must be given by from as it is stored, but is spelled otherwise";
  const day = "6f1c2f5e-7c0e-4c55-9a58-0c3a2c1d7a11";
  for (owner of [" ann", "ann\u00a0", "\ufeffann", "zoe\u0308"]) {
    const source = `mutation { createDiary(input: { day: "${day}" }) { __typename } }`;
    expect(await fail(source)).toEqual([{ message, code: undefined }]);
  }
});

test("an invalid argument that the option key passes on is a client error", async () => {
  expect(await fail('{ part(room: "a", id: 0) { pageInfo { hasNextPage } } }')).toEqual([
    { message: "notes.id must be a whole number from 1 to 2147483647.", code: "BAD_USER_INPUT" },
  ]);
});

test("a wrapping resolver can catch the error of the generated one", async () => {
  const source = 'mutation { remove(room: "", id: 1) { ... on OutcomeUnknown { message } } }';
  expect(await graphql({ schema, source, contextValue: {} })).toEqual({
    data: { remove: { message: "Caught." } },
  });
});

test("outcomes whose columns are all hidden have a message", () => {
  for (const name of ["NoteDeleted", "NotesReset"]) {
    expect(printType(schema.getType(name)!)).toContain("message: String!");
  }
});
