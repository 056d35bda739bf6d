import { ClientError, randomUuid } from "../client/index.ts";
import type { PartyClient, PeopleChanged } from "../party/client/index.ts";
import type { MessageArea } from "./message-area.ts";
import { userMessage } from "./user-message.ts";
import { formatNumber } from "./tally.ts";

/** Counts people in and out of a party. */
export interface Counting {
  /** Changes the count that the user sees. Clicks during a running change are combined into the next one. */
  change(delta: number): void;
  /** Counts one person in, whatever the count is. */
  add(): void;
}

export interface CountingOptions {
  readonly client: PartyClient;
  readonly key: { readonly city: string; readonly id: string };
  /** Returns the count that the user sees. */
  readonly seen: () => number;
  /** Is called after a change was made. */
  readonly changed: (outcome: PeopleChanged) => void;
  /** Is called with the actual count of a stale change. It has no ballot. */
  readonly actual: (people: number) => void;
  /** Is called if the party no longer exists. */
  readonly gone: () => void;
  readonly message: MessageArea;
}

/** For how long a change may be sent again without being counted twice, in milliseconds. The service remembers it for 60 s. */
const REPEATABLE = 50_000;

/** After how many milliseconds the user is told that a change is still running. */
const STILL_WAITING_AFTER = 1000;

/** A change that the user asked for. Its operation id makes the service apply it once, however often it is sent. */
interface CountChange {
  readonly delta: number;
  /** The count that the user saw. Undefined: the change applies whatever the count is. */
  readonly expected: number | undefined;
  /** Null: the change must be sent only once. */
  readonly operationId: string | null;
  /** When the user asked for it, by `performance.now()`. */
  readonly createdAt: number;
}

/** Creates the counting of one party. */
export function createCounting(options: CountingOptions): Counting {
  const { client, key, seen, changed, actual, gone, message } = options;
  let isBusy = false;
  let waitingDelta = 0;

  /** Sends a change. Returns the new count if it was made. */
  async function send(change: CountChange) {
    const { delta, expected, operationId } = change;
    const outcome =
      expected === undefined
        ? await client.addPeople({ ...key, delta, operationId })
        : await client.changePeople({ ...key, expected, delta, operationId });
    switch (outcome.__typename) {
      case "PeopleChanged":
        message.clear();
        changed(outcome);
        return outcome.people;
      case "PeopleStale":
        actual(outcome.actual);
        offerAgain({ ...outcome, delta: delta + takeWaiting() });
        return;
      case "PeopleOutOfRange":
        message.show(
          `A count goes from ${formatNumber(outcome.minimum)} to ${formatNumber(outcome.maximum)}. Nothing was changed.`,
        );
        return;
      case "PartyNotFound":
        gone();
        return;
      case "OutcomeUnknown":
        offerRepeat(change, "The database did not say whether it counted the change.");
        return;
    }
  }

  /** A party remembers a limited number of operation ids per minute. Changes above the limit are sent without one. */
  async function sendSafely(change: CountChange): Promise<number | undefined> {
    try {
      return await send(change);
    } catch (error) {
      const isTooMany = error instanceof ClientError && error.code === "TOO_MANY_OPERATIONS";
      if (isTooMany && change.operationId !== null) {
        return sendSafely({ ...change, operationId: null });
      }
      return offerRepeat(change, userMessage(error));
    }
  }

  /** Makes a change, and then one with all clicks that came meanwhile. */
  async function run(change: CountChange) {
    isBusy = true;
    message.clear();
    const timer = setTimeout(
      () => message.show("Still waiting for an answer…"),
      STILL_WAITING_AFTER,
    );
    const people = await sendSafely(change);
    clearTimeout(timer);
    isBusy = false;
    const delta = takeWaiting();
    if (delta !== 0 && people !== undefined) await run(createChange(delta, people));
  }

  /** Returns the sum of the clicks that came during a running change, and forgets them. */
  function takeWaiting() {
    const delta = waitingDelta;
    waitingDelta = 0;
    return delta;
  }

  /** Offers to make a stale change to the actual count. */
  function offerAgain(stale: {
    readonly actual: number;
    readonly expected: number;
    readonly delta: number;
  }) {
    const apply = {
      label: `Apply ${formatDelta(stale.delta)}: make it ${formatNumber(stale.actual + stale.delta)}`,
      choose: () => void run(createChange(stale.delta, stale.actual)),
    };
    message.show(
      `Somebody was faster: the count is ${formatNumber(stale.actual)} now, not ${formatNumber(stale.expected)}. Nothing was changed.`,
      [apply, { label: "Leave it", choose: () => {} }],
    );
  }

  /** Offers to send a change with an unknown outcome again, if that is safe. */
  function offerRepeat(change: CountChange, text: string): undefined {
    if (change.operationId === null) {
      message.show(`${text} Check the count above.`);
      return;
    }
    const isLate = () => performance.now() - change.createdAt > REPEATABLE;
    const repeat = () => {
      if (!isLate()) return void run(change);
      message.show("It is too late to send the change again safely. Check the count above.");
    };
    message.show(`${text} If you send it again, it is not counted twice.`, [
      { label: `Send ${formatDelta(change.delta)} again`, choose: repeat },
    ]);
  }

  return {
    change(delta) {
      if (isBusy) waitingDelta += delta;
      else void run(createChange(delta, seen()));
    },
    add() {
      void run(createChange(+1, undefined));
    },
  };
}

function createChange(delta: number, expected: number | undefined): CountChange {
  return { delta, expected, operationId: randomUuid(), createdAt: performance.now() };
}

function formatDelta(delta: number): string {
  return delta < 0 ? `−${formatNumber(-delta)}` : `+${formatNumber(delta)}`;
}
