import type { Party } from "../client/index.ts";
import { addressOf } from "./address.ts";
import { type Count, type Counted, read, told } from "./count.ts";
import { showDate } from "./dates.ts";
import { find, part } from "./part.ts";
import { createTally, type Tally } from "./tally.ts";

/** In which order parties are shown: negative if the first is before the second. */
export type Order = (one: Party, other: Party) => number;

export const byDate: Order = (one, other) =>
  Date.parse(one.date) - Date.parse(other.date) || byId(one, other);
export const byId: Order = (one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);

/**
 * The parties on the screen. What is heard live has a number, and a reading the number of what was last heard before
 * it: whatever was heard of a party since then stands.
 */
export interface PartyList {
  readonly size: number;
  /** The one that stands last. */
  readonly last: Party | undefined;
  find(id: string): Party | undefined;
  /** Shows parties that were read. */
  read(parties: readonly Party[], since: number): void;
  /** Takes away what a reading of the whole list did not find. */
  keep(ids: ReadonlySet<string>, since: number): void;
  /** Shows a party as it was heard to be. */
  hear(party: Party, now: number): void;
  hearCount(id: string, counted: Counted, now: number): void;
  /** Takes a party away. One that had the focus gives it to its neighbour. */
  hearGone(id: string, now: number): void;
}

interface Row {
  party: Party;
  count: Count;
  readonly element: HTMLElement;
  readonly tally: Tally;
}

/** Makes a list of an empty `<ol>`. */
export function createPartyList(list: HTMLElement, order: Order): PartyList {
  const rows = new Map<string, Row>();
  const sorted: Row[] = [];
  const gone = new Map<string, number>();

  const heardOf = (id: string) => rows.get(id)?.count.heard ?? gone.get(id) ?? -1;

  function put(party: Party, since: number) {
    const row = rows.get(party.id) ?? created(party, since);
    const isMoved = !row.element.isConnected || order(row.party, party) !== 0;
    row.party = party;
    row.count = read(row.count, party.people, since);
    show(row);
    if (isMoved) place(row);
  }

  function created(party: Party, since: number): Row {
    const tally = createTally();
    const element = part("row");
    find(element, "a", HTMLAnchorElement).prepend(tally.element);
    const row = { party, count: read(undefined, party.people, since), element, tally };
    rows.set(party.id, row);
    return row;
  }

  function place(row: Row) {
    const before = sorted.indexOf(row);
    if (before >= 0) sorted.splice(before, 1);
    const index = sorted.findLastIndex(({ party }) => order(party, row.party) < 0) + 1;
    list.insertBefore(row.element, sorted[index]?.element ?? null);
    sorted.splice(index, 0, row);
  }

  function remove(row: Row) {
    const index = sorted.indexOf(row);
    const neighbour = sorted[index + 1] ?? sorted[index - 1];
    if (neighbour && row.element.contains(document.activeElement)) {
      find(neighbour.element, "a", HTMLAnchorElement).focus();
    }
    sorted.splice(index, 1);
    rows.delete(row.party.id);
    row.element.remove();
  }

  return {
    get size() {
      return rows.size;
    },
    get last() {
      return sorted.at(-1)?.party;
    },
    find: (id) => rows.get(id)?.party,
    read(parties, since) {
      for (const party of parties) if (heardOf(party.id) <= since) put(party, since);
    },
    keep(ids, since) {
      const lost = sorted.filter(({ party, count }) => !ids.has(party.id) && count.heard <= since);
      for (const row of lost) remove(row);
    },
    hear(party, now) {
      gone.delete(party.id);
      put(party, now);
    },
    hearCount(id, counted, now) {
      const row = rows.get(id);
      if (!row) return;
      row.count = told(row.count, counted, now);
      show(row);
    },
    hearGone(id, now) {
      gone.set(id, now);
      const row = rows.get(id);
      if (row) remove(row);
    },
  };
}

function show({ party, count, element, tally }: Row): void {
  find(element, "a", HTMLAnchorElement).href = addressOf({ at: "party", ...party });
  find(element, ".name", HTMLElement).textContent = party.name;
  showDate(find(element, "time", HTMLTimeElement), party.date, "short");
  tally.show(count.people);
}
