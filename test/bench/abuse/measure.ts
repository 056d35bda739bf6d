import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createLong } from "../../fixtures/attacks.ts";
import { startChild } from "../../fixtures/child.ts";
import { ADD, BROWSE } from "../../fixtures/parties.ts";
import { openPoster } from "../../fixtures/poster.ts";
import { type Figure, type Result, resultOf } from "../comparison.ts";
import type { Key, Place } from "../counts/place.ts";
import type { Stage } from "../live/stage.ts";
import { drive, percentile } from "../load.ts";
import type { AttackerAnswers } from "./attacker.ts";
import type { AttackName, Target } from "./attacks.ts";
import type { Taken } from "./hand.ts";
import type { Kind } from "./mix.ts";
import type { Experience, NeighbourAnswers } from "./neighbour.ts";
import { type Service, startService } from "./service.ts";
import { tallied, total } from "./tally.ts";

/** The neighbour's requests per second, and after the last round. */
const RATE = 50;
const LOW_RATE = 10;

/** How long reads and changes at full speed, the neighbour's requests, and the attack precede the measurement, in milliseconds. */
const WARM_UP = 3000;

/** After how many milliseconds the memory must be free again. */
const A_MINUTE = 60_000;

/** How long to wait between rounds until the service answers as before, in milliseconds. */
const RECOVERY = 60_000;

const KINDS: readonly Kind[] = ["party", "partiesInCity", "changePeople", "addPeople"];

/** What was measured in a phase: with or without the attack. */
interface Phase extends Experience {
  /** How many cores the service used. */
  readonly cores: number;
}

interface Round {
  readonly without: Phase;
  readonly during: Phase;
  readonly taken: Taken;
  /** How long the service took to answer as before, in milliseconds. */
  readonly recovery: number;
}

/** The results of an attack, and those that take another minute. */
export interface Measured {
  readonly results: readonly Result[];
  readonly later: Promise<readonly Result[]>;
}

/** Measures the neighbour without and with an attack alternately, and the memory of the service. */
export async function measureAttack(what: AttackName, stage: Stage): Promise<Measured> {
  const { place, progress, rounds, time } = stage;
  const scene = await openScene(place);
  // Disposed of here or when the program ends, whichever is first.
  stage.opened.use(scene);
  const { service } = scene;
  progress(`${what}: warming up`);
  await warmUp(scene, place);
  const held = await service.held();
  // V8 takes the heap's size after a collection that it is asked for as a measure of how often to collect.
  await warmUp(scene, place);
  const before = service.resident();
  service.resetPeak();
  await scene.attacker.ask("attack", what, await newTarget(scene, place), WARM_UP);
  await recovered(service);
  const all: Round[] = [];
  let peak = service.peak();
  for (let round = 0; round < rounds && service.isUp; round++) {
    progress(`${what}: round ${round + 1} of ${rounds}`);
    const without = await phase(scene, { time, shared: await newParty(place) });
    const target = await newTarget(scene, place);
    const attacked = scene.attacker.ask("attack", what, target, time);
    const [during, taken] = await Promise.all([phase(scene, { time, ...target }), attacked]);
    peak = Math.max(peak, service.peak());
    const recovery = await recovered(service);
    all.push({ without, during, taken, recovery });
    progress(`  the attacker got ${tallied(taken.outcomes)}`);
    progress(`  the neighbour's failures: ${tallied(during.failed)}`);
  }
  if (!service.isUp) progress(`  the service ${await service.lastWords()}`);
  const ended = { what, name: "service ended", of: () => (service.isUp ? 0 : 1), atMost: 0 };
  return {
    results: [
      ...figures.map(({ of, ...figure }) => resultOf({ what, ...figure }, all.map(of))),
      resultOf(ended, [ended.of()]),
      ...outcomes(what, all),
      resultOf({ what, name: "memory before, MiB" }, [before]),
      resultOf({ what, name: "memory: growth at the peak, MiB", atMost: 200 }, [peak - before]),
    ],
    later: aMinuteLater(scene, { what, before, held, shared: await newParty(place) }),
  };
}

/** What an attack is measured in. */
interface Scene extends AsyncDisposable {
  readonly service: Service;
  readonly neighbour: ReturnType<typeof startChild<NeighbourAnswers>>;
  readonly attacker: ReturnType<typeof startChild<AttackerAnswers>>;
  /** Of the attacker. */
  readonly long: Key;
}

async function openScene(place: Place): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const service = opened.use(await startService(place));
  const program = (name: string) => new URL(`${name}.ts`, import.meta.url);
  const neighbour = opened.use(startChild<NeighbourAnswers>(program("neighbour")));
  const attacker = opened.use(startChild<AttackerAnswers>(program("attacker")));
  const { cluster, keyspace } = place;
  await neighbour.ask("open", {
    url: service.url,
    cluster,
    keyspace,
    own: await place.parties(20, "one city"),
    foreign: await place.parties(10, "one city"),
  });
  const long = await createLongNames(service.url);
  const kept = opened.move();
  return { service, neighbour, attacker, long, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/**
 * Compiles the hot functions; those that only the attack calls are compiled by a first one, which is not measured. The
 * requests at full speed give the heap the size that it has under any load, so that only more than that counts as growth.
 */
async function warmUp({ service, neighbour }: Scene, place: Place): Promise<void> {
  using poster = openPoster<unknown>(service.url, { callers: 32 });
  const parties = await place.parties(100, "a city each");
  await drive({ clients: 32, time: WARM_UP }, async (client) => {
    await poster.post(BROWSE, { city: parties[client]!.city });
    return 1;
  });
  let sent = 0;
  await drive({ clients: 32, time: WARM_UP }, async () => {
    await poster.post(ADD, { ...parties[sent++ % parties.length]!, delta: 1 });
    return 1;
  });
  await neighbour.ask("measure", { rate: RATE, time: WARM_UP, shared: await newParty(place) });
}

/** Creates a city with 100 long names, as the attacker would. Returns one of its parties. */
async function createLongNames(url: string): Promise<Key> {
  using poster = openPoster<{ createParty: { party: { id: string } } }>(url, { callers: 32 });
  const city = randomUUID();
  const { query, variables = {} } = createLong(city);
  const create = async () => (await poster.post(query, variables)).createParty.party.id;
  const [id] = await Promise.all(Array.from({ length: 100 }, create));
  return { city, id: id! };
}

/**
 * Creates what an attack needs afresh each time: a row remembers operation ids for a minute, a flooded city stays large, and
 * the first change of a city takes longer than the next ones.
 */
async function newTarget({ service, long }: Scene, place: Place): Promise<Target> {
  const own = await place.parties(50, "a city each");
  return { url: service.url, long, own, shared: await newParty(place) };
}

async function newParty(place: Place): Promise<Key> {
  const [key] = await place.parties(1, "one city");
  return key!;
}

interface PhaseOptions {
  readonly time: number;
  readonly shared: Key;
}

async function phase({ service, neighbour }: Scene, options: PhaseOptions): Promise<Phase> {
  const [began, cpu] = [performance.now(), service.cpu()];
  const experience = await neighbour.ask("measure", { rate: RATE, ...options });
  return { ...experience, cores: (service.cpu() - cpu) / (performance.now() - began) };
}

/** Waits until the service answers ten requests in a row at once. Returns how long that took. */
async function recovered(service: Service): Promise<number> {
  const began = performance.now();
  const health = new URL("/ready", service.url);
  for (let quick = 0; quick < 10 && performance.now() - began < RECOVERY;) {
    const at = performance.now();
    const signal = AbortSignal.timeout(RECOVERY);
    const isReady = await fetch(health, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (!service.isUp) break;
    quick = isReady && performance.now() - at < 50 ? quick + 1 : 0;
    await sleep(20);
  }
  return performance.now() - began;
}

interface Aftermath {
  readonly what: string;
  /** The memory before the attack, in MiB. */
  readonly before: number;
  /** The same, without garbage. */
  readonly held: number;
  readonly shared: Key;
}

/** Lets the neighbour go on for a minute, reads the memory, and ends the service. */
async function aMinuteLater(
  scene: Scene,
  { what, before, held, shared }: Aftermath,
): Promise<readonly Result[]> {
  const { service, neighbour } = scene;
  if (service.isUp) await neighbour.ask("linger", { rate: LOW_RATE, shared });
  await sleep(service.isUp ? A_MINUTE : 0);
  const growth = service.resident() - before;
  const kept = service.isUp ? (await service.held()) - held : NaN;
  await scene[Symbol.asyncDispose]();
  return [
    // V8 collects when it needs room, so that this says more about the garbage of the attack than of what is kept of it.
    resultOf({ what, name: "memory: growth a minute later, MiB" }, [growth]),
    resultOf({ what, name: "memory: growth then, without garbage, MiB", atMost: 25 }, [kept]),
  ];
}

/** One figure for each outcome of the attack. */
function outcomes(what: string, rounds: readonly Round[]): readonly Result[] {
  const names = new Set(rounds.flatMap(({ taken }) => Object.keys(taken.outcomes)));
  return [...names].map((outcome) =>
    resultOf(
      { what, name: `attacker: ${outcome}` },
      rounds.map(({ taken }) => taken.outcomes[outcome] ?? 0),
    ),
  );
}

const allTimes = ({ times }: Phase) => KINDS.flatMap((kind) => times[kind]);

function quantile(values: readonly number[], share: number): number {
  return percentile({ times: Float64Array.from(values).toSorted() }, share);
}

const p99 = (values: readonly number[]) => quantile(values, 0.99);

const figures: readonly Figure<readonly [Round]>[] = [
  {
    name: "neighbour: p99, × without",
    of: ({ during, without }) => p99(allTimes(during)) / p99(allTimes(without)),
    atMost: 3,
  },
  { name: "neighbour: p99, ms", of: ({ during }) => p99(allTimes(during)) },
  { name: "without: p99, ms", of: ({ without }) => p99(allTimes(without)) },
  { name: "neighbour: p50, ms", of: ({ during }) => quantile(allTimes(during), 0.5) },
  { name: "without: p50, ms", of: ({ without }) => quantile(allTimes(without), 0.5) },
  ...KINDS.map((kind) => ({
    name: `neighbour: p99 of ${kind}, ms`,
    of: ({ during }: Round) => p99(during.times[kind]),
  })),
  { name: "neighbour: failed", of: ({ during }) => total(during.failed), atMost: 0 },
  { name: "without: failed", of: ({ without }) => total(without.failed) },
  {
    name: "neighbour: own change watched, p99, × without",
    of: ({ during, without }) => p99(during.watched) / p99(without.watched),
    atMost: 3,
  },
  { name: "neighbour: own change watched, p99, ms", of: ({ during }) => p99(during.watched) },
  {
    name: "neighbour: foreign change watched, p99, × without",
    of: ({ during, without }) => p99(during.foreign) / p99(without.foreign),
    atMost: 3,
  },
  { name: "neighbour: foreign change watched, p99, ms", of: ({ during }) => p99(during.foreign) },
  { name: "service: cores", of: ({ during }) => during.cores },
  { name: "without: service: cores", of: ({ without }) => without.cores },
  { name: "service: s until it answers as before", of: ({ recovery }) => recovery / 1000 },
  { name: "attacker: cores", of: ({ taken }) => taken.cores },
  { name: "attacker: sent", of: ({ taken }) => taken.sent },
  {
    name: "attacker: unanswered",
    of: ({ taken }) => Math.max(0, taken.sent - total(taken.outcomes)),
  },
  { name: "attacker: received, MiB", of: ({ taken }) => taken.received },
];
