import { type Result, resultOf } from "../comparison.ts";
import { openPlace } from "../counts/place.ts";
import { endBySignals } from "../end-by-signals.ts";
import type { BenchOptions } from "../index.ts";
import { watchForeignLoad } from "../live/foreign-load.ts";
import { attacks, type AttackName } from "./attacks.ts";
import { measureAttack } from "./measure.ts";

/**
 * Measures what a neighbour notices of each attack. The service runs as its command starts it; the neighbour and the
 * attacker have their own processes and addresses. Each attack has a service of its own, whose memory is read once more
 * when a minute has passed, while the next attack is measured.
 */
export async function benchAbuse(options: BenchOptions): Promise<readonly Result[]> {
  await using place = await openPlace(options.progress);
  await using opened = new AsyncDisposableStack();
  endBySignals(opened);
  const names = Object.keys(attacks).filter((name) => name.includes(options.only));
  const all: Promise<readonly Result[]>[] = [];
  for (const name of names as AttackName[]) {
    using foreign = watchForeignLoad();
    const { results, later } = await measureAttack(name, { ...options, place, opened });
    // It is awaited at the end, where a failure is reported.
    later.catch(() => {});
    const load = { what: name, name: "cores busy with other processes" };
    all.push(Promise.resolve([...results, resultOf(load, foreign.cores)]), later);
  }
  return (await Promise.all(all)).flat();
}
