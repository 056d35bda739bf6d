import { expect, test } from "vitest";
import { type PageRoute, parseRoute, routeUrl } from "../../src/page/route.ts";

const id = "00000000-0000-4000-8000-000000000001";

test.each<[string, PageRoute]>([
  ["./", { at: "home" }],
  ["./?city=Rome", { at: "city", city: "Rome", all: false }],
  ["./?city=Rome&show=all", { at: "city", city: "Rome", all: true }],
  [`./?city=Rome&party=${id}`, { at: "party", city: "Rome", id }],
  ["./?city=a%2Fb+%22c%22+%F0%9F%8E%89+%26%3D", { at: "city", city: 'a/b "c" 🎉 &=', all: false }],
])("the URL %s is parsed to a route and back", (url, route) => {
  expect(parseRoute(new URL(url, "http://localhost/prefix/").search)).toEqual(route);
  expect(routeUrl(route)).toBe(url);
});

test.each<[string, PageRoute]>([
  ["?other=1", { at: "home" }],
  [`?party=${id}`, { at: "home" }],
  ["?city=++Rome+", { at: "city", city: "Rome", all: false }],
  ["?city=", { at: "city", city: "", all: false }],
  ["?city=Rome&show=nothing", { at: "city", city: "Rome", all: false }],
])("the unusual query %s has a route, too", (query, route) => {
  expect(parseRoute(query)).toEqual(route);
});
