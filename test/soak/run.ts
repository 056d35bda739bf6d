import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../bench/live/clock.ts";
import { createPoster, type Poster } from "../chaos/http.ts";
import { createRandom, type Random } from "../chaos/random.ts";
import { leftoversIn, releasedState, stopAndCheck } from "../fixtures/probed/aftermath.ts";
import {
  type ProbedOptions,
  type ProbedService,
  startProbedService,
} from "../fixtures/probed/service.ts";
import { gather } from "./crowd.ts";
import { chooseOperation, createOperation, type Operation } from "./requests.ts";
import type { Sample } from "./slope.ts";
import { subscribe, type SubscriberOptions } from "./subscribers.ts";
import { createTally, type Tally } from "./tally.ts";

export interface SoakOptions extends ProbedOptions {
  /** How long, in seconds. */
  readonly seconds: number;
  /** How many requests are sent per second, whether or not others are answered. */
  readonly rate: number;
  /** How many subscribers there are at any time, half of them on WebSockets, half on event streams. */
  readonly subscribers: number;
  readonly seed: number;
  /** Called with each line of progress. */
  readonly progress: (line: string) => void;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
}

export interface SoakResult {
  readonly seconds: number;
  readonly tally: Tally;
  /** The resident memory in bytes, as it was. */
  readonly resident: readonly Sample[];
  /** The same, each right after a collection of garbage. */
  readonly collected: readonly Sample[];
  /** The memory that JavaScript uses, each right after a collection. */
  readonly used: readonly Sample[];
  /** The number of stalls of the event loop. */
  readonly stalls: number;
  /** What must not happen, beside errors and growth. */
  readonly problems: readonly string[];
}

/** How many times the memory is measured. */
const SAMPLES = 60;

/** Starts the service, sends it requests at a constant rate, and measures its memory. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { seconds, subscribers, seed, progress } = options;
  await using service = await startProbedService(options);
  const { port } = service;
  const random = createRandom(seed);
  const crowd = gather(random);
  const tally = createTally();
  using poster = createPoster(`http://127.0.0.1:${port}/graphql`);
  for (const key of crowd.staying) await poster.post(createOperation(key));
  progress(`The service is up. Soaking for ${seconds} s.`);

  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  void service.running.ended.then(() => stop.abort());
  const began = now();
  const subscribed = Array.from({ length: subscribers }, (_, at) =>
    subscribe(at % 2 === 0 ? "WebSocket" : "event stream", {
      port,
      crowd,
      random: random.fork(),
      tally,
      signal,
    } satisfies SubscriberOptions),
  );
  const choose = () => chooseOperation(crowd, random);
  const sent = sendAll({ poster, tally, random, choose, signal, rate: options.rate });
  const samples = await measure(service, { ...options, signal });
  const took = (now() - began) / 1000;
  stop.abort();
  await Promise.all([sent, ...subscribed]);
  poster[Symbol.dispose]();

  progress("Checking what is left.");
  const isUp = service.running.ended.then(() => false);
  const isStillUp = await Promise.race([isUp, sleep(0).then(() => true)]);
  if (!isStillUp) {
    const { code, err } = await service.running.ended;
    const problems = [`the process has ended with ${code}: ${err.slice(-3000)}`];
    return { seconds: took, tally, ...samples, stalls: 0, problems };
  }
  const stalls = (await service.stalls()).filter(({ at }) => at >= began).length;
  const state = await releasedState(service);
  const problems = [...leftoversIn(state), ...(await stopAndCheck(service))];
  return { seconds: took, tally, ...samples, stalls, problems };
}

type Samples = Pick<SoakResult, "resident" | "collected" | "used">;

/** Measures the memory at equal distances until the time is over. */
async function measure(
  service: ProbedService,
  { seconds, progress, signal }: Pick<SoakOptions, "seconds" | "progress" | "signal">,
): Promise<Samples> {
  const [resident, collected, used]: Sample[][] = [[], [], []];
  const began = now();
  for (let time = 1; time <= SAMPLES; time++) {
    const due = began + (time / SAMPLES) * seconds * 1000;
    await sleep(Math.max(0, due - now()), undefined, signal && { signal }).catch(() => {});
    if (signal?.aborted) break;
    const at = now();
    const [before, after] = [await service.state(), await service.collected()];
    resident!.push({ at, value: before.resident });
    collected!.push({ at, value: after.resident });
    used!.push({ at, value: after.used });
    if (time % 5 === 0) progress(lineOf((at - began) / 1000, { before, after }));
  }
  return { resident: resident!, collected: collected!, used: used! };
}

type State = Awaited<ReturnType<ProbedService["state"]>>;

function lineOf(seconds: number, { before, after }: Record<"before" | "after", State>): string {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${seconds.toFixed(0).padStart(5)} s  resident ${mib(before.resident)}, collected ${mib(after.resident)}, of which JavaScript uses ${mib(after.used)}; ${before.sockets} sockets, ${before.watched} watched`;
}

interface Sending {
  readonly poster: Poster;
  readonly tally: Tally;
  readonly random: Random;
  readonly choose: () => Operation;
  readonly signal: AbortSignal;
  readonly rate: number;
}

/** How often due requests are sent, in milliseconds. */
const OFTEN = 10;

/** Sends requests at a constant rate until the signal aborts, and waits for their answers. */
async function sendAll({ poster, tally, choose, signal, rate }: Sending): Promise<void> {
  const open = new Set<Promise<void>>();
  const began = now();
  let sent = 0;
  while (!signal.aborted) {
    for (const due = ((now() - began) / 1000) * rate; sent < due; sent++) {
      const one = send(poster, { tally, operation: choose() }).finally(() => open.delete(one));
      open.add(one);
    }
    await sleep(OFTEN);
  }
  await Promise.all(open);
}

interface SentOperation {
  readonly tally: Tally;
  readonly operation: Operation;
}

async function send(poster: Poster, { tally, operation }: SentOperation): Promise<void> {
  try {
    const { errors } = (await poster.post(operation)) as Reply;
    for (const { extensions } of errors ?? []) tally.failed(extensions?.code ?? "no code");
  } catch (error) {
    tally.failed(String(error));
  }
  tally.answered();
}

interface Reply {
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}
