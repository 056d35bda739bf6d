import { type Broadcast, createBroadcast, type Source } from "./broadcast.ts";
import { singleFlight } from "../support/single-flight.ts";

/** A row as it was at one moment. */
export interface Version<Row> {
  readonly row: Row;
  /**
   * The largest write time of the watched columns, in microseconds; null: none of them has one. In a table of lightweight
   * transactions it is a ballot, which orders the versions; in another one it orders nothing, and may fall.
   */
  readonly asOf: bigint | null;
}

/** A version, and what tells it from others of its row. */
export interface Seen<Row> {
  readonly version: Version<Row>;
  /** Whether each of its cells has a ballot: then its `asOf` is later than that of every version before it. */
  readonly isOrdered: boolean;
  /** Another one wherever a version differs from this one. */
  readonly text: string;
}

/** How a hub learns what it shows. */
export interface HubOptions<Row> {
  /** Reads the present version; undefined: there is no such row. */
  readonly read: () => Promise<Seen<Row> | undefined>;
  /** Whether a version has one cell, so that every `asOf` of whatever process has its place among the ballots of the others. */
  readonly isOneCell: boolean;
  /** Called whenever the last subscriber has left. */
  readonly onEmpty: () => void;
}

/** All subscribers of a row and of the same columns of it, and the one read by which they learn what is new. */
export interface Hub<Row> {
  readonly isEmpty: boolean;
  /** Something may have changed: read again. */
  hint(): void;
  /** Somebody has found this version, or that there is none: if that is news, read again. */
  found(seen: Seen<Row> | undefined): void;
  /**
   * Adds a subscriber: the present version at once, then each newer one that it has time for; ends when the row is gone.
   *
   * @param since an `asOf` that it has already: a present version with just this one is not sent, if its `asOf` orders it
   * @returns nothing if there is no row
   */
  join(since?: bigint): Promise<Source<Version<Row>> | void>;
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

/** How long a hub waits before it reads again after a read that failed, in milliseconds. */
const RETRY_AFTER = 1000;

/**
 * Makes the hub of a row and of a set of its columns.
 *
 * How a live value stays in order: only the hub's own reads are told, and these follow each other; the poll, which reads
 * beside them, can do no more than make it read again. All of them select the same columns at a quorum, and where replicas
 * differ Cassandra repairs them before it answers (`read_repair = BLOCKING`): so a read never finds an older state of these
 * columns than one that ended before it began, whichever replicas answer, and what differs from the last version is newer.
 * That is all there is in a table of plain writes, whose write times are made by many clocks. It does not hold for columns
 * that were not selected, nor where replicas are not repaired.
 *
 * In a table of lightweight transactions the write time of a cell is the ballot of the transaction that wrote it, and the
 * ballots of a partition are a total order. As long as every watched column has one, each transaction that changes a version
 * gives the next one a larger maximum: so a version is told if its maximum is larger, and dropped if not, whatever the
 * replicas do; and the same maximum is the same version in every process. A null takes its cell's ballot away, and the
 * removal of an element of a collection leaves none: then the maximum may fall or stay, and the version is told if its
 * ballots or elements are not those of the last one, which relies on repaired replicas again.
 */
export function createHub<Row>({ read, isOneCell, onEmpty }: HubOptions<Row>): Hub<Row> {
  // Only the newest waits: it stands in the place of all that were missed.
  const subscribers: Broadcast<Version<Row>> = createBroadcast(1, (last) => last, left);
  let latest: Seen<Row> | undefined;
  let joining = 0;
  let retry: NodeJS.Timeout | undefined;

  const refresh = singleFlight(async () => {
    const present = await read();
    if (present) publish(present);
    else gone();
  });

  function publish(present: Seen<Row>) {
    if (latest && !isNews(present, latest)) return;
    latest = present;
    subscribers.put(present.version);
  }

  /** Ends the subscribers, but not those whose own first read is still to come: it may find a new row. */
  function gone() {
    latest = undefined;
    void subscribers.end();
  }

  function isEmpty() {
    return subscribers.size + joining === 0;
  }

  function left() {
    if (!isEmpty()) return;
    clearTimeout(retry);
    onEmpty();
  }

  function hint() {
    clearTimeout(retry);
    refresh().catch(() => {
      // Each that shares a read that failed comes by here.
      clearTimeout(retry);
      if (!isEmpty()) retry = setTimeout(hint, RETRY_AFTER);
    });
  }

  /** Whether a subscriber cannot have seen a later version than the latest one here. */
  function isPast(since: bigint | undefined) {
    if (since === undefined || !isOneCell || !latest?.isOrdered) return false;
    return since <= latest.version.asOf!;
  }

  return {
    get isEmpty() {
      return isEmpty();
    },
    hint,
    found(seen) {
      if (seen ? !latest || isNews(seen, latest) : latest) hint();
    },
    async join(since) {
      // Who comes while it reads, and what changes then, finds the hub in its place.
      joining += 1;
      try {
        // Whoever has seen no more than the hub has needs no read of its own: many come back at once.
        if (!isPast(since)) await refresh();
        return latest && subscribers.join(!(latest.isOrdered && latest.version.asOf === since));
      } finally {
        joining -= 1;
        left();
      }
    },
    close: () => subscribers.end(),
  };
}

/** Whether a version that was read after another one is to be told. */
function isNews(next: Seen<unknown>, last: Seen<unknown>): boolean {
  if (!next.isOrdered) return next.text !== last.text;
  return last.version.asOf === null || next.version.asOf! > last.version.asOf;
}
