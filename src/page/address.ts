/** What of the page is shown. Each has a URL that can be shared. */
export type Place = { readonly at: "home" } | CityPlace | PartyPlace;

/** The parties of a city: those to come, or all. */
export interface CityPlace {
  readonly at: "city";
  readonly city: string;
  readonly all: boolean;
}

/** One party. */
export interface PartyPlace {
  readonly at: "party";
  readonly city: string;
  readonly id: string;
}

/** The place that a URL's query names, e.g. `?city=Rome&show=all`. Around a city's name blanks do not matter. */
export function placeOf(query: string): Place {
  const asked = new URLSearchParams(query);
  const [city, id] = [asked.get("city")?.trim(), asked.get("party")];
  if (city === undefined) return { at: "home" };
  if (id !== null) return { at: "party", city, id };
  return { at: "city", city, all: asked.get("show") === "all" };
}

/** The URL of a place. */
export function addressOf(place: Place): string {
  if (place.at === "home") return "/";
  const query = new URLSearchParams({ city: place.city });
  if (place.at === "party") query.set("party", place.id);
  else if (place.all) query.set("show", "all");
  return `/?${query}`;
}
