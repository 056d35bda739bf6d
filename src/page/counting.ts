import { type Client, ClientError, type PeopleChanged, randomUuid } from "../client/index.ts";
import type { Answer } from "./answer.ts";
import { inDigits } from "./tally.ts";
import { wordsOf } from "./words.ts";

/** What counts people in and out of a party. */
export interface Counting {
  /** Changes the count that the person sees. Clicks that come while one is under way go together as the next. */
  change(delta: number): void;
  /** Counts one in whatever the count is. */
  add(): void;
}

/** Where the counting is done. */
export interface CountingOptions {
  readonly client: Client;
  readonly key: { readonly city: string; readonly id: string };
  /** The count that the person sees. */
  readonly seen: () => number;
  /** A change was done. */
  readonly changed: (outcome: PeopleChanged) => void;
  /** The actual count was told without its ballot. */
  readonly actual: (people: number) => void;
  /** There is no such party any more. */
  readonly gone: () => void;
  readonly answer: Answer;
}

/** For how long a change can be asked for again without counting twice, in milliseconds: less than the service's 60 s. */
const REPEATABLE = 50_000;

/** After how long a person is told that something is still under way, in milliseconds. */
const PATIENCE = 1000;

/** A change that the person means: under its id, however often it is sent, it is done once. */
interface Change {
  readonly delta: number;
  /** The count that was seen; undefined: whatever it is. */
  readonly expected: number | undefined;
  /** Null: it can be sent only once. */
  readonly operationId: string | null;
  readonly meant: number;
}

/** Makes it. */
export function createCounting(options: CountingOptions): Counting {
  const { client, key, seen, changed, actual, gone, answer } = options;
  let isBusy = false;
  let waiting = 0;

  async function send(change: Change) {
    const { delta, expected, operationId } = change;
    const outcome =
      expected === undefined
        ? await client.addPeople({ ...key, delta, operationId })
        : await client.changePeople({ ...key, expected, delta, operationId });
    switch (outcome.__typename) {
      case "PeopleChanged":
        answer.clear();
        changed(outcome);
        return outcome.people;
      case "PeopleStale":
        actual(outcome.actual);
        offer(outcome.actual, outcome.expected, delta + taken());
        return;
      case "PeopleOutOfRange":
        answer.tell(
          `A count goes from ${inDigits(outcome.minimum)} to ${inDigits(outcome.maximum)}. Nothing was changed.`,
        );
        return;
      case "PartyNotFound":
        gone();
        return;
      case "OutcomeUnknown":
        askAgain(change, "The database was asked and did not say whether it counted.");
        return;
    }
  }

  /** A party remembers so many ids a minute: the changes beyond are sent without. */
  async function sendSomehow(change: Change): Promise<number | undefined> {
    try {
      return await send(change);
    } catch (error) {
      const isTooMany = error instanceof ClientError && error.code === "TOO_MANY_OPERATIONS";
      if (isTooMany && change.operationId !== null) {
        return sendSomehow({ ...change, operationId: null });
      }
      return askAgain(change, wordsOf(error));
    }
  }

  /** Does a change, then what was clicked meanwhile. */
  async function act(change: Change) {
    isBusy = true;
    answer.clear();
    const late = setTimeout(() => answer.tell("Still waiting for an answer…"), PATIENCE);
    const people = await sendSomehow(change);
    clearTimeout(late);
    isBusy = false;
    const next = taken();
    if (next !== 0 && people !== undefined) await act(meant(next, people));
  }

  /** What was clicked while another change was under way. */
  function taken() {
    const delta = waiting;
    waiting = 0;
    return delta;
  }

  function offer(people: number, expected: number, delta: number) {
    const apply = {
      label: `${signed(delta)} there: make it ${inDigits(people + delta)}`,
      choose: () => void act(meant(delta, people)),
    };
    answer.tell(
      `Somebody was faster: it is ${inDigits(people)} by now, not ${inDigits(expected)}. Nothing was changed.`,
      [apply, { label: "Leave it", choose: () => {} }],
    );
  }

  function askAgain(change: Change, text: string): undefined {
    if (change.operationId === null) {
      answer.tell(`${text} Go by the count above.`);
      return;
    }
    const isLate = () => performance.now() - change.meant > REPEATABLE;
    const again = () => {
      if (!isLate()) return void act(change);
      answer.tell("That was too long ago to send it again safely. Go by the count above.");
    };
    answer.tell(`${text} Sent again, it is not counted twice.`, [
      { label: `Send ${signed(change.delta)} again`, choose: again },
    ]);
  }

  return {
    change(delta) {
      if (isBusy) waiting += delta;
      else void act(meant(delta, seen()));
    },
    add() {
      void act(meant(+1, undefined));
    },
  };
}

function meant(delta: number, expected: number | undefined): Change {
  return { delta, expected, operationId: randomUuid(), meant: performance.now() };
}

function signed(delta: number): string {
  return delta < 0 ? `−${inDigits(-delta)}` : `+${inDigits(delta)}`;
}
