import { graphql, printType } from "graphql";
import { expect, test } from "vitest";
import { asc, int, table, text } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";

// Values from the schema's author instead of the client. There is no session, so nothing is read or written.

const Note = table(
  "notes",
  { room: text(), id: int({ min: 1 }), body: text(), tags: text() },
  { partition: ["room"], clustering: [asc("id")], lwt: true, lanes: true },
);

const builder = createBuilder();
builder.tableObject("Note", Note, { plural: "Notes", columns: { room: false, id: false } });
builder.queryType({
  fields: (t) => ({
    notes: t.partition(Note, { from: { room: () => "" } }),
    part: t.partition(Note, {
      args: { id: t.arg.int({ required: true }) },
      key: (_, { id }) => ({ id }),
    }),
  }),
});
builder.mutationType({
  fields: (t) => ({
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
