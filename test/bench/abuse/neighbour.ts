import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../../src/cassandra/index.ts";
import { createLanes } from "../../../src/lane/index.ts";
import { answer, cpu } from "../../fixtures/child.ts";
import type { Key } from "../counts/place.ts";
import { addPeople } from "../people.ts";
import { createMix, type Kind } from "./mix.ts";
import { createTally, type Tally } from "./tally.ts";
import { openWatcher } from "./watcher.ts";

// A neighbour of the attacker in its own process, at 127.0.0.2: another caller. Its requests do not wait for each other, and
// each is timed from when it was due, so that a stall delays all requests that fall into it.

/** The address of the neighbour. */
const ADDRESS = "127.0.0.2";

/** How often another program changes one of the watched parties, in milliseconds. */
const FOREIGN = 400;

/** How long a request may take before it counts as failed, in milliseconds. */
const PATIENCE = 30_000;

/** How long a change may take to reach the neighbour's watcher after the end of a measurement, in milliseconds. */
const WATCH_PATIENCE = 6000;

/** What the neighbour uses. */
export interface Neighbourhood {
  readonly url: string;
  readonly cluster: { readonly contactPoints: readonly string[]; readonly localDataCenter: string };
  readonly keyspace: string;
  /** The parties of its city. It watches all of them. */
  readonly own: readonly Key[];
  /** Parties that it watches and that another program changes, without a hint to the service. */
  readonly foreign: readonly Key[];
}

/** What the neighbour experienced. All durations are in milliseconds. */
export interface Experience {
  /** The duration of each request, by kind. */
  readonly times: Readonly<Record<Kind, readonly number[]>>;
  readonly failed: Tally;
  /** From each change by the neighbour until its watcher had the count. */
  readonly watched: readonly number[];
  /** From each change by another program until the neighbour's watcher had the count. */
  readonly foreign: readonly number[];
}

interface Measured {
  /** Requests per second. */
  readonly rate: number;
  /** In milliseconds. */
  readonly time: number;
  /** A party that others change, too. */
  readonly shared: Key;
}

let opened: Awaited<ReturnType<typeof openAll>> | undefined;
let lingering = false;

const answers = { open, measure, linger, cpu };
export type NeighbourAnswers = typeof answers;
answer(answers);

async function open(neighbourhood: Neighbourhood): Promise<void> {
  opened = await openAll(neighbourhood);
}

async function openAll({ url, cluster, keyspace, own, foreign }: Neighbourhood) {
  const session = await connect({ ...cluster, keyspace });
  const failed = createTally();
  const watcher = await openWatcher({
    url,
    localAddress: ADDRESS,
    keys: [...own, ...foreign],
    failed: (reason) => failed.count(`watch: ${reason}`),
  });
  return {
    lanes: createLanes(session),
    foreign,
    failed,
    watcher,
    mix: createMix({
      url,
      localAddress: ADDRESS,
      own,
      changed: (...change) => watcher.expect(...change),
    }),
  };
}

/** Sends requests at a constant rate for some time, and waits for all answers. */
async function measure({ rate, time, shared }: Measured): Promise<Experience> {
  const { mix, watcher, failed, lanes, foreign } = opened!;
  failed.reset();
  watcher.reset();
  const times: Record<Kind, number[]> = {
    party: [],
    partiesInCity: [],
    changePeople: [],
    addPeople: [],
  };
  const sent: Promise<void>[] = [];
  const began = performance.now();
  const changing = changeForeign();
  for (let number = 0; number * (1000 / rate) < time; number++) {
    const due = began + number * (1000 / rate);
    await sleep(Math.max(0, due - performance.now()));
    sent.push(request(number, due));
  }
  await Promise.all([...sent, changing]);
  await watcher.settled(WATCH_PATIENCE);
  return { times, failed: failed.read(), ...watcher.read() };

  async function request(number: number, due: number) {
    const { kind, run } = mix.next(number, shared);
    const over = new AbortController();
    const late = sleep(PATIENCE, "no answer in 30 s", { signal: over.signal }).catch(() => "");
    const failure = await Promise.race([run(), late]);
    over.abort();
    times[kind].push(performance.now() - due);
    if (failure !== undefined) failed.count(`${kind}: ${failure}`);
  }

  async function changeForeign() {
    for (let number = 0; performance.now() - began < time; number++) {
      const key = foreign[number % foreign.length]!;
      const at = performance.now();
      // The load may also make Cassandra refuse the other program, which is not what is measured.
      const people = await addPeople({ lanes }, key, { delta: 1 }).catch(() => undefined);
      if (people !== undefined) watcher.expect(key, { people, since: at, by: "foreign" });
      await sleep(Math.max(0, at + FOREIGN - performance.now()));
    }
  }
}

/** Goes on at a low rate until the process ends. */
function linger(measured: Omit<Measured, "time">): void {
  if (lingering) return;
  lingering = true;
  void (async () => {
    for (;;) await measure({ ...measured, time: 2000 });
  })();
}
