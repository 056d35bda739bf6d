import { type Broadcast, createBroadcast, type Source, UNNAMED } from "./broadcast.ts";
import { createReadQueue, type QueuedRead, type ReadQueue, type ReadWaiter } from "./read-queue.ts";
import { singleFlight } from "../support/single-flight.ts";

/** A row as it was at one moment. */
export interface Version<Row> {
  readonly row: Row;
  /**
   * The largest write time of the watched columns, in microseconds; null: none of them has one. In a table of lightweight
   * transactions it is a ballot, which orders the versions. In a table of plain writes it orders nothing, and may fall.
   */
  readonly asOf: bigint | null;
}

/** A version as it was read, with what distinguishes it from other versions of its row. */
export interface SeenVersion<Row> {
  readonly version: Version<Row>;
  /** Whether each of its cells has a ballot. Then its `asOf` is later than that of every earlier version. */
  readonly isOrdered: boolean;
  /** Differs from the text of every version that differs from this one. */
  readonly text: string;
}

export interface HubOptions<Row> {
  /** Reads the present version; undefined: the row does not exist. */
  readonly read: () => Promise<SeenVersion<Row> | undefined>;
  /** Whether a version consists of one cell. Then the `asOf` values of all processes are ordered. */
  readonly isOneCell: boolean;
  /** Called whenever the last subscriber has left. */
  readonly onEmpty: () => void;
  /** Where the reads wait. Default: a queue of their own. */
  readonly reads?: ReadQueue | undefined;
}

/** The subscribers to the same columns of a row, which share one read. */
export interface Hub<Row> {
  readonly isEmpty: boolean;
  /** Reads again, because the row may have changed. */
  hint(): void;
  /** Reads again if a version that was found elsewhere is news; undefined: the row was not found. */
  found(seen: SeenVersion<Row> | undefined): void;
  /**
   * Adds a subscriber. It gets the present version, then each newer one that it has time for. Ends when the row is deleted.
   *
   * @param since an `asOf` that the subscriber has: a present version with exactly this one is not sent, if it is ordered
   * @param caller who subscribes
   * @returns nothing if the row does not exist
   */
  join(since?: bigint, caller?: string): Promise<Source<Version<Row>> | void>;
  /** Returns the callers of the subscribers. Takes time in proportion to these. */
  readonly callers: () => ReadonlySet<string>;
  /** Ends all subscriptions. */
  close(): Promise<void>;
}

/** How long a hub waits before it reads again after a failed read, in milliseconds. */
const READ_RETRY_DELAY = 1000;

/**
 * Creates the hub of a row and a set of its columns.
 *
 * How a live value stays in order: a hub sends only versions from its own reads, and these run one after the other. The
 * poll reads beside them, but can only make the hub read again. All these reads select the same columns at a quorum, and
 * Cassandra repairs replicas that differ before it answers (`read_repair = BLOCKING`). So a read never returns an older
 * state of these columns than a read that ended before it began, and a version that differs from the last one is newer. In
 * a table of plain writes this is the only order: many clocks make its write times. In a table of lightweight transactions
 * the write time of a cell is the ballot of the transaction that wrote it, and the ballots of a partition are a total order.
 * If every watched column has a ballot, each new version has a larger maximum than the one before. So a version is sent
 * if its maximum is larger and dropped otherwise, whatever the replicas do, and the same maximum means the same version in
 * every process. A null has no ballot, and removing an element of a collection leaves none, so there the maximum may fall or
 * stay. Such a version is sent if its ballots or elements differ from the last one's, which relies on repaired replicas.
 */
export function createHub<Row>(options: HubOptions<Row>): Hub<Row> {
  const { read, isOneCell, onEmpty, reads = createReadQueue() } = options;
  // Only the newest version waits. It replaces all that a subscriber has missed.
  const subscribers: Broadcast<Version<Row>> = createBroadcast({
    keep: 1,
    missed: (last) => last,
    onEmpty: left,
  });
  let latest: SeenVersion<Row> | undefined;
  let joining = 0;
  let retry: NodeJS.Timeout | undefined;

  /** Shared by all who come before it begins. */
  let queued: QueuedRead<void> | undefined;

  const fly = singleFlight(async () => {
    queued = undefined;
    // They may have left while it waited.
    if (isEmpty()) return;
    const present = await read();
    if (present) publish(present);
    else endDeleted();
  });

  function refresh(waiter: ReadWaiter) {
    queued ??= reads.queued(fly);
    return queued.waitAs(waiter);
  }

  function publish(present: SeenVersion<Row>) {
    if (latest && !isNews(present, latest)) return;
    latest = present;
    subscribers.put(present.version);
  }

  /** Ends the subscribers, except those who still wait for their first read: it may find a new row. */
  function endDeleted() {
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
    refresh({ callers: subscribers.callers, reason: "hint" }).catch(() => {
      // Every caller that shares a failed read gets here.
      clearTimeout(retry);
      if (!isEmpty()) retry = setTimeout(hint, READ_RETRY_DELAY);
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
    async join(since, caller = UNNAMED) {
      // Keeps the hub in place for hints and other subscribers that come during the read.
      joining += 1;
      try {
        // A subscriber that has seen no more than the hub needs no read: many reconnect at once.
        if (!isPast(since)) await refresh({ callers: () => [caller], reason: "join" });
        const hasLatest = latest?.isOrdered && latest.version.asOf === since;
        return latest && subscribers.join(!hasLatest, caller);
      } finally {
        joining -= 1;
        left();
      }
    },
    callers: subscribers.callers,
    close: () => subscribers.end(),
  };
}

/** Whether a version that was read after another one is sent. */
function isNews(next: SeenVersion<unknown>, last: SeenVersion<unknown>): boolean {
  if (!next.isOrdered) return next.text !== last.text;
  return last.version.asOf === null || next.version.asOf! > last.version.asOf;
}
