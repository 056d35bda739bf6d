import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import { parse } from "graphql";
import { expect, test } from "vitest";
import CassandraPlugin, {
  type CassandraScalars,
  type ViewerScopes,
  viewerScopes,
} from "../../src/pothos/index.ts";
import { createIsByViewer } from "../../src/server/by-viewer.ts";
import type { Services } from "../../src/server/index.ts";

// What of a subscription may depend on who asks.

const builder = new SchemaBuilder<{
  Context: Services;
  Scalars: CassandraScalars;
  AuthScopes: ViewerScopes;
}>({
  plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
  relay: { cursorType: "String", nodesOnConnection: true },
  scopeAuth: viewerScopes,
  cassandra: {
    session: ({ session }) => session,
    lanes: ({ lanes }) => lanes,
    live: ({ live }) => live,
  },
});
const Secret = builder.objectRef<object>("Secret").implement({
  authScopes: (_, { viewer }) => viewer.id === "ann",
  runScopesOnType: true,
  fields: (t) => ({ words: t.string({ resolve: () => "words" }) }),
});
const Plain = builder.objectRef<object>("Plain").implement({
  fields: (t) => ({ words: t.string({ resolve: () => "words" }) }),
});
const Either = builder.unionType("Either", { types: [Secret, Plain], resolveType: () => "Plain" });
const Event = builder.objectRef<object>("Event").implement({
  fields: (t) => ({
    plain: t.field({ type: Plain, resolve: () => ({}) }),
    secret: t.field({ type: Secret, resolve: () => ({}) }),
    secrets: t.field({ type: [Secret], resolve: () => [] }),
    either: t.field({ type: Either, resolve: () => ({}) }),
  }),
});
builder.queryType({ fields: (t) => ({ none: t.string({ resolve: () => "" }) }) });
const noEvents = {
  async *subscribe() {},
  resolve: () => ({}),
};
builder.subscriptionType({
  fields: (t) => ({
    happened: t.field({ type: Event, ...noEvents }),
    whispered: t.field({ type: Secret, ...noEvents }),
  }),
});
const isByViewer = createIsByViewer(builder.toSchema());

test.each([
  ["happened { __typename plain { __typename words } }", false],
  ["happened { secret { __typename } }", true],
  ["happened { secrets { __typename } }", true],
  ["happened { either { __typename } }", true],
  ["happened { either { ... on Plain { words } } }", true],
  ["whispered { __typename }", true],
])("%s: %s", (selection, expected) => {
  expect(isByViewer(parse(`subscription { ${selection} }`), undefined)).toBe(expected);
});
