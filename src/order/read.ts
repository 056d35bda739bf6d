import {
  type Admit,
  admitAll,
  boundsOf,
  columnLookup,
  type ClusteringKey,
  columnOf,
  ENTERED,
  identityOf,
  isRange,
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
import { loadAdmitted } from "./admitted.ts";
import {
  type Entry,
  entryComparator,
  entryEquality,
  entryOf,
  isRemovable,
  removeEntry,
  sourceKeyOf,
} from "./entry.ts";

/** A page of an order to be read. */
export interface OrderReadOptions<O extends Order, K extends Key<O> = Key<O>> {
  /** The order's partition key, then a prefix of its clustering key, then at most one range. */
  readonly key: K & Prefix<O, K>;
  /** The page's largest number of rows. */
  readonly limit: number;
  /** Begin after this entry, whether it still exists or not. Default: at the beginning. */
  readonly after?: ClusteringKey<O> | undefined;
  /** `reversed`: the last row first. Default: `stored`. */
  readonly order?: RowOrder | undefined;
  /** How entries and rows are read: a row's place in an order is that of its admitted values. Default: as they are. */
  readonly admit?: Admit;
}

/** A page of an order. */
export interface OrderPage<O extends Order> {
  /** Rows of the source, each once, in the order. */
  readonly rows: readonly Row<O["source"]>[];
  /** Whether more rows follow. */
  readonly more: boolean;
  /** The entries and rows of the page that cannot be read. */
  readonly unreadable: readonly UnreadableRow[];
}

/** How many entries are read beyond the page, since some may not count. */
const SPARE = 10;

/**
 * Reads rows in an order.
 *
 * One query reads the entries; then one query per partition of the source reads each row as it is now. A row counts once, at
 * its present place. So a row that existed before the read began is listed even if it is being moved meanwhile. If too many
 * entries do not count, the page is read again from its beginning with more of them.
 *
 * @example
 * const SeatByDate = orderOf(Seat, "seat_by_date");
 * const key = { theatre: "Globe", date: { gte: new Date() } };
 * await readOrder(session, SeatByDate, { key, limit: 20 });
 */
export async function readOrder<O extends Order, const K extends Key<O>>(
  session: Session,
  order: O,
  options: OrderReadOptions<O, K>,
): Promise<OrderPage<O>> {
  const { key, limit: most, after, order: direction = "stored", admit = admitAll } = options;
  const comparator = entryComparator(order);
  const compare = (one: Entry, other: Entry) =>
    comparator(one, other) * (direction === "stored" ? 1 : -1);
  const isWithin = (entry: Entry) =>
    isWithinKey(order, { key, entry }) && (after === undefined || compare(entry, after) > 0);
  for (let limit = most + 1 + SPARE; ; limit *= 4) {
    const entries = await readEntries(session, order, { key, limit, after, direction, admit });
    const loaded = await loadSourceRows(session, order, { rows: entries.rows, admit });
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
  readonly key: RawRow;
  readonly limit: number;
  readonly after: RawRow | undefined;
  readonly direction: RowOrder;
  readonly admit: Admit;
}

function readEntries(
  session: Session,
  order: Order,
  { key, limit, after, direction, admit }: EntriesOptions,
) {
  // The compiler cannot know the columns of any order.
  return readRows<Order>(session, order, {
    key: key as never,
    limit,
    after: after as never,
    order: direction,
    writetime: [ENTERED as never],
    admit: (entry) => admit(entry, order),
  });
}

interface SourceRow {
  /** The row as it is now, or why it cannot be read; undefined: it does not exist. */
  readonly row: RawRow | UnreadableRow | undefined;
  /** Its present place in the order; undefined: it has none. */
  readonly entry: Entry | undefined;
}

/** Entries, and the row of each by its key. */
interface SourceRows {
  readonly entries: readonly { readonly seen: RawRow; readonly key: string }[];
  readonly found: ReadonlyMap<string, SourceRow>;
}

/** Loads the rows of entries, each once, however many entries it has. */
async function loadSourceRows(
  session: Session,
  order: Order,
  { rows, admit }: { readonly rows: readonly RawRow[]; readonly admit: Admit },
): Promise<SourceRows> {
  const { source } = order;
  const keyOf = (seen: RawRow) =>
    keyText(source, seen, { columns: keyNames(source), rule: "match" });
  const entries = rows.map((seen) => ({ seen, key: keyOf(seen) }));
  const distinct = new Map(entries.map(({ key, seen }) => [key, seen]));
  const load = async (seen: RawRow): Promise<SourceRow> => {
    try {
      const key = sourceKeyOf(order, seen);
      const row = await loadAdmitted(session, source, { key, admit });
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

/** Removes old entries whose rows have another place or do not exist. */
function removeOrphans(session: Session, order: Order, { entries, found }: SourceRows): void {
  const isSame = entryEquality(order);
  for (const { seen, key } of entries) {
    const version = seen[`writetime(${ENTERED})`] as bigint | null;
    if (!isRemovable(version)) continue;
    const { row, entry } = found.get(key)!;
    if (row instanceof UnreadableRow || isSame(entry, seen)) continue;
    // In the background. If it fails, the next reader removes the entry.
    removeEntry(session, { order, entry: seen }, { version }).catch(() => {});
  }
}

/** Whether an entry is within the values and the range of a key. */
function isWithinKey(
  order: Order,
  { key, entry }: { readonly key: RawRow; readonly entry: Entry },
): boolean {
  return keyNames(order).every((name) => {
    const wanted = key[name];
    if (wanted === undefined) return true;
    const { type } = columnOf(order, name);
    if (!isRange(type, wanted)) {
      return identityOf(type, columnLookup(order, name)(wanted)) === identityOf(type, entry[name]);
    }
    return boundsOf(wanted).every(([operator, bound]) => {
      const difference = type.compare!(entry[name], columnLookup(order, name)(bound));
      if (difference === 0) return operator.endsWith("=");
      return operator.startsWith(">") ? difference > 0 : difference < 0;
    });
  });
}
