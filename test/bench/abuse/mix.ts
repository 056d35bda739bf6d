import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { addOneOnce } from "../../fixtures/attacks.ts";
import { BROWSE, CHANGE } from "../../fixtures/parties.ts";
import { send } from "../../fixtures/send.ts";
import type { Key } from "../counts/place.ts";
import { READ } from "../live/operations.ts";
import { outcomeIn } from "./outcome.ts";
import type { Expected } from "./watcher.ts";

/** The kinds of the neighbour's requests, by their fields. */
export type Kind = "party" | "partiesInCity" | "changePeople" | "addPeople";

/** Ten requests in their order. */
const ORDER: readonly Kind[] = [
  "partiesInCity",
  "party",
  "changePeople",
  "partiesInCity",
  "party",
  "partiesInCity",
  "addPeople",
  "party",
  "changePeople",
  "partiesInCity",
];

/** The outcome of each kind that is not a failure. */
const RIGHT: Readonly<Record<Kind, string>> = {
  party: "data",
  partiesInCity: "data",
  changePeople: "PeopleChanged",
  addPeople: "PeopleChanged",
};

export interface MixOptions {
  readonly url: string;
  readonly localAddress: string;
  /** The parties that are read and changed, all in one city. */
  readonly own: readonly Key[];
  /** Called when a change of one of them was sent. */
  readonly changed: (key: Key, expected: Expected) => void;
}

/** A request of the neighbour. */
export interface MixedRequest {
  readonly kind: Kind;
  /** Sends it. Resolves with what it got instead of the right outcome, if anything. */
  readonly run: () => Promise<string | undefined>;
}

/**
 * Creates a client with a usual mix: it lists its city, reads parties, changes its own counts, and adds to a count that it
 * shares with others, under an operation id. Concurrent requests use separate connections.
 */
export function createMix({ url, localAddress, own, changed }: MixOptions) {
  const agent = new Agent({ keepAlive: true, localAddress });
  const headers = { "content-type": "application/json", accept: "application/json" };
  const counts = own.map(() => 1000);
  const busy = new Set<number>();
  let turn = 0;

  async function post(kind: Kind, operation: object): Promise<Buffer> {
    const { text } = await send(url, { headers, body: JSON.stringify(operation) }, agent);
    const answer = Buffer.from(text);
    const outcome = outcomeIn(answer);
    if (outcome !== RIGHT[kind]) throw new Error(outcome);
    return answer;
  }

  /** Takes a party that is not being changed: the expected count of the others is unknown. Waits for one if necessary. */
  async function takeParty(): Promise<number> {
    for (;;) {
      const at = own.findIndex((_, some) => !busy.has((turn + 1 + some) % own.length));
      if (at >= 0) {
        turn = (turn + 1 + at) % own.length;
        busy.add(turn);
        return turn;
      }
      await sleep(10);
    }
  }

  async function change(): Promise<void> {
    const since = performance.now();
    const number = await takeParty();
    const key = own[number]!;
    try {
      const variables = { ...key, expected: counts[number]!, delta: 1 };
      await post("changePeople", { query: CHANGE, variables });
      counts[number]! += 1;
      changed(key, { people: counts[number]!, since, by: "neighbour" });
    } catch (error) {
      // The change may have been applied.
      counts[number] = await read(key).catch(() => counts[number]!);
      throw error;
    } finally {
      busy.delete(number);
    }
  }

  async function read(key: Key): Promise<number> {
    const answer = await post("party", { query: READ, variables: key });
    return JSON.parse(answer.toString()).data.party.people;
  }

  return {
    /** Returns the request with this number. */
    next(number: number, shared: Key): MixedRequest {
      const kind = ORDER[number % ORDER.length]!;
      const key = own[number % own.length]!;
      const run = {
        party: async () => void (await read(key)),
        partiesInCity: async () =>
          void (await post(kind, { query: BROWSE, variables: { city: key.city } })),
        changePeople: change,
        addPeople: async () => void (await post(kind, addOneOnce(shared))),
      }[kind];
      return { kind, run: () => run().then(() => undefined, reasonOf) };
    },
  };
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}
