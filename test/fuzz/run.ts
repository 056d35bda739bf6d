import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../bench/live/clock.ts";
import { createRandom } from "../chaos/random.ts";
import { leftoversIn, releasedState, stopAndCheck } from "../fixtures/probed/aftermath.ts";
import type { State } from "../fixtures/probed/probe.ts";
import {
  type ProbedOptions,
  type ProbedService,
  startProbedService,
} from "../fixtures/probed/service.ts";
import type { Stall } from "../fixtures/probed/stalls.ts";
import type { Outcome, Target, World } from "./case.ts";
import { targets } from "./targets/index.ts";
import { createWorld } from "./world.ts";

export interface FuzzOptions extends ProbedOptions {
  /** The seed of all choices. */
  readonly seed: number;
  /** How long cases are begun. The checks at the end take some seconds more. */
  readonly seconds: number;
  /** Runs only the targets whose names contain this text. */
  readonly only: string;
  /** Runs only the case of this number, repeatedly. Default: all. */
  readonly number?: number | undefined;
  /** Called with each line of progress. */
  readonly progress: (line: string) => void;
  /** Ends the run early, with the checks. */
  readonly signal?: AbortSignal;
}

/** A case: the number and the seed determine all of its choices. */
export interface Case {
  readonly target: Target;
  readonly number: number;
}

/** A case that was performed. */
export interface Performed extends Case, Outcome {
  /** When it began and ended, by the clock of all processes. */
  readonly at: number;
  readonly end: number;
}

/** Something that must not happen. */
export interface Finding {
  readonly what: string;
  /** The cases that may have caused it; the first ones are enough. */
  readonly cases: readonly (Case & Pick<Outcome, "sent">)[];
}

export interface FuzzResult {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** How often each target was answered in each way. */
  readonly answers: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly before: State;
  readonly after: State;
}

/** How many cases run at the same time. */
const WORKERS = 32;

/** Which share of the time is over when the first state is measured: caches are filled by then. */
const WARM_UP = 0.25;

/**
 * By how much the memory in use may have grown since then, in bytes. What stays is bounded: valid documents (16 MiB at
 * most, by a generous estimate), prepared statements, and what lanes remember of the partitions for a minute.
 */
const GROWTH = 32 * 2 ** 20;

/** Starts the service, sends it inputs, and checks what it answers and what it is like at the end. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, seconds, progress } = options;
  await using service = await startProbedService(options);
  const world = await createWorld(service.port, createRandom(seed));
  const run = new Run(service, world, options);
  progress(`The service is up. Fuzzing for ${seconds} s.`);
  const began = now();
  await run.until(began + seconds * 1000 * WARM_UP);
  const before = await releasedState(service);
  await run.until(began + seconds * 1000);
  progress(`${run.count} cases. Checking what is left.`);
  const after = await releasedState(service);
  const stalls = (await service.stalls()).filter(({ at }) => at >= began);
  const findings = [
    ...run.findings,
    ...leftovers({ before, after }).map(without),
    ...(await run.stallFindings(stalls)),
    ...(await stopAndCheck(service)).map(without),
  ];
  return { seed, findings, answers: run.answers, before, after };
}

/** Returns what must not be at the end: what was not released, and memory that has grown. */
function leftovers({ before, after }: Ends): readonly string[] {
  const grown = after.used - before.used;
  const growth =
    grown > GROWTH ? [`the memory has grown by ${Math.round(grown / 2 ** 20)} MiB`] : [];
  return [...leftoversIn(after), ...growth];
}

type Ends = Pick<FuzzResult, "before" | "after">;

const without = (what: string): Finding => ({ what, cases: [] });

/** A run of cases. */
class Run {
  readonly #service: ProbedService;
  readonly #world: World;
  readonly #options: FuzzOptions;
  readonly #targets: readonly Target[];
  readonly #performed: Performed[] = [];
  readonly #running = new Set<Case>();
  readonly #findings = new Map<string, Finding>();
  readonly answers = new Map<string, Map<string, number>>();
  #next = 0;
  #isDown = false;

  constructor(service: ProbedService, world: World, options: FuzzOptions) {
    this.#service = service;
    this.#world = world;
    this.#options = options;
    this.#targets = targets.filter(({ name }) => name.includes(options.only));
    void service.running.ended.then(() => (this.#isDown = true));
  }

  get count(): number {
    return this.#next;
  }

  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  /** Performs cases until a time by the clock. */
  async until(end: number): Promise<void> {
    const isOver = () => this.#isDown || this.#options.signal?.aborted || now() >= end;
    const work = async () => {
      while (!isOver()) await this.#perform(this.#nextCase());
    };
    const workers = this.#options.number === undefined ? WORKERS : 1;
    await Promise.all(Array.from({ length: workers }, work));
    if (this.#isDown) this.#find("the process has ended", [...this.#running]);
  }

  #nextCase(): Case {
    const turn = this.#next++;
    const target = this.#targets[turn % this.#targets.length]!;
    const number = this.#options.number ?? Math.floor(turn / this.#targets.length);
    return { target, number };
  }

  async #perform(performing: Case): Promise<Performed> {
    const { target, number } = performing;
    const random = createRandom(seedOf(this.#options.seed, performing));
    this.#running.add(performing);
    const at = now();
    const outcome = await target.attempt({ random, world: this.#world });
    const performed = { target, number, ...outcome, at, end: now() };
    // If the service has ended, those that ran at the time may be the cause.
    if (!this.#isDown) this.#running.delete(performing);
    this.#record(performed);
    return performed;
  }

  #record(performed: Performed): void {
    const { target, answer, problems } = performed;
    const counts = this.answers.get(target.name) ?? new Map<string, number>();
    this.answers.set(target.name, counts.set(answer, (counts.get(answer) ?? 0) + 1));
    for (const problem of problems) this.#find(problem, [performed]);
    this.#performed.push(performed);
    if (this.#performed.length > KEPT) this.#performed.splice(0, KEPT / 2);
  }

  #find(what: string, cases: readonly (Case & Partial<Outcome>)[]): void {
    const kind = what.replace(/[0-9a-f-]{36}|\d+/g, "…");
    const found = this.#findings.get(kind);
    const all = cases.map(({ target, number, sent = "" }) => ({ target, number, sent }));
    this.#findings.set(kind, { what, ...found, cases: [...(found?.cases ?? []), ...all] });
  }

  /** Repeats the cases that ran during a stall, each alone, to find the one that causes it. */
  async stallFindings(stalls: readonly Stall[]): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    for (const stall of stalls.slice(0, STALLS_EXAMINED)) {
      const { at, took, busy } = stall;
      const suspects = this.#performed.filter((each) => each.at <= at + took && each.end >= at);
      const cases = await this.#causesOf(suspects);
      const ms = `${Math.round(busy)} ms`;
      const what =
        cases.length > 0
          ? `the event loop stalled for ${ms}`
          : `the event loop stalled for ${ms}, during cases of which none stalls it alone`;
      findings.push({ what, cases: cases.length > 0 ? cases : suspects });
    }
    const rest = stalls.length - STALLS_EXAMINED;
    if (rest > 0) findings.push({ what: `the event loop stalled ${rest} more times`, cases: [] });
    return findings;
  }

  async #causesOf(suspects: readonly Performed[]): Promise<readonly Performed[]> {
    const causes: Performed[] = [];
    for (const suspect of suspects) {
      if (this.#isDown) break;
      const before = (await this.#service.stalls()).length;
      const again = await this.#perform(suspect);
      await sleep(50);
      if ((await this.#service.stalls()).length > before) causes.push(again);
    }
    return causes;
  }
}

/** How many cases are kept to find the cause of a stall. */
const KEPT = 20_000;

/** How many stalls are examined. */
const STALLS_EXAMINED = 5;

/** Returns the seed of a case, which depends on nothing else. */
export function seedOf(seed: number, { target, number }: Case): number {
  return (
    Math.imul(seed + 1, 0x9e3779b1) ^
    Math.imul(number * 16 + targets.indexOf(target) + 1, 0x85ebca6b)
  );
}
