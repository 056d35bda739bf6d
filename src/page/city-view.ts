import type { PartiesChanged, Party } from "../client/index.ts";
import { addressOf, type CityPlace } from "./address.ts";
import { createAnswer } from "./answer.ts";
import { createParty } from "./create-party.ts";
import { createPages } from "./pages.ts";
import { find, part } from "./part.ts";
import { byDate, byId, createPartyList } from "./party-list.ts";
import { listen, showHeading, type Surroundings, type View } from "./view.ts";
import { wordsOf } from "./words.ts";

/** The parties of a city, each count live. */
export async function showCity(place: CityPlace, page: Surroundings): Promise<View> {
  const { city, all } = place;
  const { client, signal } = page;
  const from = new Date();
  const root = part("in-city");
  const list = createPartyList(find(root, ".parties", HTMLElement), all ? byId : byDate);
  const more = find(root, ".more", HTMLElement);
  const button = find(more, "button", HTMLButtonElement);
  const answer = createAnswer(find(more, ".answer", HTMLElement));
  let heard = 0;
  let readings = Promise.resolve();

  const pages = createPages({
    read: (first, after) =>
      all
        ? client.partiesInCity({ city, first, after }, { signal })
        : client.upcomingParties({ city, from, first, after }, { signal }),
    list,
    heard: () => heard,
  });

  /** One reading after the other. What goes wrong is told where the next parties would be. */
  function whileReading(reading: () => Promise<void>): Promise<void> {
    return (readings = readings.then(() => attempt(reading)));
  }

  async function attempt(reading: () => Promise<void>) {
    more.ariaBusy = "true";
    try {
      await reading();
      answer.clear();
      settle();
    } catch (error) {
      if (signal.aborted) return;
      answer.tell(wordsOf(error));
      button.textContent = "Try again";
      button.hidden = false;
    } finally {
      more.ariaBusy = "false";
    }
  }

  /** Shows how it stands with the list as a whole. */
  function settle() {
    button.textContent = "More parties";
    button.hidden = pages.isComplete;
    find(root, ".empty", HTMLElement).hidden = list.size > 0 || !pages.isComplete;
    page.remember(list.size);
    // It tells only of changes: looked at anew, of an end that is still in sight.
    sight.unobserve(more);
    if (!pages.isComplete) sight.observe(more);
  }

  /** Whether a party belongs to what has been read, and not to what comes by scrolling. */
  function isWithin(party: Party) {
    if (!all && Date.parse(party.date) < from.getTime()) return false;
    if (pages.isComplete) return true;
    return list.last !== undefined && (all ? byId : byDate)(party, list.last) <= 0;
  }

  function hearParty(party: Party) {
    if (isWithin(party)) list.hear(party, heard);
    else list.hearGone(party.id, heard);
  }

  function hear(event: PartiesChanged) {
    heard += 1;
    switch (event.__typename) {
      case "PeopleChanged":
        return list.hearCount(event.id, event, heard);
      case "PartyCreated":
        hearParty(event.party);
        page.say(`“${event.party.name}” was created.`);
        break;
      case "PartyUpdated":
        tellUpdate(event.party);
        hearParty(event.party);
        break;
      case "PartyDeleted":
        page.say(`“${list.find(event.id)?.name ?? "A party"}” was deleted.`);
        list.hearGone(event.id, heard);
        break;
      case "PartiesReset":
        return void whileReading(pages.readAgain);
    }
    settle();
  }

  function tellUpdate({ id, name, date }: Party) {
    const before = list.find(id);
    if (before && before.name !== name) page.say(`“${before.name}” is called “${name}” now.`);
    else if (before && before.date !== date) page.say(`“${name}” has another date now.`);
  }

  const sight = new IntersectionObserver(
    ([entry]) => {
      if (entry?.isIntersecting && more.ariaBusy !== "true") void whileReading(pages.readOn);
    },
    { rootMargin: "600px" },
  );
  signal.addEventListener("abort", () => sight.disconnect());
  button.addEventListener("click", () =>
    whileReading(pages.isComplete ? pages.readAgain : pages.readOn),
  );
  for (const create of root.querySelectorAll(".create")) {
    create.addEventListener("click", () => createParty(city, page));
  }
  showHead(root, place);

  await pages.readUntil(typeof page.remembered === "number" ? page.remembered : 0);
  settle();
  const failed = (error: unknown) =>
    page.say(`The counts are not live any more: load the page again. ${wordsOf(error)}`);
  void listen(client.partiesChanged({ city }, { signal }), signal, { hear, failed });
  return { title: city, root };
}

function showHead(root: HTMLElement, { city, all }: CityPlace): void {
  showHeading(root, city);
  const links = { upcoming: false, all: true };
  for (const [name, isAll] of Object.entries(links)) {
    const link = find(root, `nav .${name}`, HTMLAnchorElement);
    link.href = addressOf({ at: "city", city, all: isAll });
    if (isAll === all) link.ariaCurrent = "page";
  }
  find(root, ".empty .lead", HTMLElement).textContent = all
    ? `Nobody has a party in ${city} yet.`
    : `Nothing is coming up in ${city}.`;
}
