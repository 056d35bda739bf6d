import type { Party } from "../party/client/index.ts";
import { type BallotedCount, type Count, mergeLive, mergeRead } from "./count.ts";
import { showDate } from "./dates.ts";
import { routeUrl } from "./route.ts";
import { createTally, type Tally } from "./tally.ts";
import { cloneTemplate, find } from "./template.ts";

/** Compares two parties by their position in a list, as for `Array.sort`. */
export type PartyComparator = (one: Party, other: Party) => number;

export const byDate: PartyComparator = (one, other) =>
  Date.parse(one.date) - Date.parse(other.date) || byId(one, other);
export const byId: PartyComparator = (one, other) =>
  one.id < other.id ? -1 : one.id > other.id ? 1 : 0;

/**
 * The list of parties on the screen. It merges live events and pages that queries returned. `event` is the number of a
 * live event or, for a page, of the last event before its query was sent. A page never overwrites what a later event
 * has changed.
 */
export interface PartyList {
  readonly size: number;
  /** The party at the end of the list. */
  readonly last: Party | undefined;
  find(id: string): Party | undefined;
  /** Shows the parties of a page. */
  mergePage(parties: readonly Party[], event: number): void;
  /** Removes all parties but these, which a read of the whole list returned. */
  removeOthers(ids: ReadonlySet<string>, event: number): void;
  /** Shows the party of a live event. */
  setParty(party: Party, event: number): void;
  /** Shows the count of a live event. */
  setCount(id: string, count: BallotedCount & { readonly event: number }): void;
  /** Removes a party. If it has the focus, its neighbour gets it. */
  removeParty(id: string, event: number): void;
}

interface ListItem {
  party: Party;
  count: Count;
  readonly element: HTMLElement;
  readonly tally: Tally;
}

/** Creates a list in an empty `<ol>`. */
export function createPartyList(list: HTMLElement, compare: PartyComparator): PartyList {
  const items = new Map<string, ListItem>();
  const sorted: ListItem[] = [];
  const removed = new Map<string, number>();

  const lastEventOf = (id: string) => items.get(id)?.count.event ?? removed.get(id) ?? -1;

  function put(party: Party, event: number) {
    const item = items.get(party.id) ?? createItem(party, event);
    const isMoved = !item.element.isConnected || compare(item.party, party) !== 0;
    item.party = party;
    item.count = mergeRead(item.count, { people: party.people, event });
    renderItem(item);
    if (isMoved) insert(item);
  }

  function createItem(party: Party, event: number): ListItem {
    const tally = createTally();
    const element = cloneTemplate("row");
    find(element, "a", HTMLAnchorElement).prepend(tally.element);
    const count = mergeRead(undefined, { people: party.people, event });
    const item = { party, count, element, tally };
    items.set(party.id, item);
    return item;
  }

  function insert(item: ListItem) {
    const oldIndex = sorted.indexOf(item);
    if (oldIndex >= 0) sorted.splice(oldIndex, 1);
    const index = sorted.findLastIndex(({ party }) => compare(party, item.party) < 0) + 1;
    list.insertBefore(item.element, sorted[index]?.element ?? null);
    sorted.splice(index, 0, item);
  }

  function remove(item: ListItem) {
    const index = sorted.indexOf(item);
    const neighbour = sorted[index + 1] ?? sorted[index - 1];
    if (neighbour && item.element.contains(document.activeElement)) {
      find(neighbour.element, "a", HTMLAnchorElement).focus();
    }
    sorted.splice(index, 1);
    items.delete(item.party.id);
    item.element.remove();
  }

  return {
    get size() {
      return items.size;
    },
    get last() {
      return sorted.at(-1)?.party;
    },
    find: (id) => items.get(id)?.party,
    mergePage(parties, event) {
      for (const party of parties) if (lastEventOf(party.id) <= event) put(party, event);
    },
    removeOthers(ids, event) {
      const lost = sorted.filter(({ party, count }) => !ids.has(party.id) && count.event <= event);
      for (const item of lost) remove(item);
    },
    setParty(party, event) {
      removed.delete(party.id);
      put(party, event);
    },
    setCount(id, count) {
      const item = items.get(id);
      if (!item) return;
      item.count = mergeLive(item.count, count);
      renderItem(item);
    },
    removeParty(id, event) {
      removed.set(id, event);
      const item = items.get(id);
      if (item) remove(item);
    },
  };
}

function renderItem({ party, count, element, tally }: ListItem): void {
  find(element, "a", HTMLAnchorElement).href = routeUrl({ at: "party", ...party });
  find(element, ".name", HTMLElement).textContent = party.name;
  showDate(find(element, "time", HTMLTimeElement), party.date, "short");
  tally.show(count.people);
}
