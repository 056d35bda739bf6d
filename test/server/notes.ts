import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import { asc, int, table, text, uuid } from "../../src/cassandra/index.ts";
import CassandraPlugin, {
  type CassandraScalars,
  viewerScopes,
  type ViewerScopes,
} from "../../src/pothos/index.ts";
import type { Services } from "../../src/server/index.ts";

// A schema with rows of the viewer: boards that everybody sees, and notes that only their owner does.

export const BoardTable = table(
  "board",
  { name: text(), pins: int({ min: 0 }).default(0) },
  { partition: ["name"], lwt: true, lanes: { remembers: 60 } },
);

export const NoteTable = table(
  "note",
  { owner: text(), id: uuid().default(() => randomUUID()), words: text().required() },
  { partition: ["owner"], clustering: [asc("id")], lwt: true, lanes: { remembers: 60 } },
);

export const noteTables = [BoardTable, NoteTable];

const builder = new SchemaBuilder<{
  Context: Services;
  Scalars: CassandraScalars;
  AuthScopes: ViewerScopes;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}>({
  plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: "String",
    nodesOnConnection: true,
    edgesFieldOptions: { nullable: false },
    nodeFieldOptions: { nullable: false },
  },
  scopeAuth: viewerScopes,
  cassandra: {
    session: ({ session }) => session,
    lanes: ({ lanes }) => lanes,
    live: ({ live }) => live,
  },
});

/** The viewers for whom `pinnedFor` was resolved. */
export const resolvedFor: string[] = [];

/** What lets `held` go on. */
export const held = new Map<string, () => void>();

builder.tableObject("Note", NoteTable, { plural: "Notes" });
builder.tableObject("Board", BoardTable, {
  plural: "Boards",
  fields: (t) => ({
    pinnedFor: t.string({
      resolve(_, __, { viewer }) {
        resolvedFor.push(viewer.id);
        return viewer.id;
      },
    }),
    myNotes: t.partition(NoteTable, { from: { owner: (_, { viewer }) => viewer.id } }),
    ofFirstToken: t.string({
      nullable: true,
      authScopes: (_, __, { viewer }) => viewer.claims["jti"] === "1",
      resolve: () => "for the first token",
    }),
    secret: t.string({
      nullable: true,
      authScopes: (_, __, { viewer }) => viewer.id === "ann",
      resolve: () => "for ann",
    }),
  }),
});

builder.queryType({
  fields: (t) => ({
    me: t.string({
      nullable: true,
      resolve: (_, __, { viewer }) => (viewer.isSignedIn ? viewer.id : null),
    }),
    may: t.boolean({
      args: { scope: t.arg.string({ required: true }) },
      resolve: (_, { scope }, { viewer }) => viewer.may(scope),
    }),
    scopes: t.stringList({ resolve: (_, __, { viewer }) => [...viewer.scopes] }),
    claim: t.string({
      args: { name: t.arg.string({ required: true }) },
      resolve: (_, { name }, { viewer }) => viewer.claim(name),
    }),
    myNotes: t.partition(NoteTable, { from: { owner: (_, { viewer }) => viewer.id } }),
    held: t.string({
      args: { by: t.arg.string({ required: true }) },
      async resolve(_, { by }) {
        await new Promise<void>((resolve) => held.set(by, resolve));
        return by;
      },
    }),
    // Of the time that an operation may take, so that those behind it wait.
    slow: t.string({
      extensions: { cassandra: { partitions: 100 } },
      args: { milliseconds: t.arg.int({ required: true }) },
      async resolve(_, { milliseconds }) {
        await sleep(milliseconds);
        return "done";
      },
    }),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createBoard: t.create(BoardTable),
    addPins: t.add(BoardTable, "pins"),
    writeNote: t.create(NoteTable, { from: { owner: (_, { viewer }) => viewer.id } }),
  }),
});
builder.subscriptionType({
  fields: (t) => ({
    boardChanged: t.watch(BoardTable),
    ticks: t.field({
      type: "Int",
      async *subscribe() {
        for (let tick = 1; ; tick += 1) {
          yield tick;
          await sleep(50);
        }
      },
      resolve: (tick: number) => tick,
    }),
  }),
});

export const noteSchema = builder.toSchema({ sortSchema: false });
