import { graphql, printType } from "graphql";
import { expect, test } from "vitest";
import { asc, int, table, text } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";

// What the schema's author gives instead of the client. Nothing is read or written: there is no session.

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

test("a key that Cassandra refuses is no error of the client's, if the client has not given it", async () => {
  const error = [{ message: "notes.room must not be empty", code: undefined }];
  expect(await fail("{ notes { pageInfo { hasNextPage } } }")).toEqual(error);
  expect(await fail('mutation { create(input: { body: "a" }) { __typename } }')).toEqual(error);
});

test("a wrong value of an argument that names a part is an error of the client's", async () => {
  expect(await fail('{ part(room: "a", id: 0) { pageInfo { hasNextPage } } }')).toEqual([
    { message: "notes.id must be a whole number from 1 to 2147483647.", code: "BAD_USER_INPUT" },
  ]);
});

test("what goes wrong in the generated resolver can be caught by the one around it", async () => {
  const source = 'mutation { remove(room: "", id: 1) { ... on OutcomeUnknown { message } } }';
  expect(await graphql({ schema, source, contextValue: {} })).toEqual({
    data: { remove: { message: "Caught." } },
  });
});

test("answers of which everything is hidden have a message", () => {
  for (const name of ["NoteDeleted", "NotesReset"]) {
    expect(printType(schema.getType(name)!)).toContain("message: String!");
  }
});
