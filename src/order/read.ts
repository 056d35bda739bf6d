import {
  boundsOf,
  checked,
  type ClusteringKey,
  columnOf,
  ENTERED,
  identityOf,
  isRangeOf,
  type Key,
  keyNames,
  keyText,
  type Order,
  type Prefix,
  type RawRow,
  readRows,
  type Row,
  type RowOrder,
  type Session,
  UnreadableRow,
} from "../cassandra/index.ts";
import { type Admit, admitAll, loadAdmitted } from "./admitted.ts";
import {
  compareEntries,
  type Entry,
  entryOf,
  isRemovable,
  isSameEntry,
  removeEntry,
  sourceKeyOf,
} from "./entry.ts";

/** How a page of an order is read. */
export interface OrderReadOptions<O extends Order> {
  /** Most rows of the page. */
  readonly limit: number;
  /** Begin after this entry, whether it is still there or not. Default: at the beginning. */
  readonly after?: ClusteringKey<O> | undefined;
  /** `reversed`: the last row first. Default: `stored`. */
  readonly order?: RowOrder | undefined;
  /** How entries and rows are read: what a row is ordered by is what it has then. Default: as they are. */
  readonly admit?: Admit;
}

/** A page of an order. */
export interface OrderPage<O extends Order> {
  /** Rows of the source, each once, in the order. */
  readonly rows: readonly Row<O["source"]>[];
  /** Whether others follow. */
  readonly more: boolean;
  /** Entries and rows on the way that cannot be read. */
  readonly unreadable: readonly UnreadableRow[];
}

/** How many entries are read beside those of the page, since some may not count. */
const SPARE = 10;

/**
 * Reads rows in an order, within what a key of the order names: its partition key, then a prefix of its clustering key, then
 * at most one range.
 *
 * One query reads the entries, and then each row is read as it is now, by one query per partition of the source: a row counts
 * once, at its own place. So one that was there before the read began is listed though it is being moved meanwhile. If too
 * many entries turn out not to count, more of them are read, from the beginning of the page.
 *
 * @example
 * const PartyByDate = orderOf(Party, "party_by_date");
 * await readOrder(session, PartyByDate, { city: "Rome", date: { gte: new Date() } }, { limit: 20 });
 */
export async function readOrder<O extends Order, const K extends Key<O>>(
  session: Session,
  order: O,
  key: K & Prefix<O, K>,
  { limit: most, after, order: direction = "stored", admit = admitAll }: OrderReadOptions<O>,
): Promise<OrderPage<O>> {
  const compare = (one: Entry, other: Entry) =>
    compareEntries(order, one, other) * (direction === "stored" ? 1 : -1);
  const isWithin = (entry: Entry) =>
    isNamed(order, key, entry) && (after === undefined || compare(entry, after) > 0);
  for (let limit = most + 1 + SPARE; ; limit *= 4) {
    const entries = await readEntries(session, order, key, { limit, after, direction, admit });
    const loaded = await loadRows(session, order, entries.rows, admit);
    removeOrphans(session, order, loaded);
    const { found } = loaded;
    const end = entries.isEnd ? undefined : entries.rows.at(-1);
    const rows = [...found.values()];
    const counted = rows.flatMap(({ row, entry }) => {
      const isListed = entry && isWithin(entry) && !(end && compare(entry, end) > 0);
      return isListed ? [{ row, entry }] : [];
    });
    if (!entries.isEnd && counted.length <= most) continue;
    const sorted = counted.toSorted((one, other) => compare(one.entry, other.entry));
    return {
      rows: sorted.slice(0, most).map(({ row }) => row as Row<O["source"]>),
      more: counted.length > most,
      unreadable: [
        ...entries.unreadable.map(({ row }) => row),
        ...rows.flatMap(({ row }) => (row instanceof UnreadableRow ? [row] : [])),
      ],
    };
  }
}

interface EntriesOptions {
  readonly limit: number;
  readonly after: RawRow | undefined;
  readonly direction: RowOrder;
  readonly admit: Admit;
}

function readEntries(
  session: Session,
  order: Order,
  key: RawRow,
  { limit, after, direction, admit }: EntriesOptions,
) {
  // Of any order, the compiler cannot know what it has.
  return readRows<Order>(session, order, {
    key: key as never,
    limit,
    after: after as never,
    order: direction,
    writetime: [ENTERED as never],
    admit: (entry) => admit(entry, order),
  });
}

/** A row as it is now: why it cannot be read, or undefined if there is none. */
interface Found {
  readonly row: RawRow | UnreadableRow | undefined;
  /** Its place in the order; undefined: it has none. */
  readonly entry: Entry | undefined;
}

/** Entries, and the row of each by its key. */
interface Rows {
  readonly entries: readonly { readonly seen: RawRow; readonly key: string }[];
  readonly found: ReadonlyMap<string, Found>;
}

/** Reads the row of each entry: once, however many entries it has. */
async function loadRows(
  session: Session,
  order: Order,
  rows: readonly RawRow[],
  admit: Admit,
): Promise<Rows> {
  const { source } = order;
  const keyOf = (seen: RawRow) => keyText(source, keyNames(source), seen, "match");
  const entries = rows.map((seen) => ({ seen, key: keyOf(seen) }));
  const distinct = new Map(entries.map(({ key, seen }) => [key, seen]));
  const load = async (seen: RawRow): Promise<Found> => {
    try {
      const row = await loadAdmitted(session, source, sourceKeyOf(order, seen), admit);
      return { row, entry: row && entryOf(order, row) };
    } catch (error) {
      if (error instanceof UnreadableRow) return { row: error, entry: undefined };
      throw error;
    }
  };
  const loaded = await Promise.all(
    Array.from(distinct, async ([key, seen]) => [key, await load(seen)] as const),
  );
  return { entries, found: new Map(loaded) };
}

function removeOrphans(session: Session, order: Order, { entries, found }: Rows): void {
  for (const { seen, key } of entries) {
    const version = seen[`writetime(${ENTERED})`] as bigint | null;
    if (!isRemovable(version)) continue;
    const { row, entry } = found.get(key)!;
    if (row instanceof UnreadableRow || isSameEntry(order, entry, seen)) continue;
    // Nobody waits for it: the next reader would do it as well.
    removeEntry(session, order, seen, version).catch(() => {});
  }
}

/** Whether a place is within what a key names. */
function isNamed(order: Order, key: RawRow, entry: Entry): boolean {
  return keyNames(order).every((name) => {
    const wanted = key[name];
    if (wanted === undefined) return true;
    const { type } = columnOf(order, name);
    if (!isRangeOf(order, name, wanted)) {
      return identityOf(type, checked(order, name, wanted)) === identityOf(type, entry[name]);
    }
    return boundsOf(wanted).every(([operator, bound]) => {
      const difference = type.compare!(entry[name], checked(order, name, bound));
      if (difference === 0) return operator.endsWith("=");
      return operator.startsWith(">") ? difference > 0 : difference < 0;
    });
  });
}
