import type { PartiesChanged, Party } from "../party/client/index.ts";
import { createParty } from "./create-party.ts";
import { userMessage } from "./user-message.ts";
import { createMessageArea } from "./message-area.ts";
import { createPages } from "./pages.ts";
import { byDate, byId, createPartyList } from "./party-list.ts";
import { type CityRoute, routeUrl } from "./route.ts";
import { cloneTemplate, find } from "./template.ts";
import { listen, type PageView, showHeading, type ViewContext } from "./view.ts";

/** Shows the parties of a city, with live counts. */
export async function showCity(route: CityRoute, context: ViewContext): Promise<PageView> {
  const { city, all } = route;
  const { client, signal } = context;
  const from = new Date();
  const root = cloneTemplate("in-city");
  const list = createPartyList(find(root, ".parties", HTMLElement), all ? byId : byDate);
  const more = find(root, ".more", HTMLElement);
  const button = find(more, "button", HTMLButtonElement);
  const message = createMessageArea(find(more, ".message", HTMLElement));
  let lastEvent = 0;
  let reads = Promise.resolve();

  const pages = createPages({
    read: (first, after) =>
      all
        ? client.partiesInCity({ city, first, after }, { signal })
        : client.upcomingParties({ city, from, first, after }, { signal }),
    list,
    lastEvent: () => lastEvent,
  });

  /** Queues a read: reads run one after the other. An error is shown at the end of the list. */
  function queueRead(read: () => Promise<void>): Promise<void> {
    return (reads = reads.then(() => attempt(read)));
  }

  async function attempt(read: () => Promise<void>) {
    more.ariaBusy = "true";
    try {
      await read();
      message.clear();
      showState();
    } catch (error) {
      if (signal.aborted) return;
      message.show(userMessage(error));
      button.textContent = "Try again";
      button.hidden = false;
    } finally {
      more.ariaBusy = "false";
    }
  }

  /** Shows whether the list is empty, and whether there is more to read. */
  function showState() {
    button.textContent = "More parties";
    button.hidden = pages.isComplete;
    find(root, ".empty", HTMLElement).hidden = list.size > 0 || !pages.isComplete;
    context.remember(list.size);
    // An observer reports only changes. Observing again makes it report an end of the list that is still visible.
    observer.unobserve(more);
    if (!pages.isComplete) observer.observe(more);
  }

  /** Whether a party belongs to the pages that have been read. Others come when the user scrolls to them. */
  function isInPages(party: Party) {
    if (!all && Date.parse(party.date) < from.getTime()) return false;
    if (pages.isComplete) return true;
    return list.last !== undefined && (all ? byId : byDate)(party, list.last) <= 0;
  }

  function setParty(party: Party) {
    if (isInPages(party)) list.setParty(party, lastEvent);
    else list.removeParty(party.id, lastEvent);
  }

  function next(event: PartiesChanged) {
    lastEvent += 1;
    switch (event.__typename) {
      case "PeopleChanged":
        return list.setCount(event.id, { ...event, event: lastEvent });
      case "PartyCreated":
        setParty(event.party);
        context.showNews(`“${event.party.name}” was created.`);
        break;
      case "PartyUpdated":
        showUpdateNews(event.party);
        setParty(event.party);
        break;
      case "PartyDeleted":
        context.showNews(`“${list.find(event.id)?.name ?? "A party"}” was deleted.`);
        list.removeParty(event.id, lastEvent);
        break;
      case "PartiesReset":
        return void queueRead(pages.readAgain);
    }
    showState();
  }

  function showUpdateNews({ id, name, date }: Party) {
    const before = list.find(id);
    if (before && before.name !== name)
      context.showNews(`“${before.name}” is now called “${name}”.`);
    else if (before && before.date !== date) context.showNews(`“${name}” has another date now.`);
  }

  const observer = new IntersectionObserver(
    ([entry]) => {
      if (entry?.isIntersecting && more.ariaBusy !== "true") void queueRead(pages.readNext);
    },
    { rootMargin: "600px" },
  );
  signal.addEventListener("abort", () => observer.disconnect());
  button.addEventListener("click", () =>
    queueRead(pages.isComplete ? pages.readAgain : pages.readNext),
  );
  for (const create of root.querySelectorAll(".create")) {
    create.addEventListener("click", () => createParty(city, context));
  }
  showHead(root, route);

  await pages.readUntil(typeof context.remembered === "number" ? context.remembered : 0);
  showState();
  const error = (cause: unknown) =>
    context.showNews(`The counts are no longer live: reload the page. ${userMessage(cause)}`);
  void listen(client.partiesChanged({ city }, { signal }), signal, { next, error });
  return { title: city, root };
}

function showHead(root: HTMLElement, { city, all }: CityRoute): void {
  showHeading(root, city);
  const links = { upcoming: false, all: true };
  for (const [name, isAll] of Object.entries(links)) {
    const link = find(root, `nav .${name}`, HTMLAnchorElement);
    link.href = routeUrl({ at: "city", city, all: isAll });
    if (isAll === all) link.ariaCurrent = "page";
  }
  find(root, ".empty .lead", HTMLElement).textContent = all
    ? `Nobody has a party in ${city} yet.`
    : `Nothing is coming up in ${city}.`;
}
