import type { Party, PartyPage } from "../client/index.ts";
import type { PartyList } from "./party-list.ts";

/** The pages of a city, of which the first ones have been read into a list. */
export interface Pages {
  /** Whether they all have been. */
  readonly isComplete: boolean;
  /** Reads the next page. */
  readonly readOn: () => Promise<void>;
  /** Reads on until so many parties are there, or all. */
  readonly readUntil: (size: number) => Promise<void>;
  /** Reads what is in the list again, and takes away what is not there any more. */
  readonly readAgain: () => Promise<void>;
}

/** How pages are read. */
export interface PagesOptions {
  readonly read: (first: number, after: string | null) => Promise<PartyPage>;
  readonly list: PartyList;
  /** The number of what was last heard live. */
  readonly heard: () => number;
}

/** How many parties are read at once: as the person scrolls, and at most. */
const [PAGE, LARGE_PAGE] = [40, 100];

/** Makes them. Nothing is read yet. */
export function createPages({ read, list, heard }: PagesOptions): Pages {
  /** Behind what the next page begins; null: nothing is left. Undefined: nothing was read. */
  let cursor: string | null | undefined;

  async function readOn(first = PAGE) {
    const since = heard();
    const { nodes, pageInfo } = await read(first, cursor ?? null);
    list.read(nodes, since);
    cursor = next(pageInfo);
  }

  return {
    get isComplete() {
      return cursor === null;
    },
    readOn: () => readOn(),
    async readUntil(size) {
      do await readOn(within(size - list.size));
      while (cursor !== null && list.size < size);
    },
    async readAgain() {
      const [since, size] = [heard(), list.size];
      const found: Party[] = [];
      let after: string | null = null;
      do {
        const page: PartyPage = await read(within(size), after);
        found.push(...page.nodes);
        after = next(page.pageInfo);
      } while (after !== null && found.length < size);
      list.read(found, since);
      list.keep(new Set(found.map(({ id }) => id)), since);
      cursor = after;
    },
  };
}

function next({ hasNextPage, endCursor }: PartyPage["pageInfo"]): string | null {
  return hasNextPage ? endCursor : null;
}

/** A page of so many, if pages may be so small or large. */
function within(size: number): number {
  return Math.min(LARGE_PAGE, Math.max(PAGE, size));
}
