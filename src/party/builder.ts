import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import type { Services } from "../server/index.ts";
import CassandraPlugin, {
  type CassandraScalars,
  viewerScopes,
  type ViewerScopes,
} from "../pothos/index.ts";

/** The builder of the schema. */
export const builder = new SchemaBuilder<{
  Context: Services;
  AuthScopes: ViewerScopes;
  Scalars: CassandraScalars;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}>({
  plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
  scopeAuth: viewerScopes,
  defaultFieldNullability: false,
  relay: {
    cursorType: "String",
    nodesOnConnection: { description: "The rows." },
    edgesFieldOptions: { nullable: false, description: "The rows with their cursors." },
    nodeFieldOptions: { nullable: false, description: "The row." },
    cursorFieldOptions: { description: "Pass it as `after` to read the page after this row." },
    pageInfoFieldOptions: {
      description: "Whether there are rows before and after this page, and its cursors.",
    },
    pageInfoTypeOptions: {
      description: "Whether there are rows before and after a page, and its cursors.",
    },
    hasNextPageFieldOptions: { description: "Whether there are rows after this page." },
    hasPreviousPageFieldOptions: { description: "Whether the page was requested with `after`." },
    startCursorFieldOptions: { description: "The cursor of the first row; null on an empty page." },
    endCursorFieldOptions: { description: "The cursor of the last row; null on an empty page." },
  },
  cassandra: {
    session: (context) => context.session,
    lanes: (context) => context.lanes,
    live: (context) => context.live,
  },
});
