import type { PartiesChanged, Party } from "../party/client/index.ts";
import { confirm } from "./confirm.ts";
import { type BallotedCount, type Count, mergeLive, mergeRead } from "./count.ts";
import { createCounting } from "./counting.ts";
import { showDate } from "./dates.ts";
import { userMessage } from "./user-message.ts";
import { createMessageArea } from "./message-area.ts";
import { type FormRefusal, type FormValues, openPartyForm } from "./party-form.ts";
import { showProblem } from "./problem.ts";
import { type PartyRoute, routeUrl } from "./route.ts";
import { createTally, formatPeople } from "./tally.ts";
import { cloneTemplate, find } from "./template.ts";
import { throttle } from "./throttle.ts";
import { listen, type PageView, showHeading, type ViewContext } from "./view.ts";

/** The minimum interval between two counts that screen readers announce, in milliseconds. */
const SPOKEN_INTERVAL = 4000;

/** Shows one party, with a large live count. */
export async function showParty(route: PartyRoute, context: ViewContext): Promise<PageView> {
  const { city, id } = route;
  const key = { city, id };
  const { client, signal } = context;
  const inCity = { at: "city", city, all: false } as const;
  const found = await client.party(key, { signal });
  if (!found) {
    const text = `There is no party with this id in ${city}. It may have been deleted.`;
    return showProblem({ title: "No such party", text, next: inCity });
  }

  const root = cloneTemplate("one-party");
  const message = createMessageArea(find(root, ".message", HTMLElement));
  const tally = createTally();
  const speak = throttle(SPOKEN_INTERVAL, signal, (people: number) => {
    find(root, ".spoken-count", HTMLElement).textContent = formatPeople(people);
  });
  let party: Party = found;
  let count: Count = mergeRead(undefined, { people: party.people, event: 0 });
  let lastEvent = 0;
  let isGone = false;

  function show() {
    showHeading(root, party.name);
    showDate(find(root, "time", HTMLTimeElement), party.date, "long");
    tally.show(count.people);
  }

  function setCount(next: Count) {
    if (next.people !== count.people) speak(next.people);
    count = next;
    show();
  }

  function mergeCount({ people, asOf }: BallotedCount) {
    lastEvent += 1;
    setCount(mergeLive(count, { people, asOf, event: lastEvent }));
  }

  async function readAgain() {
    const event = lastEvent;
    const now = await client.party(key, { signal });
    if (!now) return showDeleted();
    party = now;
    setCount(mergeRead(count, { people: now.people, event }));
  }

  function readAgainOrShowError() {
    readAgain().catch((error: unknown) => {
      if (!signal.aborted) message.show(userMessage(error));
    });
  }

  /** Handles an event of the city. The count has its own subscription. */
  function onCityEvent(event: PartiesChanged) {
    if (event.__typename === "PartiesReset") return readAgainOrShowError();
    if (event.__typename !== "PartyUpdated" || event.party.id !== id) return;
    if (event.party.name !== party.name)
      context.showNews(`The party is now called “${event.party.name}”.`);
    else if (event.party.date !== party.date) context.showNews("The party has another date now.");
    party = event.party;
    show();
  }

  /** Shows that the party was deleted. Its last known data stays visible, with all buttons disabled. */
  function showDeleted() {
    if (isGone) return;
    isGone = true;
    const hadFocus = root.contains(document.activeElement);
    root.classList.add("gone");
    for (const button of root.querySelectorAll("button")) button.disabled = true;
    message.show("This party has been deleted.", [
      { label: `Show the parties in ${city}`, choose: () => context.go(inCity) },
    ]);
    if (hadFocus) find(root, "h1", HTMLElement).focus();
  }

  const counting = createCounting({
    client,
    key,
    seen: () => count.people,
    changed(outcome) {
      mergeCount(outcome);
      if (outcome.asOf === null) readAgainOrShowError();
    },
    actual(people) {
      // This count has no ballot, so an older live count could replace it. A connected page waits for the live one.
      if (client.connection !== "connected") {
        setCount(mergeRead(count, { people, event: lastEvent }));
      }
    },
    gone: showDeleted,
    message,
  });

  const onClick = (selector: string, act: () => void) =>
    find(root, selector, HTMLButtonElement).addEventListener("click", act);
  onClick(".less", () => counting.change(-1));
  onClick(".more-people", () => counting.change(+1));
  onClick(".add", () => counting.add());
  onClick(".edit", () => editParty(party, context));
  onClick(".delete", () => deleteParty(party, context));

  const back = find(root, ".back", HTMLAnchorElement);
  back.href = routeUrl(inCity);
  back.textContent = city;
  find(root, ".hero", HTMLElement).append(tally.element);
  show();

  const error = (cause: unknown) =>
    context.showNews(`The count is no longer live: reload the page. ${userMessage(cause)}`);
  /** Reads the party again after the first count: it may have changed between the first read and the subscription. */
  function onCount(counted: BallotedCount) {
    const isFirst = lastEvent === 0;
    mergeCount(counted);
    if (isFirst) readAgainOrShowError();
  }

  // Subscribe to the city first: then its changes are live when the first count arrives.
  void listen(client.partiesChanged({ city }, { signal }), signal, {
    next: onCityEvent,
    error,
  });
  void listen(client.peopleChanged(key, { signal }), signal, {
    next: onCount,
    complete: showDeleted,
    error,
  });
  return { title: `${party.name}, ${city}`, root };
}

function editParty({ city, id, name, date }: Party, { client, signal }: ViewContext): void {
  async function send(input: FormValues): Promise<FormRefusal | undefined> {
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
            "The database did not say whether the party was changed. Cancel and check; try again if it was not.",
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

function deleteParty({ city, id, name }: Party, { client, signal, go }: ViewContext): void {
  async function act(): Promise<string | undefined> {
    const { __typename } = await client.deleteParty({ city, id });
    if (__typename === "OutcomeUnknown") {
      return "The database did not say whether the party was deleted. Keep it and check; try again if it is still there.";
    }
    go({ at: "city", city, all: false }, `“${name}” was deleted.`);
    return undefined;
  }

  confirm({
    title: "Delete this party?",
    text: `“${name}” and its count are deleted permanently.`,
    act,
    signal,
  });
}
