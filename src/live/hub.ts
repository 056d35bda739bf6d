import { singleFlight } from "./single-flight.ts";
import { createMailbox, type Mailbox, newest } from "./mailbox.ts";

/** A value and the ballot of the write that made it, read together. */
export interface Version<Value> {
  readonly value: Value;
  readonly ballot: bigint;
}

/** Reads the present version of what a hub shows; undefined if it does not exist. */
export type Read<Value> = () => Promise<Version<Value> | undefined>;

/** All subscribers of one topic, and the one read by which they learn what is new. */
export interface Hub<Value> {
  /** Something may have changed: read again. */
  hint(): void;
  /** Somebody has found this ballot, or that there is no value: if that is news, read again. */
  found(ballot: bigint | undefined): void;
  /**
   * Adds a subscriber: the present version at once, then each newer one that it has time for; ends when the
   * value is gone.
   *
   * @param since a ballot that it has already: a present version with just this one is not sent
   * @returns nothing if there is no value
   */
  join(since?: bigint): Promise<AsyncIterableIterator<Version<Value>> | void>;
  /** Ends all subscriptions. */
  close(): void;
}

/** How long a hub waits before it reads again after a read that failed, in milliseconds. */
const RETRY_AFTER = 1000;

interface Member<Value> {
  readonly mailbox: Mailbox<Version<Value>>;
  /** The ballot that it was given last, or came with. */
  seen: bigint | undefined;
  /** Whether it has been told that there is a value. */
  joined: boolean;
}

/**
 * Makes the hub of a topic.
 *
 * @param onEmpty called whenever the last subscriber has left
 */
export function createHub<Value>(read: Read<Value>, onEmpty: () => void): Hub<Value> {
  const members = new Set<Member<Value>>();
  let latest: Version<Value> | undefined;
  let retry: NodeJS.Timeout | undefined;

  const refresh = singleFlight(async () => {
    const present = await read();
    if (present) publish(present);
    else gone();
    return present;
  });

  function publish(present: Version<Value>) {
    if (latest && present.ballot <= latest.ballot) return;
    latest = present;
    for (const member of members) offer(member, present);
  }

  /** Ends the subscribers, but for those whose own first read is still to come: it may find a new value. */
  function gone() {
    latest = undefined;
    for (const member of members) if (member.joined) end(member);
  }

  function end(member: Member<Value>) {
    member.mailbox.end();
    leave(member);
  }

  function leave(member: Member<Value>) {
    if (!members.delete(member) || members.size > 0) return;
    clearTimeout(retry);
    onEmpty();
  }

  function hint() {
    clearTimeout(retry);
    refresh().catch(() => {
      if (members.size > 0) retry = setTimeout(hint, RETRY_AFTER);
    });
  }

  async function join(since?: bigint) {
    const mailbox = createMailbox<Version<Value>>(newest, () => leave(member));
    const member: Member<Value> = { mailbox, seen: since, joined: false };
    // A member before the read, so that nothing falls between the first value and the next.
    members.add(member);
    const present = await refresh().catch((error: unknown) => {
      leave(member);
      throw error;
    });
    if (!present) return leave(member);
    member.joined = true;
    offer(member, latest ?? present);
    return mailbox.values;
  }

  return {
    hint,
    found(ballot) {
      if (ballot === undefined ? latest : !latest || ballot > latest.ballot) hint();
    },
    join,
    close() {
      for (const member of members) end(member);
    },
  };
}

function offer<Value>(member: Member<Value>, version: Version<Value>): void {
  if (version.ballot === member.seen) return;
  member.seen = version.ballot;
  member.mailbox.put(version);
}
