import type { ClockOffset } from "../../cassandra/index.ts";
import { type Finding, ok, warning } from "./finding.ts";
import type { AnsweringNode } from "./nodes.ts";

/** The difference above which clocks are reported, in milliseconds. */
const TOLERATED = 500;

/**
 * Compares the clocks of the nodes with each other and with the clock of this machine. An answer takes time, so the offset
 * of a clock is only known within bounds; only a difference that is certain is reported.
 */
export function clockFindings(nodes: readonly AnsweringNode[]): readonly Finding[] {
  const clocks = nodes.map(({ address, answer }) => ({ address, clock: answer.clock }));
  const bound = Math.max(...clocks.flatMap(({ clock }) => [-clock.least, clock.most]));
  const off = clocks.filter(({ clock }) => Math.abs(certainOffset(clock)) > TOLERATED);
  if (off.length === 0)
    return [ok("clocks", `at most ${offsetText(bound)} from the clock of this machine`)];
  const agree = clocks.every(({ clock }) =>
    clocks.every((other) => clock.least - other.clock.most <= TOLERATED),
  );
  if (agree && off.length === nodes.length) {
    const [{ clock }] = off as [(typeof off)[number]];
    return [
      warning(
        "clocks",
        `the nodes are ${direction(clock)} this machine (synchronise the clock of this machine by NTP: default dates, and queries relative to the current time, depend on it)`,
      ),
    ];
  }
  return off.map(({ address, clock }) =>
    warning(
      "clocks",
      `${address} is ${direction(clock)} this machine (synchronise it by NTP: of two writes, Cassandra keeps the one with the later timestamp, even if it was made earlier)`,
    ),
  );
}

/** Returns the certain part of an offset: its bound that is nearest to 0; 0 if the clocks may be equal. */
function certainOffset({ least, most }: ClockOffset): number {
  if (least > 0) return least;
  return most < 0 ? most : 0;
}

function direction(clock: ClockOffset): string {
  const offset = certainOffset(clock);
  return `${offsetText(Math.abs(offset))} ${offset > 0 ? "ahead of" : "behind"}`;
}

function offsetText(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
