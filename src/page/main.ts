import { createClient } from "../client/index.ts";
import { addressOf, type CityPlace, type PartyPlace, type Place, placeOf } from "./address.ts";
import { showCity } from "./city-view.ts";
import { showConnection } from "./connection.ts";
import { find, part } from "./part.ts";
import { showParty } from "./party-view.ts";
import { showProblem } from "./problem.ts";
import { createTally } from "./tally.ts";
import type { Surroundings, View } from "./view.ts";
import { argumentOf, wordsAboutCity, wordsOf } from "./words.ts";

const client = createClient({ url: new URL("/graphql", location.href) });
const middle = find(document, "main .view", HTMLElement);
const field = find(document, "#city", HTMLInputElement);
const news = find(document, ".news", HTMLElement);

/** Older browsers load each place anew: the links are ordinary ones. */
const history = "navigation" in globalThis ? navigation : undefined;

/** Ends what the view began that is shown, or about to be. */
let current = new AbortController();
/** What the next place is to say of what was done before. */
let tidings = "";

/** Shows a place. What was shown before stays and lives until it has been read, so that the two share a connection. */
async function show(place: Place, remembered: unknown): Promise<void> {
  const before = current;
  const own = (current = new AbortController());
  middle.ariaBusy = "true";
  const view = await viewOf(place, surroundings(own, remembered));
  before.abort();
  if (!view || current !== own) return;
  middle.ariaBusy = "false";
  middle.replaceChildren(view.root);
  document.title = view.title === undefined ? "Partyfinder" : `${view.title} · Partyfinder`;
  document.body.dataset["at"] = place.at;
  field.value = place.at === "home" ? "" : place.city;
  news.textContent = tidings;
  tidings = "";
}

function surroundings(own: AbortController, remembered: unknown): Surroundings {
  return {
    client,
    signal: own.signal,
    remembered,
    remember(state) {
      if (current === own) history?.updateCurrentEntry({ state });
    },
    go(place, said = "") {
      tidings = said;
      location.assign(addressOf(place));
    },
    say(text) {
      if (current === own) news.textContent = text;
    },
  };
}

/** Makes a view; nothing if the person has gone on meanwhile. What goes wrong is shown in its place. */
async function viewOf(place: Place, page: Surroundings): Promise<View | undefined> {
  if (place.at === "home") return showHome();
  try {
    return await (place.at === "city" ? showCity(place, page) : showParty(place, page));
  } catch (error) {
    return page.signal.aborted ? undefined : problemOf(error, place);
  }
}

function problemOf(error: unknown, place: CityPlace | PartyPlace): View {
  const { city } = place;
  const wrong = argumentOf(error).at(-1);
  if (wrong === "city") {
    return showProblem("That is no city", wordsAboutCity(error), { at: "home" });
  }
  if (wrong === "id" && place.at === "party") {
    const inCity = { at: "city", city, all: false } as const;
    return showProblem("No such party", `“${place.id}” is no id of a party.`, inCity);
  }
  return showProblem("That did not work", wordsOf(error), place);
}

/** The beginning. The counter is there for its looks. */
function showHome(): View {
  const root = part("home");
  const tally = createTally();
  tally.show(0);
  find(root, ".hero", HTMLElement).append(tally.element);
  return { root };
}

history?.addEventListener("navigate", (event) => {
  const { pathname, search } = new URL(event.destination.url);
  const isOurs = event.canIntercept && pathname === "/" && event.navigationType !== "reload";
  if (!isOurs || event.hashChange || event.downloadRequest !== null) return;
  event.intercept({
    focusReset: "manual",
    async handler() {
      await show(placeOf(search), event.destination.getState());
      if (event.signal.aborted) return;
      find(middle, "h1", HTMLElement).focus({ preventScroll: true });
    },
  });
});

showConnection(
  client,
  find(document, ".connection", HTMLElement),
  find(document, ".connection [role=status]", HTMLElement),
);
await show(placeOf(location.search), history?.currentEntry?.getState());
