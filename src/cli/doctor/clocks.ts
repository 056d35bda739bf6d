import type { ClockOffset } from "../../cassandra/index.ts";
import { type Finding, ok, warning } from "./finding.ts";
import type { AnsweringNode } from "./nodes.ts";

/** From which difference on clocks are told to differ, in milliseconds. */
const TOLERATED = 500;

/**
 * Compares the clocks of the nodes with each other and with this machine's, as far as the time that an answer takes
 * tells: only a difference that is certain counts.
 */
export function clockFindings(nodes: readonly AnsweringNode[]): readonly Finding[] {
  const clocks = nodes.map(({ address, answer }) => ({ address, clock: answer.clock }));
  const bound = Math.max(...clocks.flatMap(({ clock }) => [-clock.least, clock.most]));
  const off = clocks.filter(({ clock }) => Math.abs(certain(clock)) > TOLERATED);
  if (off.length === 0) return [ok("clocks", `at most ${duration(bound)} from this machine's`)];
  const agree = clocks.every(({ clock }) =>
    clocks.every((other) => clock.least - other.clock.most <= TOLERATED),
  );
  if (agree && off.length === nodes.length) {
    const [{ clock }] = off as [(typeof off)[number]];
    return [
      warning(
        "clocks",
        `the nodes are ${direction(clock)} this machine (synchronise its clock by NTP: dates that it fills in, and what is upcoming, go by it)`,
      ),
    ];
  }
  return off.map(({ address, clock }) =>
    warning(
      "clocks",
      `${address} is ${direction(clock)} this machine (synchronise it by NTP: of two writes the one of the later clock is kept, even if it was the earlier)`,
    ),
  );
}

/** What of a difference is certain. */
function certain({ least, most }: ClockOffset): number {
  if (least > 0) return least;
  return most < 0 ? most : 0;
}

function direction(clock: ClockOffset): string {
  const offset = certain(clock);
  return `${duration(Math.abs(offset))} ${offset > 0 ? "ahead of" : "behind"}`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
