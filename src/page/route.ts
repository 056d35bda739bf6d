/** A view of the page. Each route has a URL that can be shared. */
export type PageRoute = { readonly at: "home" } | CityRoute | PartyRoute;

/** The parties of a city: only the upcoming ones, or all of them. */
export interface CityRoute {
  readonly at: "city";
  readonly city: string;
  readonly all: boolean;
}

/** One party. */
export interface PartyRoute {
  readonly at: "party";
  readonly city: string;
  readonly id: string;
}

/** Returns the route of a URL's query, e.g. `?city=Rome&show=all`. Trims the city's name. */
export function parseRoute(query: string): PageRoute {
  const params = new URLSearchParams(query);
  const [city, id] = [params.get("city")?.trim(), params.get("party")];
  if (city === undefined) return { at: "home" };
  if (id !== null) return { at: "party", city, id };
  return { at: "city", city, all: params.get("show") === "all" };
}

/** Returns the URL of a route, relative to the page: it may be served under a prefix. */
export function routeUrl(route: PageRoute): string {
  if (route.at === "home") return "./";
  const query = new URLSearchParams({ city: route.city });
  if (route.at === "party") query.set("party", route.id);
  else if (route.all) query.set("show", "all");
  return `./?${query}`;
}
