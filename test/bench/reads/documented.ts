import { createServer } from "node:http";
import SchemaBuilder from "@pothos/core";
import RelayPlugin, {
  type ResolveCursorConnectionArgs,
  resolveCursorConnection,
} from "@pothos/plugin-relay";
import { DateTimeResolver, UUIDResolver } from "graphql-scalars";
import { createYoga } from "graphql-yoga";
import { answer, cpu } from "../../fixtures/child.ts";
import { serveOn } from "../live/serve-on.ts";
import { openSource, type StoredParty } from "./source.ts";
import type { ServerAnswers } from "./server.ts";

// A reference in its own process: Yoga and Pothos as their documentation shows, with resolvers that call the driver.

const source = await openSource();

const builder = new SchemaBuilder<{
  DefaultFieldNullability: false;
  Scalars: {
    UUID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
  };
}>({
  plugins: [RelayPlugin],
  relay: {},
  defaultFieldNullability: false,
  // The types of all options are global, also of plugins that only the service uses.
} as never);

builder.addScalarType("UUID", UUIDResolver);
builder.addScalarType("DateTime", DateTimeResolver);

const Party = builder.objectRef<StoredParty>("Party").implement({
  fields: (t) => ({
    id: t.field({ type: "UUID", resolve: ({ id }) => id.toString() }),
    name: t.exposeString("name"),
    people: t.exposeInt("people"),
    date: t.expose("date", { type: "DateTime" }),
  }),
});

const PeopleChanged = builder.objectRef<{ readonly people: number }>("PeopleChanged").implement({
  fields: (t) => ({ people: t.exposeInt("people") }),
});

const PeopleStale = builder.objectRef<{ readonly actual: number }>("PeopleStale").implement({
  fields: (t) => ({ actual: t.exposeInt("actual") }),
});

const ChangePeopleResult = builder.unionType("ChangePeopleResult", {
  types: [PeopleChanged, PeopleStale],
  resolveType: (result) => ("people" in result ? PeopleChanged : PeopleStale),
});

builder.queryType({
  fields: (t) => ({
    party: t.field({
      type: Party,
      nullable: true,
      args: { city: t.arg.string({ required: true }), id: t.arg({ type: "UUID", required: true }) },
      resolve: (_, key) => source.one(key),
    }),
    partiesInCity: t.connection({
      type: Party,
      args: { city: t.arg.string({ required: true }) },
      resolve: (_, args) =>
        resolveCursorConnection(
          { args, toCursor: ({ id }: StoredParty) => id.toString() },
          ({ limit }: ResolveCursorConnectionArgs) => source.list(args.city, limit),
        ),
    }),
  }),
});

builder.mutationType({
  fields: (t) => ({
    changePeople: t.field({
      type: ChangePeopleResult,
      args: {
        city: t.arg.string({ required: true }),
        id: t.arg({ type: "UUID", required: true }),
        expected: t.arg.int({ required: true }),
        delta: t.arg.int({ required: true }),
      },
      resolve: (_, change) => source.change(change),
    }),
  }),
});

const yoga = createYoga({ schema: builder.toSchema(), logging: false });
const url = await serveOn(createServer(yoga));

answer({ url: () => url, cpu } satisfies ServerAnswers);
