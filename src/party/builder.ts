import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import type { Context } from "../server/context.ts";
import CassandraPlugin, { type CassandraScalars } from "../pothos/index.ts";

/** The one builder of this schema. */
export const builder = new SchemaBuilder<{
  Context: Context;
  Scalars: CassandraScalars;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}>({
  plugins: [RelayPlugin, CassandraPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: "String",
    nodesOnConnection: { description: "The rows themselves." },
    edgesFieldOptions: { nullable: false, description: "The rows with their cursors." },
    nodeFieldOptions: { nullable: false, description: "The row." },
    cursorFieldOptions: { description: "Given as `after`, a page begins behind this row." },
    pageInfoFieldOptions: { description: "What lies before and behind this page." },
    pageInfoTypeOptions: { description: "What lies before and behind a page." },
    hasNextPageFieldOptions: { description: "Whether rows follow." },
    hasPreviousPageFieldOptions: { description: "Whether the page began behind a cursor." },
    startCursorFieldOptions: { description: "The first row's cursor, null on an empty page." },
    endCursorFieldOptions: { description: "The last row's cursor, null on an empty page." },
  },
  cassandra: {
    session: (context) => context.session,
    lanes: (context) => context.lanes,
    live: (context) => context.live,
  },
});
