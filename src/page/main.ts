import { createPartyClient } from "../party/client/index.ts";
import { showCity } from "./city-view.ts";
import { showConnection } from "./connection.ts";
import { argumentPath, cityMessage, userMessage } from "./user-message.ts";
import { showParty } from "./party-view.ts";
import { showProblem } from "./problem.ts";
import { type CityRoute, type PageRoute, parseRoute, type PartyRoute, routeUrl } from "./route.ts";
import { createTally } from "./tally.ts";
import { cloneTemplate, find } from "./template.ts";
import type { PageView, ViewContext } from "./view.ts";

const client = createPartyClient({ url: new URL("graphql", location.href) });
const viewElement = find(document, "main .view", HTMLElement);
const cityField = find(document, "#city", HTMLInputElement);
const newsElement = find(document, ".news", HTMLElement);

/** Browsers without the Navigation API load the page for each route: the links are ordinary ones. */
const history = "navigation" in globalThis ? navigation : undefined;

/** Aborts what the current view has started. While a view loads, it is already the current one. */
let current = new AbortController();
/** The news that the next view shows. */
let nextNews = "";

/** Shows a route. The previous view stays, with its subscriptions, until the new one is ready: both use one socket. */
async function showRoute(route: PageRoute, remembered: unknown): Promise<void> {
  const previous = current;
  const own = (current = new AbortController());
  viewElement.ariaBusy = "true";
  const view = await loadView(route, createContext(own, remembered));
  previous.abort();
  if (!view || current !== own) return;
  viewElement.ariaBusy = "false";
  viewElement.replaceChildren(view.root);
  document.title = view.title === undefined ? "Partyfinder" : `${view.title} · Partyfinder`;
  document.body.dataset["at"] = route.at;
  cityField.value = route.at === "home" ? "" : route.city;
  newsElement.textContent = nextNews;
  nextNews = "";
}

function createContext(own: AbortController, remembered: unknown): ViewContext {
  return {
    client,
    signal: own.signal,
    remembered,
    remember(state) {
      if (current === own) history?.updateCurrentEntry({ state });
    },
    go(route, news = "") {
      nextNews = news;
      location.assign(routeUrl(route));
    },
    showNews(news) {
      if (current === own) newsElement.textContent = news;
    },
  };
}

/** Loads a view, or one that explains the error. Returns undefined if the user has navigated away meanwhile. */
async function loadView(route: PageRoute, context: ViewContext): Promise<PageView | undefined> {
  if (route.at === "home") return showHome();
  try {
    return await (route.at === "city" ? showCity(route, context) : showParty(route, context));
  } catch (error) {
    return context.signal.aborted ? undefined : showError(error, route);
  }
}

function showError(error: unknown, route: CityRoute | PartyRoute): PageView {
  const argument = argumentPath(error).at(-1);
  if (argument === "city") {
    const text = cityMessage(error);
    return showProblem({ title: "Not a city", text, next: { at: "home" } });
  }
  if (argument === "id" && route.at === "party") {
    const next = { at: "city", city: route.city, all: false } as const;
    const text = `“${route.id}” is not the id of a party.`;
    return showProblem({ title: "No such party", text, next });
  }
  return showProblem({ title: "Something went wrong", text: userMessage(error), next: route });
}

/** Creates the start view. Its tally is a decoration. */
function showHome(): PageView {
  const root = cloneTemplate("home");
  const tally = createTally();
  tally.show(0);
  find(root, ".hero", HTMLElement).append(tally.element);
  return { root };
}

history?.addEventListener("navigate", (event) => {
  const { pathname, search } = new URL(event.destination.url);
  const isOurs =
    event.canIntercept && pathname === location.pathname && event.navigationType !== "reload";
  if (!isOurs || event.hashChange || event.downloadRequest !== null) return;
  event.intercept({
    focusReset: "manual",
    async handler() {
      await showRoute(parseRoute(search), event.destination.getState());
      if (event.signal.aborted) return;
      find(viewElement, "h1", HTMLElement).focus({ preventScroll: true });
    },
  });
});

showConnection(client, {
  badge: find(document, ".connection", HTMLElement),
  status: find(document, ".connection [role=status]", HTMLElement),
});
await showRoute(parseRoute(location.search), history?.currentEntry?.getState());
