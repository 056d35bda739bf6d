import type { Party, PartyPage } from "../party/client/index.ts";
import type { PartyList } from "./party-list.ts";

/** The pages of a city's parties. The list shows those that have been read. */
export interface Pages {
  /** Whether the last page has been read. */
  readonly isComplete: boolean;
  /** Reads the next page. */
  readonly readNext: () => Promise<void>;
  /** Reads pages until the list has `size` parties or is complete. */
  readonly readUntil: (size: number) => Promise<void>;
  /** Reads all parties of the list again, and removes those that no longer exist. */
  readonly readAgain: () => Promise<void>;
}

export interface PagesOptions {
  readonly read: (first: number, after: string | null) => Promise<PartyPage>;
  readonly list: PartyList;
  /** Returns the number of the last live event. */
  readonly lastEvent: () => number;
}

/** How many parties one page has while the user scrolls, and at most. */
const [PAGE, LARGE_PAGE] = [40, 100];

/** Creates the pages. Nothing is read yet. */
export function createPages({ read, list, lastEvent }: PagesOptions): Pages {
  /** The next page begins after this cursor. Null: there is no next page. Undefined: nothing has been read. */
  let cursor: string | null | undefined;

  async function readPage(first: number) {
    const event = lastEvent();
    const { nodes, pageInfo } = await read(first, cursor ?? null);
    list.mergePage(nodes, event);
    cursor = nextCursor(pageInfo);
  }

  return {
    get isComplete() {
      return cursor === null;
    },
    readNext: () => readPage(PAGE),
    async readUntil(size) {
      do await readPage(pageSizeFor(size - list.size));
      while (cursor !== null && list.size < size);
    },
    async readAgain() {
      const [event, size] = [lastEvent(), list.size];
      const found: Party[] = [];
      let after: string | null = null;
      do {
        const page: PartyPage = await read(pageSizeFor(size), after);
        found.push(...page.nodes);
        after = nextCursor(page.pageInfo);
      } while (after !== null && found.length < size);
      list.mergePage(found, event);
      list.removeOthers(new Set(found.map(({ id }) => id)), event);
      cursor = after;
    },
  };
}

function nextCursor({ hasNextPage, endCursor }: PartyPage["pageInfo"]): string | null {
  return hasNextPage ? endCursor : null;
}

/** Limits a number of parties to what one page may have. */
function pageSizeFor(size: number): number {
  return Math.min(LARGE_PAGE, Math.max(PAGE, size));
}
