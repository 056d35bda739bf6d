import type { PartiesChanged, Party } from "../client/index.ts";
import { addressOf, type PartyPlace } from "./address.ts";
import { createAnswer } from "./answer.ts";
import { confirm } from "./confirm.ts";
import { type Count, type Counted, read, told } from "./count.ts";
import { createCounting } from "./counting.ts";
import { showDate } from "./dates.ts";
import { find, part } from "./part.ts";
import { type Filled, openPartyForm, type Refused } from "./party-form.ts";
import { showProblem } from "./problem.ts";
import { seldom } from "./seldom.ts";
import { createTally, inWords } from "./tally.ts";
import { listen, showHeading, type Surroundings, type View } from "./view.ts";
import { wordsOf } from "./words.ts";

/** How often a moving count is read aloud at most, in milliseconds. */
const ALOUD = 4000;

/** One party, with its count as the hero. */
export async function showParty(place: PartyPlace, page: Surroundings): Promise<View> {
  const { city, id } = place;
  const key = { city, id };
  const { client, signal } = page;
  const inCity = { at: "city", city, all: false } as const;
  const found = await client.party(key, { signal });
  if (!found) {
    return showProblem(
      "No such party",
      `There is no party of this id in ${city}. It may have been deleted.`,
      inCity,
    );
  }

  const root = part("one-party");
  const answer = createAnswer(find(root, ".answer", HTMLElement));
  const tally = createTally();
  const sayAloud = seldom(ALOUD, signal, (people: number) => {
    find(root, ".said-count", HTMLElement).textContent = inWords(people);
  });
  let party: Party = found;
  let count: Count = read(undefined, party.people, 0);
  let heard = 0;
  let isGone = false;

  function show() {
    showHeading(root, party.name);
    showDate(find(root, "time", HTMLTimeElement), party.date, "long");
    tally.show(count.people);
  }

  function setCount(next: Count) {
    if (next.people !== count.people) sayAloud(next.people);
    count = next;
    show();
  }

  function hearCount(counted: Counted) {
    heard += 1;
    setCount(told(count, counted, heard));
  }

  async function readAgain() {
    const since = heard;
    const now = await client.party(key, { signal });
    if (!now) return leave();
    party = now;
    setCount(read(count, now.people, since));
  }

  function readAgainOrSay() {
    readAgain().catch((error: unknown) => {
      if (!signal.aborted) answer.tell(wordsOf(error));
    });
  }

  /** Its count comes by a subscription of its own. */
  function hear(event: PartiesChanged) {
    if (event.__typename === "PartiesReset") return readAgainOrSay();
    if (event.__typename !== "PartyUpdated" || event.party.id !== id) return;
    if (event.party.name !== party.name) page.say(`It is called “${event.party.name}” now.`);
    else if (event.party.date !== party.date) page.say("It has another date now.");
    party = event.party;
    show();
  }

  /** The party is not there any more: what was last known of it stays, and nothing can be done to it. */
  function leave() {
    if (isGone) return;
    isGone = true;
    const hadFocus = root.contains(document.activeElement);
    root.classList.add("gone");
    for (const button of root.querySelectorAll("button")) button.disabled = true;
    answer.tell("This party has been deleted.", [
      { label: `See what else there is in ${city}`, choose: () => page.go(inCity) },
    ]);
    if (hadFocus) find(root, "h1", HTMLElement).focus();
  }

  const counting = createCounting({
    client,
    key,
    seen: () => count.people,
    changed(outcome) {
      hearCount(outcome);
      if (outcome.asOf === null) readAgainOrSay();
    },
    actual(people) {
      // Where live counts come they come in order: this one, which has no ballot, might be followed by an older one.
      if (client.connection !== "connected") setCount(read(count, people, heard));
    },
    gone: leave,
    answer,
  });

  const onClick = (selector: string, act: () => void) =>
    find(root, selector, HTMLButtonElement).addEventListener("click", act);
  onClick(".less", () => counting.change(-1));
  onClick(".more-people", () => counting.change(+1));
  onClick(".add", () => counting.add());
  onClick(".edit", () => editParty(party, page));
  onClick(".delete", () => deleteParty(party, page));

  const back = find(root, ".back", HTMLAnchorElement);
  back.href = addressOf(inCity);
  back.textContent = city;
  find(root, ".hero", HTMLElement).append(tally.element);
  show();

  const failed = (error: unknown) =>
    page.say(`The count is not live any more: load the page again. ${wordsOf(error)}`);
  /** What has changed between the read of the party and the first count is read then. */
  function hearCounts(counted: Counted) {
    const isFirst = heard === 0;
    hearCount(counted);
    if (isFirst) readAgainOrSay();
  }

  const counts = { hear: hearCounts, ended: leave, failed };
  // The city first: when the first count comes, its changes are heard, too.
  void listen(client.partiesChanged({ city }, { signal }), signal, { hear, failed });
  void listen(client.peopleChanged(key, { signal }), signal, counts);
  return { title: `${party.name}, ${city}`, root };
}

function editParty({ city, id, name, date }: Party, { client, signal }: Surroundings): void {
  async function send(input: Filled): Promise<Refused | undefined> {
    if (Object.keys(input).length === 0) return undefined;
    const outcome = await client.updateParty({ city, id, input });
    switch (outcome.__typename) {
      case "PartyUpdated":
        return undefined;
      case "InvalidInput":
        return outcome;
      case "PartyNotFound":
        return { message: "This party has been deleted. There is nothing left to change." };
      case "OutcomeUnknown":
        return {
          message:
            "The database was asked and did not say whether it changed the party. Cancel and look; then try again if it did not.",
        };
    }
  }

  openPartyForm({
    title: "Edit this party",
    action: "Save",
    name,
    date: new Date(date),
    withPeople: false,
    changesOnly: true,
    send,
    signal,
  });
}

function deleteParty({ city, id, name }: Party, { client, signal, go }: Surroundings): void {
  async function act(): Promise<string | undefined> {
    const { __typename } = await client.deleteParty({ city, id });
    if (__typename === "OutcomeUnknown") {
      return "The database was asked and did not say whether it deleted the party. Keep it and look; then try again if it is still there.";
    }
    go({ at: "city", city, all: false }, `“${name}” was deleted.`);
    return undefined;
  }

  confirm({
    title: "Delete this party?",
    text: `“${name}” and its count go for good.`,
    act,
    signal,
  });
}
